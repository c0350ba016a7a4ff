#include "mappings/engine/date_reader.h"

#include <string>
#include <vector>

#include "mappings/engine/plain_text.h"

namespace mappings::engine {
namespace {

using fhir::base::invalid;
using fhir::base::Precision;
using fhir::base::Result;
using fhir::base::Temporal;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// Reads numbers and what stands between them, left to right.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool done() const { return at_ == text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void blanks() {
    while (peek() == ' ') ++at_;
  }
  std::string_view digits(size_t at_most) {
    const size_t begin = at_;
    while (at_ < text_.size() && at_ - begin < at_most && isDigit(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  size_t digitsAhead() const {
    size_t end = at_;
    while (end < text_.size() && isDigit(text_[end])) ++end;
    return end - at_;
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

int number(std::string_view digits) {
  int value = 0;
  for (char c : digits) value = value * 10 + (c - '0');
  return value;
}

bool readFraction(Scanner& in, Temporal& out) {
  const std::string_view digits = in.digits(9);
  if (digits.empty() || in.digitsAhead() > 0) return false;
  uint32_t nanosecond = 0;
  for (size_t i = 0; i < 9; ++i) nanosecond = nanosecond * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  out.nanosecond = nanosecond;
  out.fraction_digits = static_cast<uint8_t>(digits.size());
  out.precision = Precision::Fraction;
  return true;
}

bool readZoneSuffix(Scanner& in, Temporal& out) {
  if (in.take("Z") || in.take("z")) {
    out.has_zone = true;
    out.zone_minutes = 0;
    return in.done();
  }
  const bool minus = in.peek() == '-';
  if (!in.take("+") && !in.take("-")) return in.done();
  const std::string_view hours = in.digits(2);
  in.take(":");
  const std::string_view minutes = in.digits(2);
  if (hours.size() != 2 || (minutes.size() != 2 && !minutes.empty()) || !in.done()) return false;
  const int total = number(hours) * 60 + number(minutes);
  if (total > 14 * 60) return false;
  out.has_zone = true;
  out.zone_minutes = static_cast<int16_t>(minus ? -total : total);
  return true;
}

// h:m[:s[.f]] or 8时15分[20秒], then a zone.
bool readClock(Scanner& in, Temporal& out) {
  const std::string_view hour = in.digits(2);
  if (hour.empty()) return false;
  out.hour = static_cast<uint8_t>(number(hour));
  out.precision = Precision::Hour;
  if (in.take("时") || in.take("点") || in.take(":")) {
    const std::string_view minute = in.digits(2);
    if (!minute.empty()) {
      out.minute = static_cast<uint8_t>(number(minute));
      out.precision = Precision::Minute;
    }
    if (in.take("分") || in.take(":")) {
      const std::string_view second = in.digits(2);
      if (!second.empty()) {
        out.second = static_cast<uint8_t>(number(second));
        out.precision = Precision::Second;
        in.take("秒");
        if ((in.take(".") || in.take(",")) && !readFraction(in, out)) return false;
      }
    }
  }
  in.blanks();
  return readZoneSuffix(in, out);
}

// hhmm[ss[.f]] without separators, or a clock with them: 2025030609:01:10.
bool readCompactClock(Scanner& in, Temporal& out) {
  if (in.digitsAhead() == 2) return readClock(in, out);
  const size_t count = in.digitsAhead();
  if (count != 4 && count != 6) return false;
  out.hour = static_cast<uint8_t>(number(in.digits(2)));
  out.minute = static_cast<uint8_t>(number(in.digits(2)));
  out.precision = Precision::Minute;
  if (count == 6) {
    out.second = static_cast<uint8_t>(number(in.digits(2)));
    out.precision = Precision::Second;
    if (in.take(".") && !readFraction(in, out)) return false;
  }
  in.blanks();
  return readZoneSuffix(in, out);
}

bool readCompact(Scanner& in, Temporal& out) {
  const size_t count = in.digitsAhead();
  if (count != 4 && count != 6 && count != 8 && count != 10 && count != 12 && count != 14) return false;
  out.year = static_cast<int16_t>(number(in.digits(4)));
  out.precision = Precision::Year;
  if (count >= 6) {
    out.month = static_cast<uint8_t>(number(in.digits(2)));
    out.precision = Precision::Month;
  }
  if (count == 6 && (out.year < 1850 || out.year > 2150)) return false;  // 250306 is not the year 2503
  if (count >= 8) {
    out.day = static_cast<uint8_t>(number(in.digits(2)));
    out.precision = Precision::Day;
  }
  in.blanks();
  if (in.done()) return true;
  in.take("T");
  return count >= 8 && readCompactClock(in, out);
}

// y-m[-d][ clock], y/m/d, y.m.d, y年m月[d日]
bool readSeparated(Scanner& in, Temporal& out, bool& year_less) {
  const std::string_view first = in.digits(4);
  if (first.empty()) return false;
  bool chinese = in.take("年");
  if (!chinese && in.take("月")) {
    year_less = true;
    out.month = static_cast<uint8_t>(number(first));
    const std::string_view day = in.digits(2);
    if (day.empty()) return false;
    out.day = static_cast<uint8_t>(number(day));
    out.precision = Precision::Day;
    if (!in.take("日")) in.take("号");
    in.blanks();
    return in.done() || readClock(in, out);
  }
  if (first.size() != 4) return false;
  out.year = static_cast<int16_t>(number(first));
  out.precision = Precision::Year;
  const char separator = in.peek();
  if (!chinese && !in.take("-") && !in.take("/") && !in.take(".")) return in.done();
  const std::string_view month = in.digits(2);
  if (month.empty()) return chinese && in.done();
  out.month = static_cast<uint8_t>(number(month));
  out.precision = Precision::Month;
  const bool more = chinese ? in.take("月") : in.take(std::string_view(&separator, 1));
  if (!more || in.done()) return in.done();
  const std::string_view day = in.digits(2);
  if (day.empty()) return false;
  out.day = static_cast<uint8_t>(number(day));
  out.precision = Precision::Day;
  if (chinese && !in.take("日")) in.take("号");
  in.blanks();
  if (in.done()) return true;
  in.take("T");
  return readClock(in, out);
}

bool inCalendar(const Temporal& t) {
  return t.year >= 1 && t.year <= 9999 && t.month >= 1 && t.month <= 12 && t.day >= 1 &&
         t.day <= Temporal::daysInMonth(t.year, t.month) && t.hour <= 24 && t.minute < 60 && t.second <= 60;
}

bool isSentinel(const Temporal& t) {
  return t.year <= 1 || (t.year == 1900 && t.month == 1 && t.day == 1 && t.precision >= Precision::Day) ||
         (t.year == 9999 && t.month == 12);
}

bool allZeros(std::string_view text) {
  return text.find_first_not_of("0-/.: ") == std::string_view::npos && text.find('0') != std::string_view::npos;
}

// The only year of the period that puts the date into it.
bool placeInPeriod(Temporal& t, const FilePeriod& period) {
  const int first = Temporal::fromMicroseconds(period.first_day * 86'400'000'000, 0).year;
  const int last = Temporal::fromMicroseconds(period.last_day * 86'400'000'000, 0).year;
  int found = 0;
  for (int year = first; year <= last; ++year) {
    if (t.month < 1 || t.month > 12 || t.day < 1 || t.day > Temporal::daysInMonth(year, t.month)) continue;
    const int64_t day = Temporal::daysFromCivil(year, t.month, t.day);
    if (day < period.first_day || day > period.last_day) continue;
    if (found != 0) return false;
    found = year;
  }
  t.year = static_cast<int16_t>(found);
  return found != 0;
}

bool daysOf(std::string_view text, int64_t& first, int64_t& last) {
  auto parsed = Temporal::parseDate(text);
  if (!parsed.ok()) return false;
  const Temporal::Span span = parsed->span(0);
  first = span.low / 86'400'000'000;
  last = span.high / 86'400'000'000 - 1;
  return true;
}

}  // namespace

std::optional<int> readZone(std::string_view text) {
  Temporal out;
  Scanner in(text);
  if (text.empty() || !readZoneSuffix(in, out) || !out.has_zone) return std::nullopt;
  return out.zone_minutes;
}

std::optional<FilePeriod> readPeriod(std::string_view text) {
  FilePeriod period;
  int64_t ignored = 0;
  const size_t slash = text.find('/');
  if (!daysOf(trimmed(text.substr(0, slash)), period.first_day, period.last_day)) return std::nullopt;
  if (slash != std::string_view::npos && !daysOf(trimmed(text.substr(slash + 1)), ignored, period.last_day))
    return std::nullopt;
  if (period.last_day < period.first_day) return std::nullopt;
  return period;
}

Result<ReadDate> readDate(std::string_view text, int zone_minutes, const std::optional<FilePeriod>& period) {
  const std::string plain = plainText(text);
  ReadDate out;
  if (plain.empty() || allZeros(plain)) return out;
  Scanner in(plain);
  bool year_less = false;
  const bool compact = in.digitsAhead() == plain.size() || in.digitsAhead() >= 6;
  const bool read = compact ? readCompact(in, out.value) : readSeparated(in, out.value, year_less);
  if (!read) return invalid("is not a date in a form that is known here");
  if (year_less) {
    if (!period) {
      out.kind = ReadDate::Kind::NoYear;
      return out;
    }
    if (!placeInPeriod(out.value, *period)) return invalid("is a date without a year outside the file's period");
  }
  if (out.value.hour == 24 && (out.value.minute != 0 || out.value.second != 0)) out.value.hour = 25;
  if (isSentinel(out.value)) return out;
  if (!inCalendar(out.value)) return invalid("is not a day or time of the calendar");
  if (out.value.precision > Precision::Day && !out.value.has_zone) {
    out.value.has_zone = true;
    out.value.zone_minutes = static_cast<int16_t>(zone_minutes);
  }
  if (out.value.hour == 24) {  // midnight at the end of the day
    const int64_t day = Temporal::daysFromCivil(out.value.year, out.value.month, out.value.day) + 1;
    const Temporal next = Temporal::fromMicroseconds(day * 86'400'000'000, 0);
    out.value.year = next.year;
    out.value.month = next.month;
    out.value.day = next.day;
    out.value.hour = 0;
  }
  out.kind = ReadDate::Kind::Value;
  return out;
}

}  // namespace mappings::engine
