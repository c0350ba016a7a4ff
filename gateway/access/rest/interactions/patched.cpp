#include "gateway/access/rest/interactions/patched.h"

#include "fhir/base/text.h"
#include "fhir/model/xml_reader.h"
#include "gateway/access/rest/interactions/body.h"
#include "gateway/access/rest/interactions/bundle_entries.h"
#include "gateway/access/rest/negotiation.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

using fhir::base::Why;
using fhir::model::Document;
using fhir::patch::FhirPathPatch;
using fhir::patch::JsonPatch;
using fhir::patch::Patch;

namespace {

bool isJsonPatch(std::string_view content_type) {
  return fhir::base::equalIgnoringCase(fhir::base::trim(content_type.substr(0, content_type.find(';'))),
                                       "application/json-patch+json");
}

Answer unreadable(const fhir::base::Error& error) {
  if (error.why != Why::Invalid) return refuse(error);
  return refuse(Refusal::UnparsableBody, error.what, error.where);
}

}  // namespace

OrRefusal<Patch> readPatch(const Call& call) {
  if (call.body.empty()) return refuse(Refusal::BodyMissing, "a patch is expected in the body");
  if (isJsonPatch(call.media_type)) {
    auto patch = JsonPatch::read(call.body);
    if (!patch.ok()) return unreadable(patch.error());
    return Patch(std::move(patch).value());
  }
  std::string json = call.body;
  if (isXml(call.media_type)) {
    fhir::base::Findings findings;
    auto converted = fhir::model::xmlToJson(call.body, findings);
    if (!converted.ok()) return unreadable(converted.error());
    json = std::move(converted).value();
  } else if (!isJson(call.media_type)) {
    return refuse(Refusal::UnsupportedMediaType,
                  "a patch is sent with Content-Type application/json-patch+json, or as Parameters with "
                  "application/fhir+json or application/fhir+xml",
                  "http.Content-Type");
  }
  auto patch = FhirPathPatch::read(json);
  if (!patch.ok()) return unreadable(patch.error());
  return Patch(std::move(patch).value());
}

std::optional<Answer> unpackPatch(Call& call) {
  ASSIGN_OR_REFUSE(Document resource, readResource(call.body, {}));
  if (resource.resourceType() != "Binary") return std::nullopt;
  auto data = fhir::base::base64Decode(memberText(resource.root(), "data"));
  if (!data.ok()) return refuse({Why::Invalid, "the data is not base64", "Binary.data"});
  call.media_type = memberText(resource.root(), "contentType");
  call.body = std::move(data).value();
  return std::nullopt;
}

OrRefusal<record::store::Version> currentVersion(const Service& service, const Call& call, std::string_view id) {
  auto version = service.store.read(call.type, std::string(id), call.rights);
  if (!version.ok()) return refuse(version.error());
  if (version->deleted) return refuse({Why::Gone, "the resource has been deleted", {}});
  return std::move(version).value();
}

OrRefusal<Document> patchedDocument(const Patch& patch, const record::store::Version& current) {
  auto json = patch.apply(current.json);
  if (!json.ok()) {
    const auto& error = json.error();
    if (error.why == Why::TooCostly) return refuse(error);
    return refuse(Refusal::PatchFails, error.what, error.where);
  }
  return readResource(std::move(json).value(), {});
}

}  // namespace gateway::access::rest::interactions
