#pragma once
// Conditions on one row of an index table, for one kind of search parameter each (R4 3.1.1.4.4 to 3.1.1.4.14).

#include <optional>
#include <string_view>
#include <vector>

#include "gateway/record/search/search_query.h"
#include "gateway/record/store/sqlite/plan_to_sql.h"

namespace gateway::record::store {

// One place in an index where rows stand together.
struct RowRange {
  std::string_view index;  // empty: the primary key
  SqlText where;
};

// An index table and a condition on its row `alias`.
struct RowCondition {
  std::string_view table;          // "idx_value", ...
  std::string_view by_vkey;        // the index for point checks, empty when the primary key will do
  SqlText where;                   // on parameter, value columns
  bool drives = false;             // the rows stand next to each other in the primary key, or in `ranges`
  bool ordered = false;            // in the order of vkey
  bool looks_through = false;      // finding them takes a look at many rows that are not wanted
  std::vector<RowRange> ranges{};  // the places to look at when they are several; a row may be in two of them
};

// The rows that say that one of the operands holds: one condition per way in which rows stand together. The clause is
// neither derived nor a chain, and its modifier neither :missing nor :not.
std::vector<RowCondition> rowConditions(const Definitions& definitions, const search::TokenSystems& systems,
                                        const search::SearchClause& clause, std::string_view alias);

// Conditions on the columns `low` and `high` of `alias`.
SqlText dateCondition(std::string_view alias, const search::SearchOperand& operand);
// The span [low, high) of `last_updated` that the operand asks for; nothing for `ne`.
std::optional<fhir::index::DateValue> momentSpan(const search::SearchOperand& operand);
// On `last_updated`, a moment.
SqlText momentCondition(std::string_view alias, const search::SearchOperand& operand);

// (?,?,...) with at least `values.size()` places: a power of two, so that few different texts arise; many values as
// one.
SqlText listOf(const std::vector<int64_t>& values);

}  // namespace gateway::record::store
