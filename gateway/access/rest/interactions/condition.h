#pragma once
// Criteria that name one resource: If-None-Exist (R4 3.1.0.8.1), the URL of a conditional update or delete
// (R4 3.1.0.4.3, 3.1.0.7.1) and conditional references in a transaction (R4 3.1.0.11.3). Looked up with the caller's
// rights; held to at the commit (design decision 14).

#include <optional>
#include <string>
#include <string_view>

#include "gateway/access/rest/answer.h"
#include "gateway/access/rest/interactions/interactions.h"
#include "gateway/access/rest/interactions/precondition.h"
#include "gateway/record/search/query_parser.h"
#include "gateway/record/store/resource_store.h"

namespace gateway::access::rest::interactions {

struct Matched {
  std::optional<record::store::Version> version;  // the one match, or none
  record::store::Condition condition;             // for Batch.conditions
};

// Refusal::MultipleMatches when more than one matches. Always strict: criteria without a filter, with an empty value
// or with a result parameter are Why::Invalid, whatever handling the client prefers, since leaving something out
// would widen them. `place` is where they stand: "http.If-None-Exist", "Bundle.entry[2]...".
OrRefusal<Matched> match(const Service& service, fhir::definitions::TypeNumber type,
                         const record::search::QueryParameters& criteria, const record::search::Rights& rights,
                         const std::string& place);
// `criteria` is percent-encoded: "identifier=http://x|1".
OrRefusal<Matched> match(const Service& service, fhir::definitions::TypeNumber type, std::string_view criteria,
                         const record::search::Rights& rights, const std::string& place);

// What a conditional update writes: the match; without one a new resource, under the id in the body if there is one.
struct UpdateTarget {
  std::string id;
  WritePrecondition precondition;
};
// `call` has the preconditions; `body_id` is the resource's own id, maybe empty. Refused when it names another
// resource than the match (400), or one that is there and does not match (409).
OrRefusal<UpdateTarget> updateTarget(const Service& service, const Call& call, const Matched& matched,
                                     std::string_view body_id);

// The commit failed because a condition no longer holds: look again.
bool conditionChanged(const fhir::base::Error& error);

}  // namespace gateway::access::rest::interactions
