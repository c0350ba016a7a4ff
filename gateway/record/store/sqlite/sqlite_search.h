#pragma once
// Searching a SQLite record: SearchQuery + Rights + sequence -> versions, on one reader connection.

#include <optional>
#include <string_view>

#include "gateway/record/search/planner.h"
#include "gateway/record/search/search_query.h"
#include "gateway/record/search/token_systems.h"
#include "gateway/record/sql/sqlite.h"
#include "gateway/record/store/resource_store.h"
#include "gateway/record/store/sqlite/version_reader.h"

namespace gateway::record::store {

struct SearchLimits {
  int64_t milliseconds = 10'000;
  uint32_t includes = 1'000;
  uint64_t gather = search::kGatherable;  // rows that are sorted rather than walked
};

// Used by one thread at a time, like its connection.
fhir::base::Result<SearchPage> searchSqlite(sql::Connection& connection, VersionReader& reader,
                                            const search::TokenSystems& systems, const search::SearchQuery& query,
                                            const Rights& rights, uint64_t as_of, std::string_view after_key,
                                            const SearchLimits& limits);

}  // namespace gateway::record::store
