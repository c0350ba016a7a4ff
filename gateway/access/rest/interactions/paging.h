#pragma once
// The `_page` parameter of search and history: taken out of the parameters, checked, and made for the next link.

#include <optional>
#include <string>
#include <string_view>

#include "gateway/access/rest/answer.h"
#include "gateway/access/rest/interactions/interactions.h"
#include "gateway/access/rest/page_link.h"

namespace gateway::access::rest::interactions {

// The token among the parameters, taken out; more than one is refused.
OrRefusal<std::optional<std::string>> takePageToken(record::search::QueryParameters& parameters);

// Where to read: as of which sequence, and after which match.
struct ReadFrom {
  uint64_t sequence = 0;
  std::string after_key;
};
// What the token says, or the newest commit that shows in what the caller may see, so that nothing tells about the
// data of others.
OrRefusal<ReadFrom> readFrom(const Service& service, const Call& call, std::string_view scope,
                             const std::optional<std::string>& token);

// [base]/path?query&_page=token
OrRefusal<std::string> nextLink(const Service& service, const Call& call, std::string_view path,
                                std::string_view query, std::string_view scope, const ReadFrom& next);
// The same page again: with its token when it is not the first.
std::string selfLink(const Service& service, std::string_view path, std::string_view query,
                     const std::optional<std::string>& token);

// A page error: Why::Gone means that the page's sequence is older than the retention.
Answer refusePage(const fhir::base::Error& error, bool following_a_link);

}  // namespace gateway::access::rest::interactions
