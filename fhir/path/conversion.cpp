#include "fhir/path/conversion.h"

#include <algorithm>

#include "fhir/base/text.h"
#include "fhir/path/temporal_math.h"

namespace fhir::path {
namespace {

using base::Arena;
using base::Decimal;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

size_t skipDigits(std::string_view text, size_t at) {
  while (at < text.size() && isDigit(text[at])) ++at;
  return at;
}

// The end of [+-]?digits[.digits] at the beginning of the text, 0 when there is none.
size_t numberEnd(std::string_view text) {
  size_t from = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  size_t end = skipDigits(text, from);
  if (end == from) return 0;
  if (end + 1 < text.size() && text[end] == '.' && isDigit(text[end + 1])) end = skipDigits(text, end + 1);
  return end;
}

// Decimal::parse reads JSON numbers: no plus, no leading zeros.
std::optional<Decimal> parseNumber(std::string_view text) {
  bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  while (text.size() > 1 && text[0] == '0' && isDigit(text[1])) text.remove_prefix(1);
  auto parsed = Decimal::parse(text);
  if (!parsed) return std::nullopt;
  return negative ? parsed->negated() : *parsed;
}

std::optional<Item> number(const Decimal& value, Arena& arena) { return Item::decimal(arena.make<Decimal>(value)); }

std::optional<Item> toBoolean(const Item& value) {
  static const Decimal kOne = Decimal::fromInteger(1);
  switch (value.kind()) {
    case ItemKind::Boolean: return value;
    case ItemKind::Long:
    case ItemKind::Integer:
      if (value.integer() == 0 || value.integer() == 1) return Item::boolean(value.integer() == 1);
      return std::nullopt;
    case ItemKind::Decimal:
      if (value.decimal().isZero()) return Item::boolean(false);
      if (value.decimal() == kOne) return Item::boolean(true);
      return std::nullopt;
    case ItemKind::String: break;
    default: return std::nullopt;
  }
  static constexpr std::string_view kTrue[] = {"true", "t", "yes", "y", "1", "1.0"};
  static constexpr std::string_view kFalse[] = {"false", "f", "no", "n", "0", "0.0"};
  auto isOne = [&](std::string_view word) { return base::equalIgnoringCase(word, value.string()); };
  if (std::any_of(std::begin(kTrue), std::end(kTrue), isOne)) return Item::boolean(true);
  if (std::any_of(std::begin(kFalse), std::end(kFalse), isOne)) return Item::boolean(false);
  return std::nullopt;
}

// What toInteger() and toLong() read; the range is theirs.
std::optional<int64_t> wholeNumber(const Item& value) {
  switch (value.kind()) {
    case ItemKind::Integer:
    case ItemKind::Long: return value.integer();
    case ItemKind::Boolean: return value.boolean() ? 1 : 0;
    case ItemKind::String: break;
    default: return std::nullopt;
  }
  std::string_view text = value.string();
  if (text.empty() || numberEnd(text) != text.size() || text.find('.') != std::string_view::npos) return std::nullopt;
  auto parsed = parseNumber(text);
  auto integer = parsed ? parsed->toInteger() : base::Result<int64_t>(base::invalid("no number"));
  return integer ? std::optional(*integer) : std::nullopt;
}

std::optional<Item> toInteger(const Item& value) {
  if (value.kind() == ItemKind::Integer) return value;
  auto integer = wholeNumber(value);
  if (!integer || *integer > INT32_MAX || *integer < INT32_MIN) return std::nullopt;
  return Item::integer(*integer);
}

std::optional<Item> toLong(const Item& value) {
  auto integer = wholeNumber(value);
  return integer ? std::optional(Item::longInteger(*integer)) : std::nullopt;
}

std::optional<Item> toDecimal(const Item& value, Arena& arena) {
  switch (value.kind()) {
    case ItemKind::Decimal: return value;
    case ItemKind::Long:
    case ItemKind::Integer: return number(Decimal::fromInteger(value.integer()), arena);
    case ItemKind::Boolean: return number(*Decimal::parse(value.boolean() ? "1.0" : "0.0"), arena);
    case ItemKind::String: break;
    default: return std::nullopt;
  }
  std::string_view text = value.string();
  if (text.empty() || numberEnd(text) != text.size()) return std::nullopt;
  auto parsed = parseNumber(text);
  return parsed ? number(*parsed, arena) : std::nullopt;
}

std::optional<Item> keep(ItemKind kind, const base::Result<base::Temporal>& parsed, Arena& arena) {
  if (!parsed) return std::nullopt;
  return Item::temporal(kind, arena.make<base::Temporal>(*parsed));
}

std::optional<Item> toDate(const Item& value, Arena& arena) {
  if (value.kind() == ItemKind::Date) return value;
  if (value.kind() == ItemKind::String) return keep(ItemKind::Date, base::Temporal::parseDate(value.string()), arena);
  if (value.kind() != ItemKind::DateTime) return std::nullopt;
  const base::Temporal& date = value.temporal();
  base::Temporal day;
  day.year = date.year;
  day.month = date.month;
  day.day = date.day;
  day.precision = std::min(date.precision, base::Precision::Day);
  return Item::temporal(ItemKind::Date, arena.make<base::Temporal>(day));
}

std::optional<Item> toDateTime(const Item& value, Arena& arena) {
  if (value.kind() == ItemKind::DateTime) return value;
  if (value.kind() == ItemKind::Date) return Item::temporal(ItemKind::DateTime, &value.temporal());
  if (value.kind() != ItemKind::String) return std::nullopt;
  return keep(ItemKind::DateTime, base::Temporal::parseDateTime(value.string()), arena);
}

std::optional<Item> toTime(const Item& value, Arena& arena) {
  if (value.kind() == ItemKind::Time) return value;
  if (value.kind() != ItemKind::String) return std::nullopt;
  std::string_view text = value.string();
  if (text.starts_with('T')) text.remove_prefix(1);
  return keep(ItemKind::Time, base::Temporal::parseTime(text), arena);
}

std::optional<Item> toQuantity(const Item& value, Arena& arena) {
  if (value.kind() == ItemKind::Quantity) return value;
  std::optional<Quantity> quantity;
  if (value.kind() == ItemKind::String) {
    quantity = parseQuantity(value.string(), arena);
  } else if (auto number = toDecimal(value, arena)) {
    quantity = Quantity{number->decimal(), "1", false};
  }
  if (!quantity) return std::nullopt;
  return Item::quantity(arena.make<Quantity>(*quantity));
}

}  // namespace

std::optional<Quantity> parseQuantity(std::string_view text, Arena& arena) {
  size_t end = numberEnd(text);
  if (end == 0) return std::nullopt;
  auto value = parseNumber(text.substr(0, end));
  if (!value) return std::nullopt;
  std::string_view unit = text.substr(end);
  while (!unit.empty() && base::isBlank(unit.front())) unit.remove_prefix(1);
  if (unit.empty()) {
    if (end != text.size()) return std::nullopt;
    return Quantity{*value, "1", false};
  }
  bool quoted = unit.size() > 2 && unit.front() == '\'' && unit.back() == '\'';
  if (quoted) unit = unit.substr(1, unit.size() - 2);
  if (std::string_view word = calendarUnit(unit); !word.empty()) return Quantity{*value, word, true};
  if (!quoted || unit.find('\'') != std::string_view::npos) return std::nullopt;
  return Quantity{*value, arena.keep(unit), false};
}

std::optional<Item> convert(const Item& value, ItemKind target, Arena& arena) {
  switch (target) {
    case ItemKind::Boolean: return toBoolean(value);
    case ItemKind::Integer: return toInteger(value);
    case ItemKind::Long: return toLong(value);
    case ItemKind::Decimal: return toDecimal(value, arena);
    case ItemKind::Date: return toDate(value, arena);
    case ItemKind::DateTime: return toDateTime(value, arena);
    case ItemKind::Time: return toTime(value, arena);
    case ItemKind::Quantity: return toQuantity(value, arena);
    case ItemKind::String: {
      std::string_view text;
      if (value.isNode() || !value.text(arena, text)) return std::nullopt;
      return Item::string(text);
    }
    default: return std::nullopt;
  }
}

}  // namespace fhir::path
