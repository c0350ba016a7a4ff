#include "gateway/access/rest/interactions/body.h"
#include "gateway/access/rest/interactions/condition.h"
#include "gateway/access/rest/interactions/interactions.h"
#include "gateway/access/rest/interactions/stored_version.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

using record::store::Batch;
using record::store::Write;
using record::store::WriteMode;

namespace {

// The one match of If-None-Exist: nothing is written (R4 3.1.0.8.1).
Answer showExisting(const Service& service, const Call& call, const record::store::Version& version) {
  record::store::WriteOutcome outcome;
  outcome.type = version.type;
  outcome.id = version.id;
  outcome.version = version.version;
  outcome.last_updated = version.last_updated;
  return showWritten(service, call, outcome, 200, Return::Representation);
}

}  // namespace

// create (R4 3.1.0.8). The id is always ours: an id in the body is ignored.
Answer create(const Service& service, const Call& call) {
  for (uint32_t attempt = 0; attempt < service.limits.condition_attempts; ++attempt) {
    ASSIGN_OR_REFUSE(auto document, readBody(call, call.type_name));
    if (auto refusal = checkWritten(service, document)) return *std::move(refusal);
    Batch batch;
    if (!call.preconditions.if_none_exist.empty()) {
      ASSIGN_OR_REFUSE(auto matched, match(service, call.type, call.preconditions.if_none_exist, call.rights,
                                           "http.If-None-Exist"));
      if (matched.version) return showExisting(service, call, *matched.version);
      batch.conditions.push_back(std::move(matched.condition));
    }
    Write write;
    write.mode = WriteMode::Create;
    write.type = call.type;
    write.id = service.new_id();
    write.document = std::move(document);
    write.rewrite_reference = ownReferencesRelative(service);
    batch.writes.push_back(std::move(write));
    auto committed = commitAndWait(service, std::move(batch));
    if (committed.ok()) return showWritten(service, call, committed->outcomes.at(0), 201, Return::Representation);
    if (!conditionChanged(committed.error())) return refuse(committed.error());
  }
  return refuse({fhir::base::Why::Busy, "others keep changing what If-None-Exist asks for", "http.If-None-Exist"});
}

}  // namespace gateway::access::rest::interactions
