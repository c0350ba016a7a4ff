#include "gateway/access/rest/interactions/condition.h"

#include "gateway/access/rest/outcome.h"
#include "gateway/record/search/query_parser.h"

namespace gateway::access::rest::interactions {

using fhir::base::Why;
using record::search::SearchQuery;

namespace {

fhir::base::Result<SearchQuery> readCriteria(const Service& service, fhir::definitions::TypeNumber type,
                                             std::string_view criteria, const std::string& place) {
  if (criteria.starts_with('?')) criteria.remove_prefix(1);
  ASSIGN_OR_RETURN(auto parameters, record::search::decodeForm(criteria));
  record::search::ParseOptions options;
  options.zone_minutes = service.zone_minutes;
  options.own_base = service.base_url;
  auto query = record::search::parseQuery(type, parameters, service.definitions, options);
  if (!query.ok()) return fhir::base::Error{query.error().why, query.error().text(), place};
  if (query->all_of.empty() || !query->includes.empty() || !query->sort.empty())
    return fhir::base::invalid("criteria name one resource by search parameters, without result parameters", place);
  query->count = 2;
  query->total = record::search::Total::None;
  return query;
}

}  // namespace

OrRefusal<Matched> match(const Service& service, fhir::definitions::TypeNumber type, std::string_view criteria,
                         const record::search::Rights& rights, const std::string& place) {
  auto query = readCriteria(service, type, criteria, place);
  if (!query.ok()) return refuse(query.error());
  auto page = service.store.search(*query, rights, std::nullopt, {});
  if (!page.ok()) return refuse(page.error());
  if (page->matches.size() > 1)
    return refuse(Refusal::MultipleMatches, "the criteria match more than one resource", place);
  Matched matched{std::nullopt, {std::move(query).value(), rights, std::nullopt}};
  if (page->matches.size() == 1) {
    matched.condition.expected = page->matches[0].id;
    matched.version = std::move(page->matches[0]);
  }
  return matched;
}

bool conditionChanged(const fhir::base::Error& error) { return error.why == Why::Busy && error.where == "condition"; }

}  // namespace gateway::access::rest::interactions
