#include "gateway/access/rest/bundle_writer.h"
#include "gateway/access/rest/interactions/interactions.h"
#include "gateway/access/rest/interactions/paging.h"
#include "gateway/access/rest/negotiation.h"
#include "gateway/access/rest/outcome.h"
#include "gateway/access/rest/subset.h"
#include "gateway/record/search/query_parser.h"

namespace gateway::access::rest::interactions {

using record::search::QueryParameters;
using record::search::SearchQuery;
using record::search::Summary;
using record::search::Total;
using record::store::SearchPage;
using record::store::Version;

namespace {

// The query string's parameters, and for POST _search those of the body behind them.
OrRefusal<QueryParameters> parametersOf(const Call& call) {
  QueryParameters parameters = call.parameters;
  if (call.method != "POST") return parameters;
  if (call.body.empty() && call.media_type.empty()) return parameters;
  if (!isForm(call.media_type))
    return refuse(Refusal::UnsupportedMediaType, "_search takes a body of application/x-www-form-urlencoded",
                  "http.Content-Type");
  auto form = record::search::decodeForm(call.body);
  if (!form.ok()) return refuse(form.error());
  for (auto& parameter : *form) parameters.push_back(std::move(parameter));
  return parameters;
}

fhir::base::Result<SearchQuery> parse(const Service& service, const Call& call, const QueryParameters& parameters) {
  record::search::ParseOptions options;
  options.lenient = call.preferences.lenient;
  options.zone_minutes = service.zone_minutes;
  options.default_count = service.limits.default_count;
  options.max_count = service.limits.max_count;
  options.own_base = service.base_url;
  return record::search::parseQuery(call.type, parameters, service.definitions, options);
}

Answer refuseQuery(const fhir::base::Error& error) {
  fhir::base::Error placed = error;
  if (!placed.where.empty()) placed.where = "http." + placed.where;
  Answer answer = refuse(placed);
  if (error.why == fhir::base::Why::Invalid) answer.issues[0].details = "MSG_PARAM_INVALID";
  return answer;
}

void addEntry(const Service& service, const Subset& subset, const Version& version, std::string_view mode,
              BundleWriter& bundle) {
  std::string_view type_name = service.definitions.type(version.type)->name;
  BundleEntry entry;
  entry.full_url = service.base_url + "/";
  entry.full_url += type_name;
  entry.full_url += '/';
  entry.full_url += version.id;
  entry.search_mode = mode;
  std::string part;
  entry.resource = version.json;
  if (!subset.everything()) {
    part = subsetted(version.json, version.type, subset, service.definitions);
    entry.resource = part;
  }
  bundle.entry(entry);
}

// What lenient handling left out, for the caller to see (R4 3.1.1.2).
void addIgnored(const std::vector<std::string>& ignored, BundleWriter& bundle) {
  if (ignored.empty()) return;
  std::vector<Issue> issues;
  for (const auto& name : ignored)
    issues.push_back(
        warningIssue("not-supported", "MSG_PARAM_UNKNOWN", "this parameter was left out", "http." + name));
  std::string outcome = operationOutcome(issues);
  BundleEntry entry;
  entry.resource = outcome;
  entry.search_mode = "outcome";
  bundle.entry(entry);
}

}  // namespace

// search-type (R4 3.1.1), GET and POST _search.
Answer searchType(const Service& service, const Call& call) {
  ASSIGN_OR_REFUSE(auto parameters, parametersOf(call));
  ASSIGN_OR_REFUSE(auto token, takePageToken(parameters));
  auto query = parse(service, call, parameters);
  if (!query.ok()) return refuseQuery(query.error());
  std::string scope = pageScope(call.type_name + "?" + query->canonical, call.rights);
  ASSIGN_OR_REFUSE(ReadFrom point, readFrom(service, call, scope, token));
  auto page = service.store.search(*query, call.rights, point.sequence, point.after_key);
  if (!page.ok()) return refusePage(page.error(), token.has_value());

  BundleWriter bundle("searchset");
  if (page->total) bundle.total(*page->total);
  bundle.link("self", selfLink(service, call.type_name, query->canonical, token));
  bool only_count = query->summary == Summary::Count;
  if (!only_count && !page->next_key.empty()) {
    ASSIGN_OR_REFUSE(std::string next, nextLink(service, call, call.type_name, query->canonical, scope,
                                                {point.sequence, page->next_key}));
    bundle.link("next", next);
  }
  if (!only_count) {
    Subset subset{query->summary, query->elements};
    for (const auto& version : page->matches) addEntry(service, subset, version, "match", bundle);
    for (const auto& version : page->included) addEntry(service, {query->summary, {}}, version, "include", bundle);
  }
  addIgnored(query->ignored, bundle);
  Answer answer;
  answer.resource = bundle.finish();
  return answer;
}

}  // namespace gateway::access::rest::interactions
