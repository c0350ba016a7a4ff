#pragma once
// Equality, equivalence, order and arithmetic of items (N1 6.1, 6.2, 6.6). Private to fhir/path.

#include <span>

#include "fhir/path/evaluator.h"

namespace fhir::path {

// `=`: Empty when the precision of dates and times, or the units of quantities, leave it open.
Truth equal(Evaluator& evaluator, const Item& left, const Item& right);
// The same of what Evaluator::value() gave.
Truth equalValues(Evaluator& evaluator, const Item& left, const Item& right);
Truth equal(Evaluator& evaluator, std::span<const Item> left, std::span<const Item> right);

// `~`: never Empty.
bool equivalent(Evaluator& evaluator, const Item& left, const Item& right);
bool equivalent(Evaluator& evaluator, std::span<const Item> left, std::span<const Item> right);

enum class Order : uint8_t { Less, Equal, Greater, Empty, Mismatch };
// Mismatch: the types cannot be compared.
Order compare(Evaluator& evaluator, const Item& left, const Item& right);

// `+ - * / div mod` on two single values; empty results append nothing.
bool arithmetic(Evaluator& evaluator, Operator op, const Item& left, const Item& right, uint32_t offset, Items& out);

// A number as Decimal; false for anything else.
bool asDecimal(const Item& value, base::Decimal& out);
inline bool isWhole(ItemKind kind) { return kind == ItemKind::Integer || kind == ItemKind::Long; }
inline bool isNumber(ItemKind kind) { return isWhole(kind) || kind == ItemKind::Decimal; }
inline bool isTemporal(ItemKind kind) {
  return kind == ItemKind::Date || kind == ItemKind::DateTime || kind == ItemKind::Time;
}

}  // namespace fhir::path
