#include "gateway/access/rest/interactions/body.h"
#include "gateway/access/rest/interactions/bundle_entries.h"
#include "gateway/access/rest/interactions/patched.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

using fhir::model::Document;

// batch (R4 3.1.0.11): each entry by itself, as if it had come alone; one that fails does not touch the others.
Answer batch(const Service& service, const Call& call, const Document& bundle) {
  ASSIGN_OR_REFUSE(auto entries, readEntries(service, call, bundle));
  BundleWriter response("batch-response");
  for (auto& entry : entries) {
    if (!entry.refusal) {
      if (entry.resource.tree != nullptr) entry.call->body = textOf(bundle, entry.resource);
      if (entry.call->method == "PATCH") entry.refusal = unpackPatch(*entry.call);
      if (!entry.refusal) entry.refusal = perform(*entry.route.interaction, service, *entry.call);
      if (entry.refusal->refused()) placeIn(entry, *entry.refusal);
    }
    addAnswer(service, entry, *entry.refusal, response);
  }
  Answer answer;
  answer.resource = response.finish();
  return answer;
}

// POST [base]: what the Bundle says it is.
Answer batchOrTransaction(const Service& service, const Call& call) {
  ASSIGN_OR_REFUSE(auto bundle, readBody(call, "Bundle"));
  std::string type = memberText(bundle.root(), "type");
  if (type == "batch") return batch(service, call, bundle);
  if (type == "transaction") return transaction(service, call, bundle);
  return refuse({fhir::base::Why::Invalid, "a Bundle posted to the base is a batch or a transaction", "Bundle.type"});
}

}  // namespace gateway::access::rest::interactions
