#include "fhir/definitions/rules.h"

#include <algorithm>

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
  for (TableReader row(tables.value_set_codes); row.next();) {
    if (value_sets_.empty() || value_sets_.back().value_set != row.cell(0)) value_sets_.push_back({row.cell(0), {}});
    value_sets_.back().systems.push_back({row.cell(1), words(row.cell(2))});
  }
  std::sort(value_sets_.begin(), value_sets_.end(),
            [](const ValueSetCodes& a, const ValueSetCodes& b) { return a.value_set < b.value_set; });
}

std::string_view Rules::profiles() const { return r4Tables().profiles; }

std::span<const SystemCodes> Rules::codes(std::string_view value_set) const {
  value_set = value_set.substr(0, value_set.find('|'));
  if (auto required = r4().requiredSystems(value_set); !required.empty()) return required;
  auto at =
      std::lower_bound(value_sets_.begin(), value_sets_.end(), value_set,
                       [](const ValueSetCodes& row, std::string_view wanted) { return row.value_set < wanted; });
  if (at == value_sets_.end() || at->value_set != value_set) return {};
  return at->systems;
}

const Rules& r4Rules() {
  static const Rules rules;
  return rules;
}

}  // namespace fhir::definitions
