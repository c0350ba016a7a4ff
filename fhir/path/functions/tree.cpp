#include "fhir/path/functions/functions.h"

namespace fhir::path::functions {

bool children(Call& call, Items& out) {
  for (const Item& item : call.input) {
    if (!call.evaluator.children(item, out)) return false;
  }
  return call.evaluator.spend(out.size(), call.offset());
}

bool descendants(Call& call, Items& out) {
  size_t next = out.size();
  if (!children(call, out)) return false;
  for (; next < out.size(); ++next) {
    size_t before = out.size();
    Item item = out[next];
    if (!call.evaluator.children(item, out)) return false;
    if (!call.evaluator.spend(1 + out.size() - before, call.offset())) return false;
  }
  return true;
}

}  // namespace fhir::path::functions
