#include "fhir/definitions/lookup.h"
#include "fhir/path/conformance.h"
#include "fhir/path/functions/functions.h"
#include "fhir/path/resolver.h"

namespace fhir::path::functions {
namespace {

constexpr base::Name kExtension("extension"), kUrl("url");

}  // namespace

bool extension(Call& call, Items& out) {
  std::optional<std::string_view> url;
  if (!call.stringArgument(0, url)) return false;
  if (!url) return true;
  Items extensions(call.evaluator.pool), urls(call.evaluator.pool);
  for (const Item& item : call.input) {
    extensions.clear();
    call.evaluator.childrenNamed(item, kExtension, extensions);
    if (!call.evaluator.spend(extensions.size(), call.offset())) return false;
    for (const Item& candidate : extensions) {
      urls.clear();
      call.evaluator.childrenNamed(candidate, kUrl, urls);
      if (urls.size() == 1 && urls[0].navigator().scalar(urls[0].node()).text() == *url) out.push(candidate);
    }
  }
  return true;
}

// Whether an element of the input has the extension (FHIR R6).
bool hasExtension(Call& call, Items& out) {
  Items found(call.evaluator.pool);
  if (!extension(call, found)) return false;
  out.push(Item::boolean(!found.empty()));
  return true;
}

// True for one primitive with a value, false for anything else.
bool hasValue(Call& call, Items& out) {
  bool has = call.input.size() == 1;
  if (has && call.input[0].isNode()) {
    has = call.input[0].navigator().scalar(call.input[0].node()).kind != ScalarKind::None;
  }
  out.push(Item::boolean(has));
  return true;
}

bool getValue(Call& call, Items& out) {
  if (call.input.size() != 1) return true;
  Item value = call.evaluator.value(call.input[0]);
  bool primitive =
      !call.input[0].isNode() || call.input[0].navigator().scalar(call.input[0].node()).kind != ScalarKind::None;
  if (primitive) out.push(value);
  return true;
}

}  // namespace fhir::path::functions
