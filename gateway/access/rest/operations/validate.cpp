// $validate (R4, OperationDefinition/Resource-validate): what is wrong with a resource, without storing it. Whatever
// is found, the answer is 200 with an OperationOutcome; only what could not be looked at is refused.

#include "fhir/validate/report.h"
#include "fhir/validate/validator.h"
#include "gateway/access/rest/interactions/body.h"
#include "gateway/access/rest/interactions/bundle_entries.h"
#include "gateway/access/rest/negotiation.h"
#include "gateway/access/rest/operations/operations.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::operations {

using fhir::base::Finding;
using fhir::base::Findings;
using fhir::base::Severity;
using fhir::base::Why;
using fhir::model::Document;
using interactions::childrenOf;
using interactions::memberText;

namespace {

constexpr size_t kMostProfiles = 20;

enum class Mode : uint8_t { None, Create, Update, Delete, Profile };

struct Asked {
  Mode mode = Mode::None;
  std::vector<std::string> profiles;
  std::optional<Document> resource;
  Findings reading;
};

Answer refuseParameter(std::string what, const std::string& name) {
  Answer answer = refuse({Why::Invalid, std::move(what), "http." + name});
  answer.issues[0].details = "MSG_PARAM_INVALID";
  return answer;
}

std::optional<Answer> takeParameter(const std::string& name, const std::string& value, Asked& asked) {
  if (name == "profile") {
    if (value.empty()) return refuseParameter("the canonical of a profile", name);
    if (asked.profiles.size() == kMostProfiles) return refuseParameter("too many profiles", name);
    asked.profiles.push_back(value);
    return std::nullopt;
  }
  if (name != "mode") return refuse(Refusal::UnknownParameter, "$validate has no such parameter", "http." + name);
  if (asked.mode != Mode::None) return refuseParameter("the mode is given once", name);
  asked.mode = value == "create"    ? Mode::Create
               : value == "update"  ? Mode::Update
               : value == "delete"  ? Mode::Delete
               : value == "profile" ? Mode::Profile
                                    : Mode::None;
  if (asked.mode == Mode::None) return refuseParameter("a mode is create, update, delete or profile", name);
  return std::nullopt;
}

Answer wrongType(const Call& call, std::string_view type) {
  return refuse(Refusal::TypeMismatch,
                "the URL asks for a " + call.type_name + ", the resource is a " + std::string(type),
                std::string(type));
}

// A Parameters resource with the resource in it.
std::optional<Answer> takeParameters(const Call& call, const Document& parameters, Asked& asked) {
  for (fhir::path::Node parameter : childrenOf(parameters.root())) {
    if (Document::navigator().name(parameter) != "parameter") continue;
    const std::string name = memberText(parameter, "name");
    if (name != "resource") {
      if (auto refusal = takeParameter(name, memberText(parameter, "value"), asked)) return refusal;
      continue;
    }
    fhir::path::Node resource = Document::child(parameter, "resource");
    if (!resource.tree || asked.resource) return refuseParameter("one resource", name);
    asked.reading = {};
    auto read = Document::readResource(std::string(interactions::textOf(parameters, resource)), asked.reading);
    if (!read.ok()) return refuse(Refusal::UnparsableBody, read.error().what, "Parameters.parameter");
    if (read->resourceType() != call.type_name) return wrongType(call, read->resourceType());
    asked.resource = std::move(*read);
  }
  return std::nullopt;
}

std::optional<Answer> takeBody(const Call& call, Asked& asked) {
  auto read = interactions::readAsSent(call, asked.reading);
  if (auto* refusal = std::get_if<Answer>(&read)) return std::move(*refusal);
  Document document = std::get<Document>(std::move(read));
  if (document.resourceType() == "Parameters" && call.type_name != "Parameters") {
    if (asked.reading.hasErrors()) {
      // In the resource they are findings of the validation, elsewhere the call cannot be understood.
      for (const Finding& finding : asked.reading.list())
        if (finding.expression.find(".resource") == std::string::npos) return refuse(asked.reading);
    }
    return takeParameters(call, document, asked);
  }
  if (document.resourceType() != call.type_name) return wrongType(call, document.resourceType());
  asked.resource = std::move(document);
  return std::nullopt;
}

// The stored resource, for a call on an instance without one.
std::optional<Answer> takeStored(const Service& service, const Call& call, Asked& asked) {
  auto version = service.store.read(call.type, call.id, call.rights, call.as_of);
  if (!version.ok()) return refuse(version.error());
  if (version->deleted) return refuse({Why::Gone, "the resource has been deleted", {}});
  auto document = Document::readResource(version->json, asked.reading);
  if (!document.ok()) return refuse(document.error());
  asked.resource = std::move(*document);
  return std::nullopt;
}

OrRefusal<Asked> askedOf(const Service& service, const Call& call) {
  Asked asked;
  for (const auto& [name, value] : call.parameters)
    if (auto refusal = takeParameter(name, value, asked)) return *std::move(refusal);
  if (!call.body.empty()) {
    if (call.method != "POST") return refuse(Refusal::WrongMethod, "a resource is sent by POST");
    if (auto refusal = takeBody(call, asked)) return *std::move(refusal);
  }
  if (!asked.resource && !call.id.empty()) {
    if (auto refusal = takeStored(service, call, asked)) return *std::move(refusal);
  }
  if (!asked.resource && asked.mode != Mode::Delete)
    return refuse(Refusal::BodyMissing, "a resource, or Parameters with one, is expected in the body");
  return asked;
}

// What would keep the caller from the interaction, beyond the resource itself.
void checkInteraction(const Call& call, const Asked& asked, Findings& findings) {
  if (asked.mode == Mode::None || asked.mode == Mode::Profile) return;
  if (!call.rights.unrestricted())
    findings.add({Severity::Error, "forbidden", "this caller may read, not write", {}, "rights", {}});
  if (asked.mode == Mode::Delete && call.id.empty())
    findings.add({Severity::Error, "required", "what to delete is in the URL: [type]/[id]/$validate", {}, "id", {}});
  if (asked.mode != Mode::Update) return;
  const std::string place = call.type_name + ".id";
  const std::string_view id = asked.resource->id();
  if (id.empty()) {
    findings.add({Severity::Error, "required", "an update carries the resource's id", place, "id", {}});
  } else if (!call.id.empty() && id != call.id) {
    findings.add({Severity::Error, "value", "the resource's id differs from that in the URL", place, "id", {}});
  }
}

}  // namespace

Answer validate(const Service& service, const Call& call) {
  ASSIGN_OR_REFUSE(Asked asked, askedOf(service, call));
  Findings findings;
  checkInteraction(call, asked, findings);
  if (asked.mode != Mode::Delete) {
    const Findings found = interactions::validationOf(service, *asked.resource, asked.reading, asked.profiles);
    for (const Finding& finding : found.list()) findings.add(finding);
  }
  Answer answer;
  answer.resource = fhir::validate::asOutcome(findings);
  return answer;
}

}  // namespace gateway::access::rest::operations
