#include "fhir/path/functions/functions.h"
#include "fhir/path/item_set.h"
#include "fhir/path/type_names.h"

namespace fhir::path::functions {

bool where(Call& call, Items& out) {
  for (size_t i = 0; i < call.input.size(); ++i) {
    Truth truth;
    if (!call.truthOver(0, call.input[i], i, truth)) return false;
    if (truth == Truth::True) out.push(call.input[i]);
  }
  return true;
}

bool select(Call& call, Items& out) {
  for (size_t i = 0; i < call.input.size(); ++i) {
    if (!call.argumentOver(0, call.input[i], i, out)) return false;
  }
  return true;
}

bool repeat(Call& call, Items& out) {
  ItemSet seen(call.evaluator, call.input.size());
  Items found(call.evaluator.pool);
  for (size_t i = 0; i < call.input.size(); ++i) {
    if (!call.argumentOver(0, call.input[i], i, found)) return false;
  }
  // `out` is the queue as well: what was added is projected in turn.
  size_t next = out.size();
  while (true) {
    if (!call.evaluator.spend(found.size(), call.offset())) return false;
    for (const Item& item : found) {
      if (seen.insert(item)) out.push(item);
    }
    if (next == out.size()) return true;
    found.clear();
    Item item = out[next];
    if (!call.argumentOver(0, item, next, found)) return false;
    ++next;
  }
}

// As repeat(), with duplicates; the step budget ends what would go on for ever.
bool repeatAll(Call& call, Items& out) {
  size_t next = out.size();
  for (const Item& item : call.input) {
    if (!call.argumentOver(0, item, SIZE_MAX, out)) return false;
  }
  for (; next < out.size(); ++next) {
    Item item = out[next];
    if (!call.argumentOver(0, item, SIZE_MAX, out)) return false;
    if (!call.evaluator.spend(1, call.offset())) return false;
  }
  return true;
}

// The first argument that is not empty; those after it are not evaluated.
bool coalesce(Call& call, Items& out) {
  size_t before = out.size();
  for (size_t i = 0; i < call.count() && out.size() == before; ++i) {
    if (!call.argument(i, out)) return false;
  }
  return true;
}

bool ofType(Call& call, Items& out) {
  const TypeSpecifier& type = call.typeArgument();
  for (const Item& item : call.input) {
    if (call.evaluator.program.search_parameter) {
      if (isOfType(item, type)) out.push(item);
    } else if (auto cast = asType(item, type, call.evaluator.arena())) {
      out.push(*cast);
    }
  }
  return true;
}

}  // namespace fhir::path::functions
