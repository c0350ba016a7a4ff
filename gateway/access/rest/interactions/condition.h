#pragma once
// Criteria that name one resource: If-None-Exist (R4 3.1.0.8.1) and conditional references in a transaction
// (R4 3.1.0.11.3). Looked up with the caller's rights; held to at the commit (design decision 14).

#include <optional>
#include <string>
#include <string_view>

#include "gateway/access/rest/answer.h"
#include "gateway/access/rest/interactions/interactions.h"
#include "gateway/record/store/resource_store.h"

namespace gateway::access::rest::interactions {

struct Matched {
  std::optional<record::store::Version> version;  // the one match, or none
  record::store::Condition condition;             // for Batch.conditions
};

// `criteria` is percent-encoded: "identifier=http://x|1". Refusal::MultipleMatches when more than one matches;
// criteria without a filter are Why::Invalid. `place` is where they stand: "http.If-None-Exist",
// "Bundle.entry[2]...".
OrRefusal<Matched> match(const Service& service, fhir::definitions::TypeNumber type, std::string_view criteria,
                         const record::search::Rights& rights, const std::string& place);

// The commit failed because a condition no longer holds: look again.
bool conditionChanged(const fhir::base::Error& error);

}  // namespace gateway::access::rest::interactions
