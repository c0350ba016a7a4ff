// The terminology operations over the site's terminology (Dependencies::terminology), and over a stored resource when
// they are called on one.

#include "fhir/terminology/operations.h"

#include <optional>

#include "fhir/model/document.h"
#include "gateway/access/rest/bundle_writer.h"
#include "gateway/access/rest/interactions/body.h"
#include "gateway/access/rest/negotiation.h"
#include "gateway/access/rest/operations/operations.h"
#include "gateway/access/rest/outcome.h"
#include "gateway/record/search/query_parser.h"

namespace gateway::access::rest::operations {

using fhir::base::Error;
using fhir::base::Why;
using fhir::model::Document;
using fhir::terminology::LoadedTerminology;

namespace {

Answer refuseParameter(Error error) {
  if (!error.where.empty() && error.where.find_first_of(" :.[") == std::string::npos) error.where.insert(0, "http.");
  Answer answer = refuse(error);
  if (error.why == Why::Invalid) answer.issues[0].details = "MSG_PARAM_INVALID";
  return answer;
}

// From the query string, a form, or a Parameters resource in the body.
OrRefusal<Document> parametersOf(const Call& call) {
  record::search::QueryParameters pairs = call.parameters;
  bool posted = call.method == "POST" && !(call.body.empty() && call.media_type.empty());
  if (posted && !isForm(call.media_type)) {
    if (!pairs.empty())
      return refuse(Refusal::UnknownParameter, "with a body the parameters stand in it", "http." + pairs[0].first);
    return interactions::readBody(call, "Parameters");
  }
  if (posted) {
    auto form = record::search::decodeForm(call.body);
    if (!form.ok()) return refuse(form.error());
    for (auto& pair : *form) pairs.push_back(std::move(pair));
  }
  std::vector<std::pair<std::string, std::string>> named(pairs.begin(), pairs.end());
  auto json = fhir::terminology::parametersFromPairs(named);
  if (!json.ok()) return refuseParameter(json.error());
  return interactions::readResource(std::move(*json), "Parameters");
}

// The stored resource on top of what is loaded, and its canonical.
struct Instance {
  std::shared_ptr<const LoadedTerminology> terminology;
  std::string canonical;
};

OrRefusal<Instance> instanceOf(const Service& service, const Call& call) {
  Instance instance{service.terminology, {}};
  if (call.id.empty()) return instance;
  auto version = service.store.read(call.type, call.id, call.rights, call.as_of);
  if (!version.ok()) return refuse(version.error());
  if (version->deleted) return refuse({Why::Gone, "the resource has been deleted", {}});
  fhir::base::Findings findings;
  auto document = Document::readResource(version->json, findings);
  if (!document.ok()) return refuse(document.error());
  auto text = [&](std::string_view name) {
    auto node = Document::child(document->root(), name);
    return node.tree ? std::string(Document::text(node)) : std::string();
  };
  instance.canonical = text("url");
  if (std::string own_version = text("version"); !own_version.empty()) instance.canonical += "|" + own_version;
  LoadedTerminology::Builder builder(service.terminology);
  auto added = builder.add(*document);
  if (!added.ok()) return refuse(added.error());
  instance.terminology = builder.build();
  return instance;
}

}  // namespace

Answer terminology(const Service& service, const Call& call) {
  if (!service.terminology) return refuse(Refusal::UnknownOperation, "this operation is not offered");
  ASSIGN_OR_REFUSE(Document parameters, parametersOf(call));
  ASSIGN_OR_REFUSE(Instance instance, instanceOf(service, call));
  std::string now = instant(service.clock.nowMicroseconds(), service.zone_minutes);
  fhir::terminology::OperationCall operation;
  operation.resource_type = call.type_name;
  operation.operation = call.operation;
  operation.parameters = &parameters;
  operation.accept_language = call.accept_language;
  operation.instance = instance.canonical;
  operation.timestamp = now;
  auto json = fhir::terminology::runOperation(instance.terminology, operation);
  if (!json.ok()) return refuseParameter(json.error());
  Answer answer;
  answer.resource = std::move(*json);
  return answer;
}

}  // namespace gateway::access::rest::operations
