#include <algorithm>

#include "gateway/access/rest/interactions/body.h"
#include "gateway/access/rest/interactions/bundle_entries.h"
#include "gateway/access/rest/interactions/condition.h"
#include "gateway/access/rest/interactions/patched.h"
#include "gateway/access/rest/interactions/stored_version.h"
#include "gateway/access/rest/interactions/transaction_plan.h"
#include "gateway/access/rest/interactions/transaction_references.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

using fhir::base::Why;
using fhir::model::Document;
using record::store::Batch;
using record::store::CommitResult;
using record::store::Effect;
using record::store::Write;
using record::store::WriteMode;

namespace {

// PATCH: the current version, patched; the commit holds to that version.
OrRefusal<Write> makePatchedWrite(const Service& service, const PlannedEntry& entry, std::string body, Write write) {
  Call& call = *entry.asked->call;
  call.body = std::move(body);
  call.media_type = "application/fhir+json";
  if (auto refusal = unpackPatch(call)) return *std::move(refusal);
  ASSIGN_OR_REFUSE(auto patch, readPatch(call));
  ASSIGN_OR_REFUSE(auto current, currentVersion(service, call, entry.id));
  if (!write.if_match) write.if_match = current.version;
  if (*write.if_match != current.version)
    return refuseWrite({Why::Conflict, "another version is current", "if-match"});
  ASSIGN_OR_REFUSE(write.document, patchedDocument(patch, current));
  if (auto refusal = checkWritten(service, *write.document)) return *std::move(refusal);
  return write;
}

OrRefusal<Write> makeWrite(const Service& service, const PlannedEntry& entry, ReferenceRewriter& rewriter) {
  Write write;
  write.type = entry.asked->route.type;
  write.id = entry.id;
  write.if_match = entry.precondition.if_match;
  write.mode = entry.precondition.mode;
  const std::string& method = entry.asked->call->method;
  if (method == "DELETE") {
    write.mode = WriteMode::Delete;
    return write;
  }
  ASSIGN_OR_REFUSE(std::string json, rewriter.rewritten(*entry.asked));
  if (method == "PATCH") return makePatchedWrite(service, entry, std::move(json), std::move(write));
  ASSIGN_OR_REFUSE(Document document, readResource(std::move(json), entry.asked->route.type_name));
  if (method == "POST") {
    write.mode = WriteMode::Create;
  } else if (entry.conditional && document.id().empty()) {
    // The plan has found the id.
  } else if (auto refusal = checkId(document, entry.asked->route.type_name, entry.id)) {
    return *std::move(refusal);
  }
  if (auto refusal = checkWritten(service, document)) return *std::move(refusal);
  write.document = std::move(document);
  return write;
}

OrRefusal<Batch> makeBatch(const Service& service, const Call& call, const Document& bundle, TransactionPlan& plan) {
  ReferenceRewriter rewriter(service, call, bundle, plan);
  Batch batch;
  for (size_t position : plan.write_order) {
    const PlannedEntry& entry = plan.entries[position];
    auto write = makeWrite(service, entry, rewriter);
    if (auto* refusal = std::get_if<Answer>(&write)) {
      placeIn(*entry.asked, *refusal);
      return std::move(*refusal);
    }
    batch.writes.push_back(std::get<Write>(std::move(write)));
  }
  batch.conditions = std::move(plan.conditions);
  return batch;
}

Answer answerOfWrite(const Service& service, const PlannedEntry& entry, const CommitResult& committed) {
  const Call& call = *entry.asked->call;
  if (entry.existing) {
    record::store::WriteOutcome outcome;
    outcome.type = entry.existing->type;
    outcome.id = entry.existing->id;
    outcome.version = entry.existing->version;
    outcome.last_updated = entry.existing->last_updated;
    return showWritten(service, call, outcome, 200, Return::Minimal);
  }
  if (!entry.write) {
    Answer answer;
    answer.status = 204;
    return answer;
  }
  const auto& outcome = committed.outcomes.at(*entry.write);
  if (call.method == "DELETE") {
    Answer answer;
    answer.status = 204;
    if (outcome.effect == Effect::Deleted) answer.version = outcome.version;
    return answer;
  }
  return showWritten(service, call, outcome, outcome.effect == Effect::Created ? 201 : 200, Return::Minimal);
}

// Everything but the commit itself has been checked before; reads see the state that the commit made.
Answer respond(const Service& service, const TransactionPlan& plan, const CommitResult& committed) {
  BundleWriter response("transaction-response");
  for (const auto& entry : plan.entries) {
    Answer answer;
    if (entry.asked->route.interaction->writes) {
      answer = answerOfWrite(service, entry, committed);
    } else {
      entry.asked->call->as_of = committed.sequence;
      answer = perform(*entry.asked->route.interaction, service, *entry.asked->call);
      if (answer.refused()) placeIn(*entry.asked, answer);
    }
    addAnswer(service, *entry.asked, answer, response);
  }
  Answer answer;
  answer.resource = response.finish();
  return answer;
}

// Somebody wrote what a PATCH without If-Match was made from: look again.
bool patchedMeanwhile(const fhir::base::Error& error, const TransactionPlan& plan) {
  if (error.why != Why::Conflict || error.where != "if-match") return false;
  return std::none_of(plan.entries.begin(), plan.entries.end(),
                      [](const PlannedEntry& entry) { return entry.precondition.if_match.has_value(); });
}

fhir::base::Result<CommitResult> commitOrLook(const Service& service, const Call& call, Batch batch) {
  if (!batch.writes.empty()) return commitAndWait(service, std::move(batch));
  ASSIGN_OR_RETURN(uint64_t sequence, service.store.latestSequence(call.rights));
  return CommitResult{sequence, {}};
}

}  // namespace

// transaction (R4 3.1.0.11.2): all or nothing, in the order DELETE, POST, PUT and PATCH, GET whatever the order in
// the Bundle.
Answer transaction(const Service& service, const Call& call, const Document& bundle) {
  ASSIGN_OR_REFUSE(auto entries, readEntries(service, call, bundle));
  for (uint32_t attempt = 0; attempt < service.limits.condition_attempts; ++attempt) {
    ASSIGN_OR_REFUSE(TransactionPlan plan, planTransaction(service, call, entries));
    ASSIGN_OR_REFUSE(Batch batch, makeBatch(service, call, bundle, plan));
    auto committed = commitOrLook(service, call, std::move(batch));
    if (committed.ok()) return respond(service, plan, *committed);
    if (!conditionChanged(committed.error()) && !patchedMeanwhile(committed.error(), plan))
      return refuseWrite(committed.error());
  }
  return refuse({Why::Busy, "others keep changing what the conditions of this transaction ask for", {}});
}

}  // namespace gateway::access::rest::interactions
