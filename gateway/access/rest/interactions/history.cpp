#include <charconv>

#include "fhir/base/temporal.h"
#include "fhir/base/text.h"
#include "gateway/access/rest/bundle_writer.h"
#include "gateway/access/rest/http_values.h"
#include "gateway/access/rest/interactions/interactions.h"
#include "gateway/access/rest/interactions/paging.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

using record::store::HistoryPage;
using record::store::HistoryQuery;
using record::store::Version;

namespace {

// The parameters of a history (R4 3.1.0.12), without the page token.
struct Asked {
  HistoryQuery query;
  uint32_t count = 0;
  std::string canonical;  // the self link's query
};

std::optional<uint32_t> countOf(std::string_view value) {
  uint32_t number = 0;
  auto read = std::from_chars(value.data(), value.data() + value.size(), number);
  if (read.ec == std::errc::result_out_of_range) return UINT32_MAX;
  if (read.ec != std::errc() || read.ptr != value.data() + value.size() || number == 0) return std::nullopt;
  return number;
}

// A date or instant; without a zone in the site's. The plus of a zone arrives as a blank when it was not escaped.
std::optional<HistoryQuery::Span> spanOf(const Service& service, std::string value) {
  for (char& c : value)
    if (c == ' ') c = '+';
  auto time = fhir::base::Temporal::parseDateTime(value);
  if (!time.ok()) return std::nullopt;
  auto span = time->span(service.zone_minutes);
  return HistoryQuery::Span{span.low, span.high};
}

OrRefusal<Asked> askedOf(const Service& service, const record::search::QueryParameters& parameters) {
  Asked asked;
  auto once = [](bool given, std::string_view name) -> std::optional<Answer> {
    if (!given) return std::nullopt;
    return refuse(fhir::base::invalid("this parameter may be given once", "http." + std::string(name)));
  };
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;  // R4 3.1.1.3: an empty parameter is no error
    if (name == "_count") {
      if (auto twice = once(asked.count != 0, name)) return *std::move(twice);
      auto count = countOf(value);
      if (!count) return refuse(fhir::base::invalid("_count is one whole number from 1", "http._count"));
      asked.count = std::min(*count, service.limits.max_count);
    } else if (name == "_since" || name == "_at") {
      bool since = name == "_since";
      if (auto twice = once(since ? asked.query.since.has_value() : asked.query.at.has_value(), name))
        return *std::move(twice);
      auto span = spanOf(service, value);
      if (!span) return refuse(fhir::base::invalid("this is no date and no instant", "http." + name));
      if (since)
        asked.query.since = span->low;
      else
        asked.query.at = *span;
      asked.canonical += "&" + name + "=" + fhir::base::percentEncode(value);
    }
  }
  if (asked.count == 0) asked.count = service.limits.default_count;
  asked.canonical = "_count=" + std::to_string(asked.count) + asked.canonical;
  return asked;
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

// `path`: of what the history is, with a slash behind it; empty: of everything.
Answer history(const Service& service, const Call& call, const std::string& path) {
  auto parameters = call.parameters;
  ASSIGN_OR_REFUSE(auto token, takePageToken(parameters));
  ASSIGN_OR_REFUSE(Asked asked, askedOf(service, parameters));
  asked.query.type = call.type;
  asked.query.id = call.id;
  std::string history_path = path + "_history";
  std::string scope = pageScope(history_path + "?" + asked.canonical, call.rights);
  ASSIGN_OR_REFUSE(ReadFrom point, readFrom(service, call, scope, token));
  auto page = service.store.history(asked.query, call.rights, asked.count, point.sequence, point.after_key);
  if (!page.ok()) return refusePage(page.error(), token.has_value());

  BundleWriter bundle("history");
  bundle.total(page->total);
  bundle.link("self", selfLink(service, history_path, asked.canonical, token));
  if (!page->next_key.empty()) {
    ASSIGN_OR_REFUSE(std::string next,
                     nextLink(service, call, history_path, asked.canonical, scope, {point.sequence, page->next_key}));
    bundle.link("next", next);
  }
  for (const auto& version : page->versions) {
    std::string resource_path(service.definitions.type(version.type)->name);
    resource_path += "/" + version.id;
    bundle.entry(entryOf(service, resource_path, version));
  }
  Answer answer;
  answer.resource = bundle.finish();
  return answer;
}

}  // namespace

// history (R4 3.1.0.12): newest first; a version of which the caller is not to know is not in it.
Answer historyInstance(const Service& service, const Call& call) {
  return history(service, call, call.type_name + "/" + call.id + "/");
}

Answer historyType(const Service& service, const Call& call) { return history(service, call, call.type_name + "/"); }

Answer historySystem(const Service& service, const Call& call) { return history(service, call, {}); }

}  // namespace gateway::access::rest::interactions
