#include "gateway/access/rest/interactions/body.h"

#include <algorithm>
#include <iterator>

#include "fhir/base/text.h"
#include "fhir/model/json_writer.h"
#include "fhir/model/reference.h"
#include "fhir/model/xml_reader.h"
#include "fhir/validate/primitives.h"
#include "fhir/validate/validator.h"
#include "gateway/access/rest/http_values.h"
#include "gateway/access/rest/interactions/bundle_entries.h"
#include "gateway/access/rest/negotiation.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

using fhir::model::Document;

namespace {

Answer unparsable(const fhir::base::Error& error) {
  if (error.why != fhir::base::Why::Invalid) return refuse(error);
  return refuse(Refusal::UnparsableBody, error.what, error.where);
}

// A media type that is no form of FHIR: the body is the content of a Binary (R4 2.41.5).
bool isContent(std::string_view media_type) {
  std::string_view type = trimmed(media_type.substr(0, media_type.find(';')));
  bool plain = std::all_of(media_type.begin(), media_type.end(), [](char c) { return c >= ' ' && c <= '~'; });
  return plain && type.find('/') != std::string_view::npos && !isXml(media_type) &&
         !type.starts_with("application/fhir+");
}

std::string binaryOf(const Call& call) {
  std::string json = R"({"resourceType":"Binary",)";
  if (!call.id.empty()) {
    json += "\"id\":";
    fhir::model::appendJsonString(json, call.id);
    json += ',';
  }
  json += "\"contentType\":";
  fhir::model::appendJsonString(json, trimmed(call.media_type));
  if (!call.security_context.empty()) {
    json += ",\"securityContext\":{\"reference\":";
    fhir::model::appendJsonString(json, call.security_context);
    json += '}';
  }
  return json + ",\"data\":\"" + fhir::base::base64Encode(call.body) + "\"}";
}

OrRefusal<std::string> jsonOf(const Call& call) {
  if (isJson(call.media_type)) return call.body;
  if (call.type_name == "Binary" && isContent(call.media_type)) return binaryOf(call);
  if (!isXml(call.media_type))
    return refuse(Refusal::UnsupportedMediaType,
                  "a body is sent with Content-Type application/fhir+json or application/fhir+xml, in UTF-8",
                  "http.Content-Type");
  fhir::base::Findings findings;
  auto json = fhir::model::xmlToJson(call.body, findings);
  if (!json.ok()) return unparsable(json.error());
  if (findings.hasErrors()) return refuse(findings);
  return std::move(json).value();
}

// The server sets these itself, whatever was sent: id, meta.versionId, meta.lastUpdated.
bool isSetByUs(std::string_view place) {
  size_t dot = place.find('.');
  std::string_view member = dot == std::string_view::npos ? std::string_view() : place.substr(dot + 1);
  return member == "id" || member == "meta.versionId" || member == "meta.lastUpdated";
}

// URIs of all kinds are taken as they are: their published expression allows everything but white space.
bool isChecked(std::string_view type) {
  constexpr std::string_view kNot[] = {"uri", "url", "canonical", "oid", "uuid"};
  return std::find(std::begin(kNot), std::end(kNot), type) == std::end(kNot);
}

// Values that their primitive types do not allow (R4 2.24.0.1): a date that is in no calendar could not be found.
// The resources in a Bundle are read by themselves when they are written: one that is wrong does not touch the others
// of a batch.
void checkPrimitives(const Document& document, fhir::base::Findings& findings) {
  constexpr size_t kMost = 100;
  const auto& navigator = Document::navigator();
  const bool is_bundle = document.resourceType() == "Bundle";
  std::vector<fhir::path::Node> open = {document.root()};
  while (!open.empty() && findings.list().size() < kMost) {
    fhir::path::Node node = open.back();
    open.pop_back();
    if (is_bundle && navigator.name(node) == "resource") continue;
    auto scalar = navigator.scalar(node);
    if (scalar.kind != fhir::path::ScalarKind::None && isChecked(navigator.type(node).name)) {
      std::string_view wrong = fhir::validate::wrongPrimitive(navigator.type(node).number, scalar.text());
      if (!wrong.empty()) {
        std::string place = fhir::model::placeOf(node);
        if (!isSetByUs(place))
          findings.add({fhir::base::Severity::Error, "value", std::string(wrong), std::move(place), {}, {}});
      }
    }
    auto children = childrenOf(node);
    open.insert(open.end(), children.rbegin(), children.rend());
  }
}

}  // namespace

