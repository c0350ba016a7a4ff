#include "fhir/patch/patch.h"

#include <algorithm>

#include "fhir/model/document.h"

namespace fhir::patch {
namespace {

using model::JsonValue;

size_t errorsOf(const base::Findings& findings, std::string* first_place = nullptr) {
  size_t count = 0;
  for (const base::Finding& finding : findings.list()) {
    if (finding.severity < base::Severity::Error) continue;
    if (count++ == 0 && first_place) *first_place = finding.expression + ": " + finding.what;
  }
  return count;
}

bool sameMember(const JsonValue& before, const JsonValue& after, std::string_view name) {
  const JsonValue *old = before.find(name), *now = after.find(name);
  return old && now ? sameDigits(*old, *now) : !old;
}

// `before_errors`: a resource that was odd before may stay so.
base::Done checkResource(const JsonValue& before, const JsonValue& after, size_t before_errors,
                         const std::string& text) {
  if (!sameMember(before, after, "resourceType")) {
    return base::invalid("a patch may not change the type of the resource", "resourceType");
  }
  if (!sameMember(before, after, "id")) return base::invalid("a patch may not change the id of the resource", "id");
  base::Findings findings;
  auto document = model::Document::readResource(text, findings);
  if (!document) return base::invalid("the patched resource cannot be read: " + document.error().what);
  std::string what;
  if (errorsOf(findings, &what) <= before_errors) return {};
  return base::invalid("the patched resource is no right " + std::string(document->resourceType()) + ": " + what);
}

}  // namespace

base::Result<Patch> Patch::read(std::string_view json, const PatchLimits& limits) {
  size_t start = json.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  if (start != std::string_view::npos && json[start] == '{') {
    ASSIGN_OR_RETURN(FhirPathPatch patch, FhirPathPatch::read(json, limits));
    return Patch(std::move(patch));
  }
  ASSIGN_OR_RETURN(JsonPatch patch, JsonPatch::read(json, limits));
  return Patch(std::move(patch));
}

base::Result<std::string> Patch::apply(std::string_view json) const {
  ASSIGN_OR_RETURN(JsonValue before, JsonValue::read(json));
  size_t before_errors = 0;
  const bool resource = before.find("resourceType") != nullptr;
  if (resource) {
    base::Findings findings;
    ASSIGN_OR_RETURN(auto document, model::Document::readResource(std::string(json), findings));
    before_errors = errorsOf(findings);
  }
  auto after = std::visit([&](const auto& patch) { return patch.apply(before); }, patch_);
  if (!after) return std::move(after).error();
  std::string text = after->write();
  if (resource) RETURN_IF_ERROR(checkResource(before, *after, before_errors, text));
  return text;
}

}  // namespace fhir::patch
