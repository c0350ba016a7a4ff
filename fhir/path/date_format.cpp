#include "fhir/path/date_format.h"

#include <array>

#include "fhir/base/text.h"

namespace fhir::path {
namespace {

using base::Precision;
using base::Temporal;

enum Field : uint8_t { Year, Month, Day, Hour, Minute, Second, Fraction, kFields };

class Reader {
 public:
  Reader(std::string_view text, std::string_view format) : text_(text), format_(format) {}

  std::optional<Temporal> read() {
    while (!format_.empty()) {
      const char code = format_[0];
      size_t length = format_.find_first_not_of(code);
      if (length == std::string_view::npos) length = format_.size();
      if (!element(code, length)) return std::nullopt;
      format_.remove_prefix(length);
    }
    return text_.empty() ? result() : std::nullopt;
  }

 private:
  bool element(char code, size_t length) {
    switch (code) {
      case 'y': return (length == 4 || length == 2) && year(length);
      case 'M': return length <= 2 && number(Month, length, 2);
      case 'd': return length <= 2 && number(Day, length, 2);
      case 'H': return length <= 2 && number(Hour, length, 2);
      case 'h': half_day_ = true; return length <= 2 && number(Hour, length, 2);
      case 'm': return length <= 2 && number(Minute, length, 2);
      case 's': return length <= 2 && number(Second, length, 2);
      case 'S': return fraction(length);
      case 'a': return halfOfDay();
      case 'Z': return zone();
      default: break;
    }
    const std::string_view literal = format_.substr(0, length);
    if (!text_.starts_with(literal)) return false;
    text_.remove_prefix(length);
    return true;
  }

  // At least and at most so many digits; -1 when they are not there.
  int digits(size_t least, size_t most) {
    size_t count = 0;
    int value = 0;
    while (count < most && count < text_.size() && text_[count] >= '0' && text_[count] <= '9') {
      value = value * 10 + (text_[count++] - '0');
    }
    if (count < least) return -1;
    text_.remove_prefix(count);
    return value;
  }

  bool set(Field field, int value) {
    has_[field] = true;
    values_[field] = value;
    return value >= 0;
  }

  bool number(Field field, size_t least, size_t most) { return set(field, digits(least, most)); }

  bool year(size_t length) {
    int value = digits(length, length);
    if (length == 2 && value >= 0) value += value < 50 ? 2000 : 1900;
    return set(Year, value);
  }

  bool fraction(size_t length) {
    if (length > 9) return false;
    int value = digits(length, length);
    fraction_digits_ = static_cast<uint8_t>(length);
    for (size_t i = length; i < 9 && value > 0; ++i) value *= 10;
    return set(Fraction, value);
  }

  bool halfOfDay() {
    const bool afternoon = base::equalIgnoringCase(text_.substr(0, 2), "PM");
    if (!afternoon && !base::equalIgnoringCase(text_.substr(0, 2), "AM")) return false;
    afternoon_ = afternoon;
    text_.remove_prefix(2);
    return true;
  }

  bool zone() {
    has_zone_ = true;
    if (text_.starts_with('Z')) {
      text_.remove_prefix(1);
      return true;
    }
    if (text_.empty() || (text_[0] != '+' && text_[0] != '-')) return false;
    const int sign = text_[0] == '-' ? -1 : 1;
    text_.remove_prefix(1);
    const int hours = digits(2, 2);
    if (text_.starts_with(':')) text_.remove_prefix(1);
    const int minutes = digits(2, 2);
    zone_minutes_ = sign * (hours * 60 + minutes);
    return hours >= 0 && hours <= 14 && minutes >= 0 && minutes <= 59;
  }

  bool inRange() const {
    if (values_[Year] < 1 || values_[Month] < 1 || values_[Month] > 12) return false;
    if (values_[Day] < 1 || values_[Day] > Temporal::daysInMonth(values_[Year], values_[Month])) return false;
    return values_[Hour] <= 23 && values_[Minute] <= 59 && values_[Second] <= 59;
  }

  std::optional<Temporal> result() {
    int last = -1;
    while (last + 1 < kFields && has_[last + 1]) ++last;
    for (int i = last + 1; i < kFields; ++i) {
      if (has_[i]) return std::nullopt;
    }
    if (last < 0 || (afternoon_ && !half_day_)) return std::nullopt;
    if (half_day_) {
      if (values_[Hour] < 1 || values_[Hour] > 12) return std::nullopt;
      values_[Hour] = values_[Hour] % 12 + (afternoon_.value_or(false) ? 12 : 0);
    }
    if (!inRange()) return std::nullopt;
    Temporal out;
    out.year = static_cast<int16_t>(values_[Year]);
    out.month = static_cast<uint8_t>(values_[Month]);
    out.day = static_cast<uint8_t>(values_[Day]);
    out.hour = static_cast<uint8_t>(values_[Hour]);
    out.minute = static_cast<uint8_t>(values_[Minute]);
    out.second = static_cast<uint8_t>(values_[Second]);
    out.nanosecond = static_cast<uint32_t>(values_[Fraction]);
    out.fraction_digits = fraction_digits_;
    out.precision = static_cast<Precision>(last);
    out.has_zone = has_zone_ && last >= Hour;
    out.zone_minutes = static_cast<int16_t>(out.has_zone ? zone_minutes_ : 0);
    return out;
  }

  std::string_view text_, format_;
  std::array<int, kFields> values_{1, 1, 1, 0, 0, 0, 0};
  std::array<bool, kFields> has_{};
  uint8_t fraction_digits_ = 0;
  bool half_day_ = false;
  std::optional<bool> afternoon_;
  bool has_zone_ = false;
  int zone_minutes_ = 0;
};

}  // namespace

std::optional<Temporal> parseFormatted(std::string_view text, std::string_view format) {
  return Reader(text, format).read();
}

}  // namespace fhir::path
