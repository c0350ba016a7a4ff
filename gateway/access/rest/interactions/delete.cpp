#include "gateway/access/rest/interactions/condition.h"
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

namespace {

// `id` empty: nothing matched the criteria, so nothing is left to do.
Answer removeOne(const Service& service, const Call& call, std::string_view id, Batch& batch, bool& again) {
  ASSIGN_OR_REFUSE(WritePrecondition precondition, writePrecondition(service, call, id));
  Answer answer;
  answer.status = 204;
  if (id.empty()) return precondition.if_match ? versionMismatch() : answer;
  Write write;
  write.mode = WriteMode::Delete;
  write.type = call.type;
  write.id = id;
  write.if_match = precondition.if_match;
  batch.writes.push_back(std::move(write));
  auto committed = commitAndWait(service, std::move(batch));
  if (!committed.ok()) {
    Why why = committed.error().why;
    if ((why == Why::NotFound || why == Why::Gone) && !precondition.if_match) return answer;
    again = conditionChanged(committed.error());
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

}  // namespace

// delete (R4 3.1.0.7): 204, also when it was deleted before or never existed. The history stays.
Answer remove(const Service& service, const Call& call) {
  Batch batch;
  bool again = false;
  return removeOne(service, call, call.id, batch, again);
}

// conditional delete (R4 3.1.0.7.1) of the one resource that the criteria match; several are 412.
Answer removeMatching(const Service& service, const Call& call) {
  for (uint32_t attempt = 0; attempt < service.limits.condition_attempts; ++attempt) {
    ASSIGN_OR_REFUSE(auto matched, match(service, call.type, call.parameters, call.rights, "http.query"));
    Batch batch;
    batch.conditions.push_back(std::move(matched.condition));
    bool again = false;
    Answer answer = removeOne(service, call, matched.version ? matched.version->id : std::string(), batch, again);
    if (!again) return answer;
  }
  return refuse({Why::Busy, "others keep changing what the criteria ask for", "http.query"});
}

}  // namespace gateway::access::rest::interactions
