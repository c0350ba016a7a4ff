// A unit is parsed, written in its canonical form, compared with itself, and read as laboratories write units.
#include "fhir/terminology/ucum.h"
#include "tests/fuzz/target.h"

FUZZ_TARGET(input) {
  using fhir::terminology::UcumUnit;
  if (auto unit = UcumUnit::parse(input); unit.ok()) {
    FUZZ_CHECK(unit->comparableWith(*unit));
    const auto value = *fhir::base::Decimal::parse("1.50");
    (void)unit->toCanonical(value);
    (void)convert(value, *unit, *unit);
    if (auto order = compare(value, *unit, value, *unit)) FUZZ_CHECK(*order == std::strong_ordering::equal);
    // Not always comparable: a special unit is a dimension of its own inside a product, and is converted alone.
    (void)UcumUnit::parse(unit->canonicalUnit());
  }
  // What a text means is a unit.
  if (auto code = fhir::terminology::ucumFromText(input)) FUZZ_CHECK(UcumUnit::parse(*code).ok());
}
