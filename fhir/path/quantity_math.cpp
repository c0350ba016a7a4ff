#include "fhir/path/quantity_math.h"

#include <algorithm>

#include "fhir/path/temporal_math.h"
#include "fhir/terminology/ucum.h"

namespace fhir::path {
namespace {

using base::Decimal;
using terminology::UcumUnit;
using MaybeDecimal = std::optional<Decimal>;

MaybeDecimal take(base::Result<Decimal> result) {
  if (!result) return std::nullopt;
  return std::move(*result);
}

struct CalendarUnit {
  std::string_view word;
  std::string_view ucum;
  int64_t days;          // 0: shorter than a day
  int64_t milliseconds;  // 0: a day or longer
};
constexpr CalendarUnit kCalendarUnits[] = {
    {"year", "a", 365, 0},       {"month", "mo", 30, 0},       {"week", "wk", 7, 0},      {"day", "d", 1, 0},
    {"hour", "h", 0, 3'600'000}, {"minute", "min", 0, 60'000}, {"second", "s", 0, 1'000}, {"millisecond", "ms", 0, 1},
};

const CalendarUnit* calendarOf(std::string_view word) {
  for (const CalendarUnit& unit : kCalendarUnits) {
    if (unit.word == word) return &unit;
  }
  return nullptr;
}

bool isYearOrMonth(const Quantity& value) {
  return value.calendar && (value.unit == "year" || value.unit == "month");
}

// How many of the smallest common calendar unit (months, or milliseconds) one unit is.
int64_t calendarFactor(const CalendarUnit& unit, bool months) {
  if (months) return unit.word == "year" ? 12 : 1;
  return unit.days != 0 ? unit.days * 86'400'000 : unit.milliseconds;
}

bool bothYearOrMonth(const CalendarUnit& a, const CalendarUnit& b) { return a.days >= 30 && b.days >= 30; }

// A value in `from` as value in `to`, by the calendar.
MaybeDecimal calendarConvert(const Decimal& value, const CalendarUnit& from, const CalendarUnit& to) {
  bool months = bothYearOrMonth(from, to);
  auto scaled = value.multiply(Decimal::fromInteger(calendarFactor(from, months)));
  return scaled ? take(scaled->divide(Decimal::fromInteger(calendarFactor(to, months)))) : std::nullopt;
}

// The UCUM unit of a quantity; calendar words by their UCUM counterpart. Parsed here unless it has been before.
class Unit {
 public:
  explicit Unit(const Quantity& value) : known_(value.ucum) {
    if (known_) return;
    own_ = ucumUnit(value);
    if (own_) known_ = &*own_;
  }
  Unit(const Unit&) = delete;
  Unit& operator=(const Unit&) = delete;
  explicit operator bool() const { return known_ != nullptr; }
  const UcumUnit& operator*() const { return *known_; }
  const UcumUnit* operator->() const { return known_; }

