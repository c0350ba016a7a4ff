#include <algorithm>

#include "fhir/path/functions/functions.h"
#include "fhir/path/item_set.h"

namespace fhir::path::functions {
namespace {

bool slice(Call& call, size_t from, size_t to, Items& out) {
  to = std::min(to, call.input.size());
  if (from < to) out.append(call.input.subspan(from, to - from));
  return true;
}

}  // namespace

bool single(Call& call, Items& out) {
  if (call.input.size() > 1) return call.fail("single() found several items");
  out.append(call.input);
  return true;
}

bool first(Call& call, Items& out) { return slice(call, 0, 1, out); }

bool last(Call& call, Items& out) {
  if (!call.input.empty()) out.push(call.input.back());
  return true;
}

bool tail(Call& call, Items& out) { return slice(call, 1, call.input.size(), out); }

bool skip(Call& call, Items& out) {
  std::optional<int64_t> number;
  if (!call.integerArgument(0, number)) return false;
  if (!number) return true;
  return slice(call, static_cast<size_t>(std::max<int64_t>(*number, 0)), call.input.size(), out);
}

bool take(Call& call, Items& out) {
  std::optional<int64_t> number;
  if (!call.integerArgument(0, number)) return false;
  if (!number) return true;
  return slice(call, 0, static_cast<size_t>(std::max<int64_t>(*number, 0)), out);
}

bool intersect(Call& call, Items& out) {
  Items other(call.evaluator.pool);
  if (!call.argument(0, other)) return false;
  if (!call.evaluator.spend(other.size(), call.offset())) return false;
  ItemSet wanted(call.evaluator, other.size()), seen(call.evaluator, call.input.size());
  for (const Item& item : other) wanted.insert(item);
  for (const Item& item : call.input) {
    if (wanted.contains(item) && seen.insert(item)) out.push(item);
  }
  return true;
}

bool exclude(Call& call, Items& out) {
  Items other(call.evaluator.pool);
  if (!call.argument(0, other)) return false;
  if (!call.evaluator.spend(other.size(), call.offset())) return false;
  ItemSet unwanted(call.evaluator, other.size());
  for (const Item& item : other) unwanted.insert(item);
  for (const Item& item : call.input) {
    if (!unwanted.contains(item)) out.push(item);
  }
  return true;
}

}  // namespace fhir::path::functions