OrRefusal<Document> readBody(const Call& call, std::string_view type_name) {
  if (call.body.empty()) return refuse(Refusal::BodyMissing, "a resource is expected in the body");
  ASSIGN_OR_REFUSE(std::string json, jsonOf(call));
  return readResource(std::move(json), type_name);
}

OrRefusal<Document> readResource(std::string json, std::string_view type_name) {
  fhir::base::Findings findings;
  auto document = Document::readResource(std::move(json), findings);
  if (!document.ok()) return unparsable(document.error());
  if (!type_name.empty() && document->resourceType() != type_name)
    return refuse(
        Refusal::TypeMismatch,
        "the URL asks for a " + std::string(type_name) + ", the body is a " + std::string(document->resourceType()),
        std::string(document->resourceType()));
  checkPrimitives(*document, findings);
  if (findings.hasErrors()) return refuse(findings);
  return std::move(document).value();
}

OrRefusal<Document> readAsSent(const Call& call, fhir::base::Findings& findings) {
  std::string json;
  if (isXml(call.media_type)) {
    auto converted = fhir::model::xmlToJson(call.body, findings);
    if (!converted.ok()) return unparsable(converted.error());
    json = std::move(*converted);
  } else {
    ASSIGN_OR_REFUSE(json, jsonOf(call));
  }
  auto document = Document::readResource(std::move(json), findings);
  if (!document.ok()) return unparsable(document.error());
  return std::move(document).value();
}

fhir::base::Findings validationOf(const Service& service, const Document& document,
                                  const fhir::base::Findings& reading, std::span<const std::string> profiles) {
  fhir::validate::Options options;
  options.profiles = profiles;
  // Asking changes nothing; the port's functions are not const.
  options.terminology = const_cast<fhir::terminology::LoadedTerminology*>(service.terminology.get());
  options.now = fhir::base::Temporal::fromMicroseconds(service.clock.nowMicroseconds(), service.zone_minutes);
  return fhir::validate::Validator(*service.profiles).validate(document, reading, options);
}

std::optional<Answer> checkWritten(const Service& service, const Document& document) {
  if (service.check_writes == WriteCheck::Form) return std::nullopt;
  const fhir::base::Findings findings = validationOf(service, document, {});
  fhir::base::Findings errors;
  for (const auto& finding : findings.list())
    if (finding.severity >= fhir::base::Severity::Error && !isSetByUs(finding.expression)) errors.add(finding);
  if (errors.empty()) return std::nullopt;
  Answer refusal = refuse(errors);
  refusal.status = 422;
  return refusal;
}

std::optional<Answer> checkId(const Document& document, std::string_view type_name, std::string_view id) {
  std::string place = std::string(type_name) + ".id";
  if (!fhir::model::isValidId(id))
    return refuse(Refusal::IdInvalid, "an id has 1 to 64 characters of A-Z a-z 0-9 - and .", place);
  if (document.id().empty())
    return refuse(Refusal::IdMissing, "an update carries the resource's id, the same as in the URL", place);
  if (document.id() != id)
    return refuse(Refusal::IdMismatch, "the resource's id differs from that in the URL", place);
  return std::nullopt;
}

std::optional<std::string> ownReference(std::string_view base_url, std::string_view reference) {
  if (!reference.starts_with(base_url) || reference.size() <= base_url.size() + 1) return std::nullopt;
  if (reference[base_url.size()] != '/') return std::nullopt;
  std::string_view relative = reference.substr(base_url.size() + 1);
  auto parsed = fhir::model::parseReference(relative);
  if (!parsed || parsed->type.empty()) return std::nullopt;
  return std::string(relative);
}

std::function<std::optional<std::string>(std::string_view)> ownReferencesRelative(const Service& service) {
  return [base = service.base_url](std::string_view reference) { return ownReference(base, reference); };
}

}  // namespace gateway::access::rest::interactions
