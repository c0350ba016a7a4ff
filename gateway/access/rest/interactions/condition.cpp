#include "gateway/access/rest/interactions/condition.h"

#include <algorithm>
#include <iterator>

#include "fhir/model/reference.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

using fhir::base::Why;
using record::search::QueryParameters;
using record::search::SearchQuery;

namespace {

bool isResultParameter(std::string_view name) {
  constexpr std::string_view kNames[] = {"_count", "_summary", "_total",     "_elements",
                                         "_sort",  "_include", "_revinclude"};
  return std::find(std::begin(kNames), std::end(kNames), name.substr(0, name.find(':'))) != std::end(kNames);
}

fhir::base::Result<SearchQuery> readCriteria(const Service& service, fhir::definitions::TypeNumber type,
                                             const QueryParameters& criteria, const std::string& place) {
  record::search::ParseOptions options;
  options.zone_minutes = service.zone_minutes;
  options.own_base = service.base_url;
  for (const auto& [name, value] : criteria) {
    if (isResultParameter(name))
      return fhir::base::invalid("criteria name one resource by search parameters, without result parameters", place);
    if (value.empty()) return fhir::base::invalid("a value of the criteria is empty", place);
  }
  auto query = record::search::parseQuery(type, criteria, service.definitions, options);
  if (!query.ok()) return fhir::base::Error{query.error().why, query.error().text(), place};
  if (query->all_of.empty()) return fhir::base::invalid("criteria are needed that name one resource", place);
  query->count = 2;
  query->total = record::search::Total::None;
  return query;
}

}  // namespace

OrRefusal<Matched> match(const Service& service, fhir::definitions::TypeNumber type, std::string_view criteria,
                         const record::search::Rights& rights, const std::string& place) {
  if (criteria.starts_with('?')) criteria.remove_prefix(1);
  auto parameters = record::search::decodeForm(criteria);
  if (!parameters.ok()) return refuse({parameters.error().why, parameters.error().what, place});
  return match(service, type, *parameters, rights, place);
}

OrRefusal<Matched> match(const Service& service, fhir::definitions::TypeNumber type, const QueryParameters& criteria,
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

OrRefusal<UpdateTarget> updateTarget(const Service& service, const Call& call, const Matched& matched,
                                     std::string_view body_id) {
  const std::string place = call.type_name + ".id";
  UpdateTarget target;
  if (matched.version) {
    target.id = matched.version->id;
    if (!body_id.empty() && body_id != target.id)
      return refuse(Refusal::IdMismatch, "the resource's id differs from that of the match", place);
  } else if (body_id.empty()) {
    target.id = service.new_id();
  } else {
    if (!fhir::model::isValidId(body_id))
      return refuse(Refusal::IdInvalid, "an id has 1 to 64 characters of A-Z a-z 0-9 - and .", place);
    target.id = body_id;
    auto there = service.store.read(call.type, target.id, call.rights);
    if (there.ok()) return refuse({Why::Conflict, "a resource with this id exists and does not match", place});
  }
  ASSIGN_OR_REFUSE(target.precondition, writePrecondition(service, call, target.id));
  if (!matched.version) target.precondition.mode = record::store::WriteMode::Create;
  return target;
}

bool conditionChanged(const fhir::base::Error& error) { return error.why == Why::Busy && error.where == "condition"; }

}  // namespace gateway::access::rest::interactions
