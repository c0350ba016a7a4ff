#include "fhir/definitions/rules.h"

#include "fhir/definitions/tables.h"

namespace fhir::definitions {

Rules::Rules() {
  const Tables& tables = r4Tables();
  for (TableReader row(tables.invariants); row.next();)
    invariants_.push_back(
        {row.cell(0), row.cell(1), row.cell(2), row.cell(3), row.cell(4), row.cell(5), row.cell(6)});
  for (TableReader row(tables.bindings); row.next();)
    bindings_.push_back({row.cell(0), row.cell(1), row.cell(2), row.cell(3), row.cell(4)});
  for (TableReader row(tables.type_profiles); row.next();)
    type_profiles_.push_back({row.cell(0), row.cell(1), words(row.cell(2))});
  for (TableReader row(tables.primitives); row.next();) primitives_.push_back({row.cell(0), row.cell(1)});
}

std::string_view Rules::profiles() const { return r4Tables().profiles; }

const Rules& r4Rules() {
  static const Rules rules;
  return rules;
}

}  // namespace fhir::definitions
