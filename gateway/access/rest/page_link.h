#pragma once
// The `_page` parameter (design decision 9): where the next page begins and as of which commit, signed and unreadable
// to the client, and good for one query of one caller only. No state is kept on the server.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "fhir/base/result.h"
#include "gateway/record/search/rights.h"
#include "gateway/record/store/resource_store.h"

namespace gateway::access::rest {

struct PagePoint {
  // Read as of this commit: its sequence, or for a restricted caller its moment, so that the link's bytes do not
  // depend on what others wrote.
  std::variant<uint64_t, record::store::Moment> as_of;
  std::string after_key;  // the store's own
};

// What a token belongs to: the path and query of the first page, and who asked.
std::string pageScope(std::string_view path_and_query, const record::search::Rights& rights);

std::string pageToken(std::string_view signing_key, std::string_view scope, const PagePoint& point);
// Why::Invalid when it is not a token of ours for this scope.
fhir::base::Result<PagePoint> readPageToken(std::string_view signing_key, std::string_view scope,
                                            std::string_view token);

}  // namespace gateway::access::rest
