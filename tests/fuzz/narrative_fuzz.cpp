// A narrative's div. What is left of one that holds too much is a div that may stay as it is.
#include "fhir/model/narrative.h"

#include "tests/fuzz/target.h"

FUZZ_TARGET(input) {
  const auto checked = fhir::model::checkNarrative(input);
  if (checked.faults.empty()) return;
  FUZZ_CHECK(checked.is_div);
  const auto again = fhir::model::checkNarrative(checked.safe);
  FUZZ_CHECK(again.is_div && again.faults.empty());
  FUZZ_CHECK(again.has_content == checked.has_content);
}
