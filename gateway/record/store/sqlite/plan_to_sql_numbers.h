#pragma once
// Conditions on idx_number for the prefixes of numbers and quantities (R4 3.1.1.4.6, 3.1.1.4.11): eq and ne go by the
// precision that the search is written with, all others compare the value itself.

#include <optional>
#include <string>

#include "fhir/terminology/ucum.h"
#include "gateway/record/store/sqlite/plan_to_sql.h"

namespace gateway::record::store {

// In which unit an operand is compared: the rows that have it, and the keys of numbers in it.
class NumberScale {
 public:
  // Canonical units for UCUM codes, the unit as written for others, any unit when none was given.
  static NumberScale of(const search::SearchOperand& operand);

  int64_t unit() const { return unit_; }
  bool converts() const { return canonical_.has_value(); }
  // Nothing when the number is beyond what can be compared.
  std::optional<std::string> key(const fhir::base::Decimal& number) const;

 private:
  int64_t unit_ = 0;
  std::optional<fhir::terminology::UcumUnit> canonical_;
};

// On the columns `low` and `high` of the row `alias`.
SqlText numberCondition(std::string_view alias, const search::SearchOperand& operand, const NumberScale& scale);

}  // namespace gateway::record::store
