#include "fhir/base/temporal.h"

#include <algorithm>
#include <cstdio>

namespace fhir::base {

namespace {

constexpr int64_t kMicrosecond = 1;
constexpr int64_t kSecond = 1'000'000 * kMicrosecond;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;

// Reads left to right; every function says whether it found what it looks for.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool atEnd() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool nextIsDigit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  // Exactly `count` digits with a value in [least, most].
  bool number(int count, int least, int most, int& out) {
    int value = 0;
    for (int i = 0; i < count; ++i) {
      if (!nextIsDigit()) return false;
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    out = value;
    return value >= least && value <= most;
  }
  // Digits of a fraction; those beyond nine are dropped.
  bool fraction(uint32_t& nanosecond, uint8_t& digits) {
    if (!nextIsDigit()) return false;
    uint32_t value = 0;
    uint8_t count = 0;
    for (; nextIsDigit(); rest_.remove_prefix(1)) {
      if (count == 9) continue;
      value = value * 10 + static_cast<uint32_t>(rest_.front() - '0');
      ++count;
    }
    digits = count;
    for (; count < 9; ++count) value *= 10;
    nanosecond = value;
    return true;
  }

 private:
  std::string_view rest_;
};

bool readDate(Cursor& at, Temporal& out) {
  int value = 0;
  if (!at.number(4, 1, 9999, value)) return false;
  out.year = static_cast<int16_t>(value);
  out.precision = Precision::Year;
  if (!at.take('-')) return true;
  if (!at.number(2, 1, 12, value)) return false;
  out.month = static_cast<uint8_t>(value);
  out.precision = Precision::Month;
  if (!at.take('-')) return true;
  if (!at.number(2, 1, Temporal::daysInMonth(out.year, out.month), value)) return false;
  out.day = static_cast<uint8_t>(value);
  out.precision = Precision::Day;
  return true;
}

bool readTimeOfDay(Cursor& at, Temporal& out) {
  int value = 0;
  if (!at.number(2, 0, 23, value)) return false;
  out.hour = static_cast<uint8_t>(value);
  out.precision = Precision::Hour;
  if (!at.take(':')) return true;
  if (!at.number(2, 0, 59, value)) return false;
  out.minute = static_cast<uint8_t>(value);
  out.precision = Precision::Minute;
  if (!at.take(':')) return true;
  if (!at.number(2, 0, 60, value)) return false;
  out.second = static_cast<uint8_t>(value);
  out.precision = Precision::Second;
  if (at.take('.')) {
    if (!at.fraction(out.nanosecond, out.fraction_digits)) return false;
    out.precision = Precision::Fraction;
  }
  if (out.second == 60) {  // a leap second
    out.second = 59;
    out.nanosecond = 999'999'000;
    out.fraction_digits = 6;
    out.precision = Precision::Fraction;
  }
  return true;
}

bool readZone(Cursor& at, Temporal& out) {
  if (at.take('Z')) {
    out.has_zone = true;
    return true;
  }
  int sign = 0;
  if (at.take('+')) sign = 1;
  if (sign == 0 && at.take('-')) sign = -1;
  if (sign == 0) return true;  // none
  int hours = 0;
  int minutes = 0;
  if (!at.number(2, 0, 14, hours) || !at.take(':') || !at.number(2, 0, hours == 14 ? 0 : 59, minutes)) return false;
  out.has_zone = true;
  out.zone_minutes = static_cast<int16_t>(sign * (hours * 60 + minutes));
  return true;
}

int64_t fractionUnit(uint8_t digits) {  // in microseconds, at least one
  int64_t unit = kSecond;
  for (; digits > 0 && unit > 1; --digits) unit /= 10;
  return unit;
}

void appendTwo(std::string& out, int value) {
  out += static_cast<char>('0' + value / 10);
  out += static_cast<char>('0' + value % 10);
}

void appendTimeOfDay(std::string& out, const Temporal& value) {
  appendTwo(out, value.hour);
  if (value.precision < Precision::Minute) return;
  out += ':';
  appendTwo(out, value.minute);
  if (value.precision < Precision::Second) return;
  out += ':';
  appendTwo(out, value.second);
  if (value.precision < Precision::Fraction || value.fraction_digits == 0) return;
  char digits[16];
  std::snprintf(digits, sizeof digits, "%09u", value.nanosecond);
  out += '.';
  out.append(digits, std::min<size_t>(value.fraction_digits, 9));
}

}  // namespace

Result<Temporal> Temporal::parseDate(std::string_view text) {
  Cursor at(text);
  Temporal out;
  if (!readDate(at, out) || !at.atEnd()) return invalid("not a date");
  return out;
}

Result<Temporal> Temporal::parseDateTime(std::string_view text) {
  Cursor at(text);
  Temporal out;
  if (!readDate(at, out)) return invalid("not a date and time");
  if (at.take('T') && !at.atEnd()) {
    if (out.precision != Precision::Day || !readTimeOfDay(at, out) || !readZone(at, out))
      return invalid("not a date and time");
  }
  if (!at.atEnd()) return invalid("not a date and time");
  return out;
}

Result<Temporal> Temporal::parseTime(std::string_view text) {
  Cursor at(text);
  Temporal out;
  out.is_time = true;
  if (!readTimeOfDay(at, out) || !at.atEnd()) return invalid("not a time of day");
  return out;
}

std::string Temporal::text() const {
  std::string out;
  out.reserve(35);
  if (is_time) {
    appendTimeOfDay(out, *this);
    return out;
  }
  appendTwo(out, year / 100);
  appendTwo(out, year % 100);
  if (precision < Precision::Month) return out;
  out += '-';
  appendTwo(out, month);
  if (precision < Precision::Day) return out;
  out += '-';
  appendTwo(out, day);
  if (precision < Precision::Hour) return out;
  out += 'T';
  appendTimeOfDay(out, *this);
  if (!has_zone) return out;
  if (zone_minutes == 0) {
    out += 'Z';
    return out;
  }
  const int magnitude = zone_minutes < 0 ? -zone_minutes : zone_minutes;
  out += zone_minutes < 0 ? '-' : '+';
  appendTwo(out, magnitude / 60);
  out += ':';
  appendTwo(out, magnitude % 60);
  return out;
}

Temporal::Span Temporal::span(int default_zone_minutes) const {
  int64_t low = 0;
  if (!is_time) {
    low =
        daysFromCivil(year, precision >= Precision::Month ? month : 1, precision >= Precision::Day ? day : 1) * kDay;
    low -= (has_zone ? zone_minutes : default_zone_minutes) * kMinute;
  }
  if (precision >= Precision::Hour) low += hour * kHour;
  if (precision >= Precision::Minute) low += minute * kMinute;
  if (precision >= Precision::Second) low += second * kSecond;
  if (precision >= Precision::Fraction) low += nanosecond / 1000;
  switch (precision) {
    case Precision::Year: return {low, low + (daysFromCivil(year + 1, 1, 1) - daysFromCivil(year, 1, 1)) * kDay};
    case Precision::Month: return {low, low + daysInMonth(year, month) * kDay};
    case Precision::Day: return {low, low + kDay};
    case Precision::Hour: return {low, low + kHour};
    case Precision::Minute: return {low, low + kMinute};
    case Precision::Second: return {low, low + kSecond};
    case Precision::Fraction: break;
  }
  return {low, low + fractionUnit(fraction_digits)};
}

Temporal Temporal::fromMicroseconds(int64_t since_epoch, int zone_minutes) {
  static const int64_t kFirst = daysFromCivil(1, 1, 1) * kDay;
  static const int64_t kLast = daysFromCivil(10000, 1, 1) * kDay - 1;
  const int64_t local =
      std::clamp(std::clamp(since_epoch, kFirst - kDay, kLast + kDay) + zone_minutes * kMinute, kFirst, kLast);
  int64_t days = local / kDay;
  int64_t rest = local % kDay;
  if (rest < 0) {
    rest += kDay;
    --days;
  }
  // Days to a civil date, counted from 0000-03-01 so that the leap day comes last in its year.
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto day_of_era = static_cast<int>(days - era * 146097);
  const int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int shifted_month = (5 * day_of_year + 2) / 153;

  Temporal out;
  out.day = static_cast<uint8_t>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  out.month = static_cast<uint8_t>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  out.year = static_cast<int16_t>(year_of_era + era * 400 + (out.month <= 2 ? 1 : 0));
  out.hour = static_cast<uint8_t>(rest / kHour);
  out.minute = static_cast<uint8_t>(rest / kMinute % 60);
  out.second = static_cast<uint8_t>(rest / kSecond % 60);
  const auto microsecond = static_cast<uint32_t>(rest % kSecond);
  out.nanosecond = microsecond * 1000;
  out.fraction_digits = microsecond % 1000 == 0 ? 3 : 6;
  out.precision = Precision::Fraction;
  out.has_zone = true;
  out.zone_minutes = static_cast<int16_t>(zone_minutes);
  return out;
}

int Temporal::daysInMonth(int year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12) return 0;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

int64_t Temporal::daysFromCivil(int year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

}  // namespace fhir::base
