#pragma once
// Plan: how a query will be walked, chosen by planner.h and put into a store's language by its plan_to_sql. Whatever
// the plan, the answer is the same: only the time differs.

#include <cstddef>
#include <cstdint>

namespace gateway::record::search {

enum class Walk : uint8_t {
  Nothing,   // the caller sees nothing
  Type,      // all versions of the type, newest first
  Ids,       // all versions of the type by id, for _sort=_id
  Dates,     // by the index of the date parameter that sorts
  Clause,    // versions that one clause finds, already in commit order
  Gathered,  // versions that one clause finds, gathered and sorted
  Patients,  // versions in the compartments that the caller may see, gathered
};

struct Plan {
  Walk walk = Walk::Type;
  size_t clause = 0;  // which of SearchQuery.all_of drives
};

}  // namespace gateway::record::search
