#include "gateway/access/rest/interactions/interactions.h"
#include "gateway/access/rest/interactions/precondition.h"
#include "gateway/access/rest/interactions/stored_version.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

using fhir::base::Why;
using record::store::Batch;
using record::store::Effect;
using record::store::Write;
using record::store::WriteMode;

// delete (R4 3.1.0.7): 204, also when it was deleted before or never existed. The history stays.
Answer remove(const Service& service, const Call& call) {
  ASSIGN_OR_REFUSE(WritePrecondition precondition, writePrecondition(service, call));
  Batch batch;
  Write write;
  write.mode = WriteMode::Delete;
  write.type = call.type;
  write.id = call.id;
  write.if_match = precondition.if_match;
  batch.writes.push_back(std::move(write));
  auto committed = commitAndWait(service, std::move(batch));
  Answer answer;
  answer.status = 204;
  if (!committed.ok()) {
    Why why = committed.error().why;
    if ((why == Why::NotFound || why == Why::Gone) && !precondition.if_match) return answer;
    return refuseWrite(committed.error());
  }
  const auto& outcome = committed->outcomes.at(0);
  if (outcome.effect == Effect::Deleted) answer.version = outcome.version;
  if (call.preferences.returns == Return::Outcome) {
    answer.status = 200;
    answer.issues.push_back(informationIssue("MSG_DELETED_DONE", "the resource is deleted"));
  }
  return answer;
}

}  // namespace gateway::access::rest::interactions