 private:
  std::optional<UcumUnit> own_;
  const UcumUnit* known_;
};

int sign(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

bool sameUnit(const Quantity& a, const Quantity& b) { return a.unit == b.unit && a.calendar == b.calendar; }

// Both values in the larger or the smaller of both units, and that unit.
struct Aligned {
  Decimal left, right;
  std::string_view unit;
  bool calendar;
};
std::optional<Aligned> align(const Quantity& left, const Quantity& right, bool larger) {
  if (sameUnit(left, right)) return Aligned{left.value, right.value, left.unit, left.calendar};
  bool calendar = left.calendar && right.calendar;
  const CalendarUnit* a = calendar ? calendarOf(left.unit) : nullptr;
  const CalendarUnit* b = calendar ? calendarOf(right.unit) : nullptr;
  const Unit u(left), v(right);
  if (calendar ? (!a || !b) : (!u || !v)) return std::nullopt;
  Decimal one = Decimal::fromInteger(1);
  int order;
  if (calendar) {
    bool months = bothYearOrMonth(*a, *b);
    order = sign(calendarFactor(*a, months) <=> calendarFactor(*b, months));
  } else {
    auto compared = terminology::compare(one, *u, one, *v);
    if (!compared) return std::nullopt;
    order = sign(*compared);
  }
  bool keep_left = larger ? order >= 0 : order <= 0;
  MaybeDecimal other =
      calendar ? (keep_left ? calendarConvert(right.value, *b, *a) : calendarConvert(left.value, *a, *b))
               : (keep_left ? terminology::convert(right.value, *v, *u) : terminology::convert(left.value, *u, *v));
  if (!other) return std::nullopt;
  if (keep_left) return Aligned{left.value, *other, left.unit, left.calendar};
  return Aligned{*other, right.value, right.unit, right.calendar};
}

std::optional<Quantity> sum(Operator op, const Quantity& left, const Quantity& right) {
  // Years and months have no fixed length: they are added to each other only.
  bool fits = sameUnit(left, right) || isYearOrMonth(left) == isYearOrMonth(right);
  auto aligned = fits ? align(left, right, false) : std::nullopt;
  if (!aligned) return std::nullopt;
  auto value = op == Operator::Add ? aligned->left.add(aligned->right) : aligned->left.subtract(aligned->right);
  if (!value) return std::nullopt;
  return Quantity{*value, aligned->unit, aligned->calendar};
}

// Adds symbol^exponent to the parts; a unit of the same dimension that is there already takes it over, which
// changes the value.
bool multiplyPart(std::vector<UcumUnit::Part>& parts, const UcumUnit::Part& part, int exponent, Decimal& value) {
  auto same = std::find_if(parts.begin(), parts.end(), [&](const auto& p) { return p.symbol == part.symbol; });
  auto unit = UcumUnit::parse(part.symbol);
  for (auto at = parts.begin(); same == parts.end() && unit && at != parts.end(); ++at) {
    auto other = UcumUnit::parse(at->symbol);
    if (!other || !unit->comparableWith(*other) || unit->canonicalUnit() == "1") continue;
    auto factor = terminology::convert(Decimal::fromInteger(1), *unit, *other);
    if (!factor) return false;
    for (int i = 0; i < std::abs(exponent); ++i) {
      auto next = exponent > 0 ? value.multiply(*factor) : value.divide(*factor);
      if (!next) return false;
      value = *next;
    }
    same = at;
  }
  if (same == parts.end()) {
    parts.push_back({part.symbol, exponent});
  } else if ((same->exponent += exponent) == 0) {
    parts.erase(same);
  }
  return true;
}

std::optional<Quantity> product(Operator op, const Quantity& left, const Quantity& right, base::Arena& arena) {
  bool multiply = op == Operator::Multiply;
  auto value = multiply ? left.value.multiply(right.value) : left.value.divide(right.value);
  if (!value) return std::nullopt;
  if (!right.calendar && right.unit == "1") return Quantity{*value, left.unit, left.calendar};
  if (multiply && !left.calendar && left.unit == "1") return Quantity{*value, right.unit, right.calendar};
  if (left.calendar || right.calendar) return std::nullopt;
  const Unit u(left), v(right);
  if (!u || !v) return std::nullopt;
  auto scaled = value->multiply(u->number());
  auto number = scaled ? (multiply ? scaled->multiply(v->number()) : scaled->divide(v->number())) : std::move(scaled);
  if (!number) return std::nullopt;
  std::vector<UcumUnit::Part> parts = u->parts();
  Decimal result = *number;
  for (const UcumUnit::Part& part : v->parts()) {
    if (!multiplyPart(parts, part, multiply ? part.exponent : -part.exponent, result)) return std::nullopt;
  }
  return Quantity{result, arena.keep(terminology::ucumCode(parts)), false};
}

}  // namespace

std::optional<UcumUnit> ucumUnit(const Quantity& value) {
  std::string_view code = value.unit;
  if (value.calendar) {
    const CalendarUnit* unit = calendarOf(value.unit);
    if (!unit) return std::nullopt;
    code = unit->ucum;
  }
  auto parsed = UcumUnit::parse(code);
  if (!parsed) return std::nullopt;
  return std::move(*parsed);
}

std::optional<int> compareQuantity(const Quantity& left, const Quantity& right) {
  if (sameUnit(left, right)) return sign(left.value <=> right.value);
  if (isYearOrMonth(left) || isYearOrMonth(right)) {
    if (!left.calendar || !right.calendar) return std::nullopt;
    auto aligned = align(left, right, false);
    return aligned ? std::optional(sign(aligned->left <=> aligned->right)) : std::nullopt;
  }
  const Unit u(left), v(right);
  if (!u || !v) return std::nullopt;
  auto order = terminology::compare(left.value, *u, right.value, *v);
  return order ? std::optional(sign(*order)) : std::nullopt;
}

bool equivalentDecimal(const Decimal& left, const Decimal& right) {
  int places = std::max(0, std::min(left.normalized().scale(), right.normalized().scale()));
  return left.rounded(places) == right.rounded(places);
}

std::optional<bool> equivalentQuantity(const Quantity& left, const Quantity& right) {
  auto aligned = align(left, right, true);
  if (!aligned) return std::nullopt;
  return equivalentDecimal(aligned->left, aligned->right);
}

std::optional<Quantity> quantityArithmetic(Operator op, const Quantity& left, const Quantity& right,
                                           base::Arena& arena) {
  if (op == Operator::Add || op == Operator::Subtract) return sum(op, left, right);
  if (op == Operator::Multiply || op == Operator::Divide) return product(op, left, right, arena);
  return std::nullopt;
}

std::optional<Quantity> convertQuantity(const Quantity& value, std::string_view unit, base::Arena& arena) {
  std::string_view word = calendarUnit(unit);
  Quantity target{value.value, word.empty() ? arena.keep(unit) : word, !word.empty()};
  if (sameUnit(value, target)) return target;
  MaybeDecimal number;
  const CalendarUnit* from = value.calendar ? calendarOf(value.unit) : nullptr;
  const CalendarUnit* to = nullptr;
  for (const CalendarUnit& candidate : kCalendarUnits) {
    if (target.calendar ? candidate.word == target.unit : candidate.ucum == target.unit) to = &candidate;
  }
  if (from && to) {
    number = calendarConvert(value.value, *from, *to);
  } else {
    const Unit u(value), v(target);
    if (u && v) number = terminology::convert(value.value, *u, *v);
  }
  if (!number) return std::nullopt;
  target.value = *number;
  return target;
}

uint64_t hashQuantity(const Quantity& value) {
  constexpr uint64_t kTime = 71, kUnknown = 73;
  auto text = [](uint64_t seed, std::string_view bytes) {
    uint64_t hash = 14695981039346656037ull ^ seed;
    for (char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211ull;
    return hash;
  };
  // All durations share one: a year equals 12 months and 365 days, so their values cannot tell them apart.
  if (value.calendar) return kTime;
  const Unit unit(value);
  auto canonical = unit ? unit->toCanonical(value.value) : std::nullopt;
  if (!canonical) return text(kUnknown, value.unit);
  std::string name = unit->canonicalUnit();
  if (name == "s") return kTime;
  // Conversions may differ in the last digits; equal values agree in the first twenty.
  int places = 20 - (canonical->digits() - canonical->scale());
  return text(text(0, name), canonical->rounded(places).normalized().text());
}

}  // namespace fhir::path
