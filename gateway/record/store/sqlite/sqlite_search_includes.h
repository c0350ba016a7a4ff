#pragma once
// _include and _revinclude (R4 3.1.1.5.4): what the matches of a page refer to, and what refers to them. Every hop is
// current as of the search's sequence and visible to the caller.

#include <vector>

#include "gateway/record/store/sqlite/sqlite_search_run.h"

namespace gateway::record::store {

// How often `:iterate` goes on from what has been included.
constexpr int kMaxIterations = 3;

// Fills `page.included`, without repeats and without the matches; `vkeys` are those of page.matches.
// Why::TooCostly over limits.includes.
fhir::base::Done addIncludes(SearchRun& run, VersionReader& reader, const search::SearchQuery& query,
                             const std::vector<int64_t>& vkeys, SearchPage& page);

}  // namespace gateway::record::store
