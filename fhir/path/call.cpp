#include "fhir/path/evaluator.h"

namespace fhir::path {

bool Call::one(std::span<const Item> items, std::optional<Item>& out) {
  if (items.size() > 1) return fail("expected a single item, found several");
  if (!items.empty()) out = items[0];
  return true;
}

bool Call::oneInput(std::optional<Item>& out) { return one(input, out); }

bool Call::oneArgument(size_t i, std::optional<Item>& out) {
  Items items(evaluator.pool);
  return argument(i, items) && one(items, out);
}

bool Call::string(std::span<const Item> items, std::optional<std::string_view>& out) {
  out.reset();
  std::optional<Item> item;
  if (!one(items, item)) return false;
  if (!item) return true;
  Item value = evaluator.value(*item);
  if (evaluator.withoutValue(value)) return true;
  if (value.kind() != ItemKind::String) return fail("expected a String");
  out = value.string();
  return true;
}

bool Call::stringInput(std::optional<std::string_view>& out) { return string(input, out); }

bool Call::stringArgument(size_t i, std::optional<std::string_view>& out) {
  Items items(evaluator.pool);
  return argument(i, items) && string(items, out);
}

bool Call::integerArgument(size_t i, std::optional<int64_t>& out) {
  std::optional<Item> item;
  if (!oneArgument(i, item)) return false;
  out.reset();
  if (!item) return true;
  Item value = evaluator.value(*item);
  if (evaluator.withoutValue(value)) return true;
  if (value.kind() != ItemKind::Integer) return fail("expected an Integer");
  out = value.integer();
  return true;
}

}  // namespace fhir::path
