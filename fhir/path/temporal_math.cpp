#include "fhir/path/temporal_math.h"

#include <algorithm>
#include <array>

namespace fhir::path {
namespace {

using base::Precision;
using base::Temporal;

struct CivilDate {
  int year, month, day;
};

// Days since 1970-01-01 to a date; the inverse of Temporal::daysFromCivil.
CivilDate civilFromDays(int64_t days) {
  int64_t shifted = days + 719468;
  int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  int64_t day_of_era = shifted - era * 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month_part = (5 * day_of_year + 2) / 153;
  int day = static_cast<int>(day_of_year - (153 * month_part + 2) / 5 + 1);
  int month = static_cast<int>(month_part < 10 ? month_part + 3 : month_part - 9);
  int year = static_cast<int>(year_of_era + era * 400 + (month <= 2 ? 1 : 0));
  return {year, month, day};
}

bool setDays(Temporal& value, int64_t days) {
  CivilDate date = civilFromDays(days);
  if (date.year < 1 || date.year > 9999) return false;
  value.year = static_cast<int16_t>(date.year);
  value.month = static_cast<uint8_t>(date.month);
  value.day = static_cast<uint8_t>(date.day);
  return true;
}

constexpr int64_t kNanosInSecond = 1'000'000'000;
constexpr int64_t kSecondsInDay = 86'400;

// Moves a value of precision Hour or finer by seconds and nanoseconds (both of one sign).
bool shift(Temporal& value, int64_t seconds, int64_t nanos) {
  int64_t nano = value.nanosecond + nanos % kNanosInSecond;
  seconds += nanos / kNanosInSecond;
  if (nano < 0) {
    nano += kNanosInSecond;
    --seconds;
  } else if (nano >= kNanosInSecond) {
    nano -= kNanosInSecond;
    ++seconds;
  }
  int64_t of_day = value.hour * 3600 + value.minute * 60 + value.second + seconds % kSecondsInDay;
  int64_t days = seconds / kSecondsInDay;
  if (of_day < 0) {
    of_day += kSecondsInDay;
    --days;
  } else if (of_day >= kSecondsInDay) {
    of_day -= kSecondsInDay;
    ++days;
  }
  if (!value.is_time && days != 0 &&
      !setDays(value, Temporal::daysFromCivil(value.year, value.month, value.day) + days)) {
    return false;
  }
  value.hour = static_cast<uint8_t>(of_day / 3600);
  value.minute = static_cast<uint8_t>(of_day / 60 % 60);
  value.second = static_cast<uint8_t>(of_day % 60);
  value.nanosecond = static_cast<uint32_t>(nano);
  return true;
}

bool addMonths(Temporal& value, int64_t months) {
  int64_t index = (value.year - 1) * int64_t{12} + (value.month - 1) + months;
  if (index < 0 || index >= int64_t{9999} * 12) return false;
  value.year = static_cast<int16_t>(index / 12 + 1);
  value.month = static_cast<uint8_t>(index % 12 + 1);
  value.day = std::min<uint8_t>(value.day, static_cast<uint8_t>(Temporal::daysInMonth(value.year, value.month)));
  return true;
}

bool hasZone(const Temporal& value) { return value.has_zone && !value.is_time; }

void toUtc(Temporal& value) {
  if (hasZone(value) && value.precision >= Precision::Hour) shift(value, -int64_t{value.zone_minutes} * 60, 0);
}

// Parts from the year (or the hour) on; seconds and fractions are one part.
std::array<int64_t, 6> parts(const Temporal& value) {
  int64_t second = value.second * kNanosInSecond + value.nanosecond;
  return {value.year, value.month, value.day, value.hour, value.minute, second};
}

int lastPart(const Temporal& value) { return std::min<int>(static_cast<int>(value.precision), 5); }

// The units of time, as months or as seconds and nanoseconds.
struct TimeUnit {
  std::string_view word;
  std::string_view ucum;
  Precision precision;
  int64_t months;
  int64_t days;
  int64_t seconds;
  int64_t nanos;
};
constexpr TimeUnit kTimeUnits[] = {
    {"year", "", Precision::Year, 12, 0, 0, 0},     {"month", "", Precision::Month, 1, 0, 0, 0},
    {"week", "wk", Precision::Day, 0, 7, 0, 0},     {"day", "d", Precision::Day, 0, 1, 0, 0},
    {"hour", "h", Precision::Hour, 0, 0, 3600, 0},  {"minute", "min", Precision::Minute, 0, 0, 60, 0},
    {"second", "s", Precision::Second, 0, 0, 1, 0}, {"millisecond", "ms", Precision::Fraction, 0, 0, 0, 1'000'000},
};

const TimeUnit* timeUnit(const Quantity& duration) {
  for (const TimeUnit& unit : kTimeUnits) {
    if (duration.calendar ? unit.word == duration.unit : (!unit.ucum.empty() && unit.ucum == duration.unit))
      return &unit;
  }
  return nullptr;
}

// Whole units; seconds keep their fraction.
bool wholeUnits(const base::Decimal& value, int64_t& out) {
  auto whole = value.toInteger();
  constexpr int64_t kMost = 400'000'000'000;  // seconds in more than 9999 years
  if (!whole || *whole > kMost || *whole < -kMost) return false;
  out = *whole;
  return true;
}

}  // namespace

std::optional<int> compareTemporal(const Temporal& a, const Temporal& b) {
  Temporal left = a, right = b;
  // A date has no zone and is compared as it is written.
  bool clocks = !a.is_time && a.precision >= Precision::Hour && b.precision >= Precision::Hour;
  if (clocks && a.has_zone != b.has_zone) {
    // Zones lie between -12:00 and +14:00.
    constexpr int64_t kHour = 3'600'000'000;
    int64_t gap = a.span(0).low - b.span(0).low;
    if (gap <= 14 * kHour && gap >= -14 * kHour) return std::nullopt;
    return gap < 0 ? -1 : 1;
  }
  if (clocks && a.zone_minutes != b.zone_minutes) {
    toUtc(left);
    toUtc(right);
  }
  auto l = parts(left), r = parts(right);
  int last_left = lastPart(left), last_right = lastPart(right);
  for (int i = left.is_time ? 3 : 0; i <= std::min(last_left, last_right); ++i) {
    if (l[i] != r[i]) return l[i] < r[i] ? -1 : 1;
  }
  if (last_left != last_right) return std::nullopt;
  return 0;
}

std::string_view calendarUnit(std::string_view word) {
  for (const TimeUnit& unit : kTimeUnits) {
    bool plural = word.size() == unit.word.size() + 1 && word.back() == 's' && word.starts_with(unit.word);
    if (word == unit.word || plural) return unit.word;
  }
  return {};
}

std::optional<Temporal> addDuration(const Temporal& value, const Quantity& duration, bool subtract) {
  const TimeUnit* unit = timeUnit(duration);
  if (!unit) return std::nullopt;
  if (value.is_time && (unit->months || unit->days)) return std::nullopt;
  Temporal moved = value;
  base::Decimal amount = subtract ? duration.value.negated() : duration.value;
  // N1 6.6.7: a unit finer than the value is first made whole units of the value's precision.
  int64_t whole;
  if (!wholeUnits(amount, whole)) return std::nullopt;
  if (!value.is_time && value.precision < Precision::Day && unit->months == 0) {
    // Years and months are 365 and 30 days here, as the specification says for comparing them.
    int64_t days = unit->days ? whole * unit->days : whole * unit->seconds / kSecondsInDay;
    if (unit->nanos) days = whole / (kSecondsInDay * 1000);
    int64_t months = value.precision == Precision::Year ? days / 365 * 12 : days / 30;
    return addMonths(moved, months) ? std::optional(moved) : std::nullopt;
  }
  if (unit->months) {
    int64_t months = whole * unit->months;
    if (value.precision == Precision::Year) months = months / 12 * 12;
    return addMonths(moved, months) ? std::optional(moved) : std::nullopt;
  }
  if (unit->days) {
    int64_t days = Temporal::daysFromCivil(value.year, value.month, value.day) + whole * unit->days;
    return setDays(moved, days) ? std::optional(moved) : std::nullopt;
  }
  if (value.precision == Precision::Day && !value.is_time) {
    int64_t seconds = unit->nanos ? whole / 1000 : whole * unit->seconds;
    int64_t days = Temporal::daysFromCivil(value.year, value.month, value.day) + seconds / kSecondsInDay;
    return setDays(moved, days) ? std::optional(moved) : std::nullopt;
  }
  // Below a day: exact seconds and nanoseconds, truncated to the value's precision.
  int64_t nanos = 0;
  if (unit->precision >= Precision::Second) {
    auto fraction = amount.subtract(amount.truncated());
    auto scaled = fraction
                      ? fraction->multiply(base::Decimal::fromInteger(unit->nanos ? unit->nanos : kNanosInSecond))
                      : fraction;
    auto rest = scaled ? scaled->toInteger() : base::Result<int64_t>(base::invalid("no fraction"));
    if (rest) nanos = *rest;
  }
  int64_t seconds = unit->nanos ? whole / 1000 : whole * unit->seconds;
  if (unit->nanos) nanos += whole % 1000 * unit->nanos;
  Temporal before = moved;
  if (!shift(moved, seconds, nanos)) return std::nullopt;
  if (moved.precision <= Precision::Hour) moved.minute = before.minute;
  if (moved.precision <= Precision::Minute) moved.second = before.second;
  if (moved.precision < Precision::Second) moved.nanosecond = 0;
  // Seconds and their fraction are one precision (N1 6.6.7).
  if (moved.nanosecond != 0) moved.precision = Precision::Fraction;
  if (moved.precision == Precision::Fraction) {
    moved.fraction_digits = std::max<uint8_t>(moved.fraction_digits, moved.nanosecond % 1'000'000 != 0 ? 9 : 3);
  }
  return moved;
}

bool unitFits(ItemKind kind, const Quantity& quantity) {
  const TimeUnit* unit = timeUnit(quantity);
  if (!unit) return false;
  bool of_days = unit->months != 0 || unit->days != 0;
  return kind == ItemKind::DateTime || of_days == (kind == ItemKind::Date);
}

Temporal inUtc(const Temporal& value) {
  Temporal utc = value;
  toUtc(utc);
  if (hasZone(utc)) utc.zone_minutes = 0;
  return utc;
}

uint64_t hashTemporal(const Temporal& value) {
  Temporal utc = value;
  toUtc(utc);
  uint64_t hash = static_cast<uint64_t>(lastPart(utc)) * 2 + (hasZone(utc) ? 1 : 0);
  auto all = parts(utc);
  for (int i = utc.is_time ? 3 : 0; i <= lastPart(utc); ++i) hash = hash * 1'000'003 + static_cast<uint64_t>(all[i]);
  return hash;
}

}  // namespace fhir::path
