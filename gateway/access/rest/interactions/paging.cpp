#include "gateway/access/rest/interactions/paging.h"

#include <utility>

#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

OrRefusal<std::optional<std::string>> takePageToken(record::search::QueryParameters& parameters) {
  std::optional<std::string> token;
  record::search::QueryParameters others;
  for (auto& parameter : parameters) {
    if (parameter.first != "_page") {
      others.push_back(std::move(parameter));
      continue;
    }
    if (token) return refuse(fhir::base::invalid("_page is given twice", "http._page"));
    token = std::move(parameter.second);
  }
  parameters = std::move(others);
  return token;
}

OrRefusal<ReadFrom> readFrom(const Service& service, const Call& call, std::string_view scope,
                             const std::optional<std::string>& token) {
  if (token) {
    auto point = readPageToken(service.signing_key, scope, *token);
    if (!point.ok()) return refuse(point.error());
    if (const auto* sequence = std::get_if<uint64_t>(&point->as_of)) return ReadFrom{*sequence, point->after_key};
    auto sequence = service.store.sequenceOf(std::get<record::store::Moment>(point->as_of), call.rights);
    if (!sequence.ok()) return refusePage(sequence.error(), true);
    return ReadFrom{*sequence, point->after_key};
  }
  if (call.as_of) return ReadFrom{*call.as_of, {}};
  auto latest = service.store.latestSequence(call.rights);
  if (!latest.ok()) return refuse(latest.error());
  return ReadFrom{*latest, {}};
}

std::string selfLink(const Service& service, std::string_view path, std::string_view query,
                     const std::optional<std::string>& token) {
  std::string link = service.base_url + "/";
  link += path;
  if (!query.empty()) {
    link += '?';
    link += query;
  }
  if (token) {
    link += query.empty() ? "?_page=" : "&_page=";
    link += *token;
  }
  return link;
}

OrRefusal<std::string> nextLink(const Service& service, const Call& call, std::string_view path,
                                std::string_view query, std::string_view scope, const ReadFrom& next) {
  PagePoint point{next.sequence, next.after_key};
  if (!call.rights.unrestricted()) {
    auto moment = service.store.momentOf(next.sequence, call.rights);
    if (!moment.ok()) return refuse(moment.error());
    point.as_of = *moment;
  }
  return selfLink(service, path, query, pageToken(service.signing_key, scope, point));
}

Answer refusePage(const fhir::base::Error& error, bool following_a_link) {
  if (following_a_link && error.why == fhir::base::Why::Gone)
    return refuse(Refusal::PageExpired, "this page link is too old; search again", "http._page");
  return refuse(error);
}

}  // namespace gateway::access::rest::interactions
