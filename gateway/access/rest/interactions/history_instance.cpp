#include <charconv>

#include "gateway/access/rest/bundle_writer.h"
#include "gateway/access/rest/http_values.h"
#include "gateway/access/rest/interactions/interactions.h"
#include "gateway/access/rest/interactions/paging.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

using record::store::HistoryPage;
using record::store::Version;

namespace {

OrRefusal<uint32_t> countOf(const Service& service, const record::search::QueryParameters& parameters) {
  std::optional<uint32_t> count;
  for (const auto& [name, value] : parameters) {
    if (name != "_count") continue;
    uint32_t number = 0;
    auto read = std::from_chars(value.data(), value.data() + value.size(), number);
    if (count || read.ec != std::errc() || read.ptr != value.data() + value.size() || number == 0)
      return refuse(fhir::base::invalid("_count is one whole number from 1", "http._count"));
    count = std::min(number, service.limits.max_count);
  }
  return count.value_or(service.limits.default_count);
}

BundleEntry entryOf(const Service& service, const std::string& path, const Version& version) {
  BundleEntry entry;
  entry.full_url = service.base_url + "/" + path;
  entry.url = path;
  entry.resource = version.json;
  // How a version came in is not kept (a mapping writes too): PUT describes each one truly, and replays to the same
  // id.
  entry.method = version.deleted ? "DELETE" : "PUT";
  entry.status = statusLine(version.deleted ? 204 : version.version == 1 ? 201 : 200);
  entry.etag = entityTag(version.version);
  entry.last_modified = instant(version.last_updated, service.zone_minutes);
  return entry;
}

}  // namespace

// history-instance (R4 3.1.0.12): newest first; a version of which the caller is not to know is not in it.
Answer historyInstance(const Service& service, const Call& call) {
  auto parameters = call.parameters;
  ASSIGN_OR_REFUSE(auto token, takePageToken(parameters));
  ASSIGN_OR_REFUSE(uint32_t count, countOf(service, parameters));
  std::string path = call.type_name + "/" + call.id;
  std::string history_path = path + "/_history";
  std::string query = "_count=" + std::to_string(count);
  std::string scope = pageScope(history_path + "?" + query, call.rights);
  ASSIGN_OR_REFUSE(ReadFrom point, readFrom(service, call, scope, token));
  auto page = service.store.history(call.type, call.id, call.rights, count, point.sequence, point.after_key);
  if (!page.ok()) return refusePage(page.error(), token.has_value());
  if (page->total == 0) return refuse({fhir::base::Why::NotFound, "there is no such resource", {}});

  BundleWriter bundle("history");
  bundle.total(page->total);
  bundle.link("self", selfLink(service, history_path, query, token));
  if (!page->next_key.empty()) {
    ASSIGN_OR_REFUSE(std::string next,
                     nextLink(service, call, history_path, query, scope, {point.sequence, page->next_key}));
    bundle.link("next", next);
  }
  for (const auto& version : page->versions) bundle.entry(entryOf(service, path, version));
  Answer answer;
  answer.resource = bundle.finish();
  return answer;
}

}  // namespace gateway::access::rest::interactions
