#include "fhir/path/functions/functions.h"
#include "fhir/path/item_set.h"

namespace fhir::path::functions {

bool union_(Call& call, Items& out) {
  Items other(call.evaluator.pool);
  return call.argument(0, other) && unite(call.evaluator, call.input, other, call.offset(), out);
}

bool combine(Call& call, Items& out) {
  Items other(call.evaluator.pool);
  if (!call.argument(0, other)) return false;
  out.append(call.input);
  out.append(other);
  return true;
}

}  // namespace fhir::path::functions
