#include "gateway/access/rest/interactions/body.h"
#include "gateway/access/rest/interactions/condition.h"
#include "gateway/access/rest/interactions/interactions.h"
#include "gateway/access/rest/interactions/patched.h"
#include "gateway/access/rest/interactions/precondition.h"
#include "gateway/access/rest/interactions/stored_version.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

using fhir::base::Why;
using record::store::Batch;
using record::store::Version;
using record::store::Write;

namespace {

// The resource to patch: that of the URL, or the one that the criteria match (404 when none does, 412 when several).
OrRefusal<Version> target(const Service& service, const Call& call, Batch& batch) {
  if (!call.id.empty()) return currentVersion(service, call, call.id);
  ASSIGN_OR_REFUSE(auto matched, match(service, call.type, call.parameters, call.rights, "http.query"));
  if (!matched.version) return refuse({Why::NotFound, "the criteria match no resource", {}});
  batch.conditions.push_back(std::move(matched.condition));
  return *std::move(matched.version);
}

bool writtenMeanwhile(const fhir::base::Error& error) {
  return conditionChanged(error) || (error.why == Why::Conflict && error.where == "if-match");
}

}  // namespace

// patch (R4 3.1.0.7): the current version is patched and stored as an update would store it, if it still is the
// current one by then; without If-Match the patch is applied again when it is not.
Answer patch(const Service& service, const Call& call) {
  ASSIGN_OR_REFUSE(auto patch, readPatch(call));
  const EntityTags& tags = call.preconditions.if_match;
  for (uint32_t attempt = 0; attempt < service.limits.condition_attempts; ++attempt) {
    Batch batch;
    ASSIGN_OR_REFUSE(Version current, target(service, call, batch));
    ASSIGN_OR_REFUSE(WritePrecondition precondition, writePrecondition(service, call, current.id));
    if (precondition.if_match && *precondition.if_match != current.version)
      return refuseWrite({Why::Conflict, "another version is current", "if-match"});
    Write write;
    write.type = call.type;
    write.id = current.id;
    write.if_match = current.version;
    ASSIGN_OR_REFUSE(write.document, patchedDocument(patch, current));
    if (auto refusal = checkWritten(service, *write.document)) return *std::move(refusal);
    write.rewrite_reference = ownReferencesRelative(service);
    batch.writes.push_back(std::move(write));
    auto committed = commitAndWait(service, std::move(batch));
    if (committed.ok()) return showWritten(service, call, committed->outcomes.at(0), 200, Return::Representation);
    if (!writtenMeanwhile(committed.error()) || !tags.versions.empty()) return refuseWrite(committed.error());
  }
  return refuse({Why::Busy, "others keep changing the resource", {}});
}

}  // namespace gateway::access::rest::interactions
