#include "gateway/access/rest/interactions/body.h"
#include "gateway/access/rest/interactions/condition.h"
#include "gateway/access/rest/interactions/interactions.h"
#include "gateway/access/rest/interactions/precondition.h"
#include "gateway/access/rest/interactions/stored_version.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

using record::store::Batch;
using record::store::Effect;
using record::store::Write;

// update (R4 3.1.0.4): creates under the client's id when there is none, 201. Equal content makes no new version.
Answer update(const Service& service, const Call& call) {
  ASSIGN_OR_REFUSE(auto document, readBody(call, call.type_name));
  if (auto refusal = checkId(document, call.type_name, call.id)) return *std::move(refusal);
  if (auto refusal = checkWritten(service, document)) return *std::move(refusal);
  ASSIGN_OR_REFUSE(WritePrecondition precondition, writePrecondition(service, call));
  Batch batch;
  Write write;
  write.mode = precondition.mode;
  write.type = call.type;
  write.id = call.id;
  write.document = std::move(document);
  write.rewrite_reference = ownReferencesRelative(service);
  write.if_match = precondition.if_match;
  batch.writes.push_back(std::move(write));
  auto committed = commitAndWait(service, std::move(batch));
  if (!committed.ok()) return refuseWrite(committed.error());
  const auto& outcome = committed->outcomes.at(0);
  return showWritten(service, call, outcome, outcome.effect == Effect::Created ? 201 : 200, Return::Representation);
}

// conditional update (R4 3.1.0.4.3): of the one resource that the criteria match; none: created; several: 412.
Answer updateMatching(const Service& service, const Call& call) {
  for (uint32_t attempt = 0; attempt < service.limits.condition_attempts; ++attempt) {
    ASSIGN_OR_REFUSE(auto document, readBody(call, call.type_name));
    if (auto refusal = checkWritten(service, document)) return *std::move(refusal);
    ASSIGN_OR_REFUSE(auto matched, match(service, call.type, call.parameters, call.rights, "http.query"));
    ASSIGN_OR_REFUSE(UpdateTarget target, updateTarget(service, call, matched, document.id()));
    Batch batch;
    batch.conditions.push_back(std::move(matched.condition));
    Write write;
    write.mode = target.precondition.mode;
    write.type = call.type;
    write.id = target.id;
    write.document = std::move(document);
    write.rewrite_reference = ownReferencesRelative(service);
    write.if_match = target.precondition.if_match;
    batch.writes.push_back(std::move(write));
    auto committed = commitAndWait(service, std::move(batch));
    if (committed.ok()) {
      const auto& outcome = committed->outcomes.at(0);
      return showWritten(service, call, outcome, outcome.effect == Effect::Created ? 201 : 200,
                         Return::Representation);
    }
    if (!conditionChanged(committed.error())) return refuseWrite(committed.error());
  }
  return refuse({fhir::base::Why::Busy, "others keep changing what the criteria ask for", "http.query"});
}

}  // namespace gateway::access::rest::interactions
