// Narrative.div (R4 2.4.0): txt-1 the elements and attributes that are safe, txt-2 some content.

#include "fhir/model/narrative.h"

#include "fhir/validate/pass.h"

namespace fhir::validate {

void Pass::checkNarrative(uint32_t div) {
  const model::CheckedNarrative checked = model::checkNarrative(value(div));
  if (!checked.is_div) {
    error(div, "invariant", "txt-1", "the narrative is not one well-formed div in the namespace of XHTML");
  } else if (!checked.faults.empty()) {
    error(div, "invariant", "txt-1", checked.faults.front().what);
  } else if (!checked.has_content) {
    error(div, "invariant", "txt-2", "the narrative has no text and no image");
  }
}

}  // namespace fhir::validate
