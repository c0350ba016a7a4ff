#pragma once
// Temporal: FHIR date, dateTime, instant and time, and FHIRPath Date, DateTime, Time, with the written
// precision and zone. A date is a Temporal of precision Year to Day.
// Value type, thread-safe like an int. Calendar: proleptic Gregorian, years 0001 to 9999.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/base/result.h"

namespace fhir::base {

enum class Precision : uint8_t { Year, Month, Day, Hour, Minute, Second, Fraction };

struct Temporal {
  int16_t year = 1;
  uint8_t month = 1;
  uint8_t day = 1;
  uint8_t hour = 0;
  uint8_t minute = 0;
  uint8_t second = 0;           // 60 is read as 59.999999
  uint8_t fraction_digits = 0;  // as written, at most 9
  uint32_t nanosecond = 0;
  Precision precision = Precision::Year;
  bool is_time = false;  // a time of day: year, month and day mean nothing
  bool has_zone = false;
  int16_t zone_minutes = 0;

  // YYYY | YYYY-MM | YYYY-MM-DD
  static Result<Temporal> parseDate(std::string_view text);
  // A date, or a date with Thh:mm[:ss[.f+]][Z|(+-)hh:mm]; FHIRPath partials (2015T, 2015-01-01T10) too.
  static Result<Temporal> parseDateTime(std::string_view text);
  // hh[:mm[:ss[.f+]]]
  static Result<Temporal> parseTime(std::string_view text);

  std::string text() const;  // ISO 8601 to the written precision

  // The span of time that the value stands for: [low, high) in microseconds since 1970-01-01T00:00Z.
  // A value without a zone is taken in `default_zone_minutes` (east positive).
  struct Span {
    int64_t low;
    int64_t high;
  };
  Span span(int default_zone_minutes) const;

  static Temporal fromMicroseconds(int64_t since_epoch, int zone_minutes);
  static int daysInMonth(int year, int month);
  static int64_t daysFromCivil(int year, int month, int day);  // days since 1970-01-01
};

}  // namespace fhir::base
