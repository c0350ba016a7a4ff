// Parts of dates and times, and the time between two of them (N1 5.9, trial use).

#include <algorithm>

#include "fhir/path/functions/functions.h"
#include "fhir/path/operators.h"
#include "fhir/path/temporal_math.h"

namespace fhir::path::functions {
namespace {

using base::Decimal;
using base::Precision;
using base::Temporal;

// The input, when it is one date or time.
bool temporalInput(Call& call, std::optional<Item>& out) {
  if (!call.oneInput(out) || !out) return out.has_value() || call.input.empty();
  out = call.evaluator.value(*out);
  if (!isTemporal(out->kind())) out.reset();
  return true;
}

// One part, when the value has it.
bool part(Call& call, Precision precision, int64_t (*read)(const Temporal&), Items& out) {
  std::optional<Item> item;
  if (!temporalInput(call, item)) return false;
  if (!item) return true;
  const Temporal& value = item->temporal();
  bool has = value.precision >= precision && !(value.is_time && precision < Precision::Hour) &&
             !(item->kind() == ItemKind::Date && precision > Precision::Day);
  if (has) out.push(Item::integer(read(value)));
  return true;
}

struct Unit {
  std::string_view word;
  Precision precision;
  int64_t milliseconds;  // of those below a month
};
constexpr Unit kUnits[] = {{"year", Precision::Year, 0},
                           {"month", Precision::Month, 0},
                           {"week", Precision::Day, 7 * 86'400'000},
                           {"day", Precision::Day, 86'400'000},
                           {"hour", Precision::Hour, 3'600'000},
                           {"minute", Precision::Minute, 60'000},
                           {"second", Precision::Second, 1'000},
                           {"millisecond", Precision::Fraction, 1}};

int64_t days(const Temporal& value) { return Temporal::daysFromCivil(value.year, value.month, value.day); }

int64_t millisecondsOfDay(const Temporal& value) {
  return ((value.hour * 60 + value.minute) * 60 + value.second) * int64_t{1000} + value.nanosecond / 1'000'000;
}

// Milliseconds on the clock that is written; a time counts from midnight.
int64_t milliseconds(const Temporal& value) {
  return (value.is_time ? 0 : days(value) * 86'400'000) + millisecondsOfDay(value);
}

int64_t floorDivide(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }

// Boundaries crossed between both values.
int64_t boundaries(const Temporal& from, const Temporal& to, const Unit& unit) {
  if (unit.word == "year") return to.year - from.year;
  if (unit.word == "month") return (to.year - from.year) * 12 + (to.month - from.month);
  // Weeks begin on Sunday; 1970-01-04 was one.
  if (unit.word == "week") return floorDivide(days(to) - 3, 7) - floorDivide(days(from) - 3, 7);
  return floorDivide(milliseconds(to), unit.milliseconds) - floorDivide(milliseconds(from), unit.milliseconds);
}

// Whole periods between both values.
int64_t periods(const Temporal& from, const Temporal& to, const Unit& unit) {
  if (unit.milliseconds != 0) return (milliseconds(to) - milliseconds(from)) / unit.milliseconds;
  int64_t months = (to.year - from.year) * 12 + (to.month - from.month);
  auto within = [](const Temporal& t) { return t.day * int64_t{86'400'000} + millisecondsOfDay(t); };
  if (months > 0 && within(to) < within(from)) --months;
  if (months < 0 && within(to) > within(from)) ++months;
  return unit.word == "year" ? months / 12 : months;
}

bool between(Call& call, int64_t (*count)(const Temporal&, const Temporal&, const Unit&), Items& out) {
  std::optional<Item> from, to;
  std::optional<std::string_view> name;
  if (!call.oneInput(from) || !call.oneArgument(0, to) || !call.stringArgument(1, name)) return false;
  if (!from || !to || !name) return true;
  Item a = call.evaluator.value(*from), b = call.evaluator.value(*to);
  bool fits =
      isTemporal(a.kind()) && isTemporal(b.kind()) && (a.kind() == ItemKind::Time) == (b.kind() == ItemKind::Time);
  if (!fits) return call.fail("expected two dates or two times");
  std::string_view word = calendarUnit(*name);
  const Unit* unit =
      std::find_if(std::begin(kUnits), std::end(kUnits), [&](const Unit& u) { return u.word == word; });
  if (unit == std::end(kUnits)) return call.fail("there is no such unit of time");
  bool date = a.kind() == ItemKind::Date || b.kind() == ItemKind::Date;
  if ((date && unit->precision > Precision::Day) ||
      (a.kind() == ItemKind::Time && unit->precision < Precision::Hour)) {
    return call.fail("the unit does not fit these values");
  }
  Temporal left = a.temporal(), right = b.temporal();
  bool to_second = unit->precision == Precision::Fraction;
  Precision needed = to_second ? Precision::Second : unit->precision;
  if (left.precision < needed || right.precision < needed) return true;
  if (unit->precision >= Precision::Hour && left.has_zone && right.has_zone) {
    left = inUtc(left);
    right = inUtc(right);
  }
  out.push(Item::integer(count(left, right, *unit)));
  return true;
}

}  // namespace

bool yearOf(Call& call, Items& out) {
  return part(
      call, Precision::Year, [](const Temporal& t) { return int64_t{t.year}; }, out);
}
bool monthOf(Call& call, Items& out) {
  return part(
      call, Precision::Month, [](const Temporal& t) { return int64_t{t.month}; }, out);
}
bool dayOf(Call& call, Items& out) {
  return part(
      call, Precision::Day, [](const Temporal& t) { return int64_t{t.day}; }, out);
}
bool hourOf(Call& call, Items& out) {
  return part(
      call, Precision::Hour, [](const Temporal& t) { return int64_t{t.hour}; }, out);
}
bool minuteOf(Call& call, Items& out) {
  return part(
      call, Precision::Minute, [](const Temporal& t) { return int64_t{t.minute}; }, out);
}
bool secondOf(Call& call, Items& out) {
  return part(
      call, Precision::Second, [](const Temporal& t) { return int64_t{t.second}; }, out);
}
bool millisecondOf(Call& call, Items& out) {
  return part(
      call, Precision::Fraction, [](const Temporal& t) { return int64_t{t.nanosecond / 1'000'000}; }, out);
}

bool timezoneOffsetOf(Call& call, Items& out) {
  std::optional<Item> item;
  if (!temporalInput(call, item)) return false;
  if (!item || item->kind() != ItemKind::DateTime || !item->temporal().has_zone) return true;
  auto hours = Decimal::fromInteger(item->temporal().zone_minutes).divide(Decimal::fromInteger(60));
  // -7.0 rather than -7: the result is a Decimal.
  if (!hours) return true;
  auto decimal = hours->isInteger() ? Decimal::parse(hours->truncated().text() + ".0") : hours;
  if (decimal) out.push(Item::decimal(call.keep(*decimal)));
  return true;
}

bool dateOf(Call& call, Items& out) {
  std::optional<Item> item;
  if (!temporalInput(call, item)) return false;
  if (!item || item->kind() == ItemKind::Time) return true;
  Temporal date;
  const Temporal& value = item->temporal();
  date.year = value.year;
  date.month = value.month;
  date.day = value.day;
  date.precision = std::min(value.precision, Precision::Day);
  out.push(Item::temporal(ItemKind::Date, call.keep(date)));
  return true;
}

bool timeOf(Call& call, Items& out) {
  std::optional<Item> item;
  if (!temporalInput(call, item)) return false;
  if (!item || item->kind() != ItemKind::DateTime || item->temporal().precision < Precision::Hour) return true;
  Temporal time = item->temporal();
  time.is_time = true;
  time.has_zone = false;
  time.zone_minutes = 0;
  time.year = 1;
  time.month = time.day = 1;
  out.push(Item::temporal(ItemKind::Time, call.keep(time)));
  return true;
}

bool duration(Call& call, Items& out) { return between(call, periods, out); }
bool difference(Call& call, Items& out) { return between(call, boundaries, out); }

}  // namespace fhir::path::functions
