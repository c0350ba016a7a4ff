// Bundles beyond the invariants bdl-*: fullUrl, and what a document or a message must hold (R4 2.36.4, 3.3.1, 2.4).

#include "fhir/model/reference.h"
#include "fhir/validate/pass.h"

namespace fhir::validate {
namespace {

constexpr base::Name kEntry("entry"), kFullUrl("fullUrl"), kResource("resource"), kId("id"), kType("type"),
    kReference("reference"), kFocus("focus");

bool isAbsolute(std::string_view url) {
  const size_t colon = url.find(':');
  return colon != std::string_view::npos && colon > 0 && colon + 1 < url.size() &&
         url.substr(0, colon).find_first_of("/?#") == std::string_view::npos;
}

}  // namespace

void Pass::checkBundle(uint32_t bundle) {
  static const auto& r4 = definitions::r4();
  const std::string_view type = childValue(bundle, kType);
  const bool exchange = type == "transaction" || type == "batch" || type.ends_with("-response");
  for (uint32_t entry = child(bundle, kEntry); entry != kNone; entry = nextNamed(entry)) {
    const uint32_t url = child(entry, kFullUrl), resource = child(entry, kResource);
    if (url == kNone) {
      if (resource != kNone && (type == "document" || type == "message"))
        error(entry, "required", "fullurl", "each entry of a document or message needs a fullUrl");
      else if (resource != kNone && !exchange)
        warning(entry, "required", "fullurl", "the entry should have a fullUrl");
      continue;
    }
    const std::string_view text = value(url);
    if (!isAbsolute(text)) {
      error(url, "value", "fullurl", "a fullUrl is absolute");
      continue;
    }
    if (resource == kNone || !isResource(resource) || text.starts_with("urn:")) continue;
    const auto parsed = model::parseReference(text);
    const std::string_view id = childValue(resource, kId);
    if (!parsed || parsed->type.empty() || id.empty()) continue;
    if (parsed->id != id || parsed->type != r4.type(record(resource).type)->name)
      error(url, "value", "fullurl", "the fullUrl disagrees with the type and id of the resource");
  }
  if (bundle != 0 || (type != "document" && type != "message")) return;
  const uint32_t first = child(bundle, kEntry);
  const uint32_t head = first == kNone ? kNone : child(first, kResource);
  if (head == kNone || !isResource(head)) return;
  // What the head refers to directly must be in the Bundle.
  static const definitions::TypeNumber reference = r4.type("Reference")->number;
  for (uint32_t i = head; i < endOf(head); ++i) {
    if (record(i).type != reference || isContained(resourceOf(i))) continue;
    if (type == "message" && record(i).name_hash != kFocus.hash) continue;
    const std::string_view literal = childValue(i, kReference);
    if (literal.empty() || literal.starts_with('#') || entryOf(literal, i) != kNone) continue;
    error(i, "not-found", "bundle-reference",
          type == "message" ? "the focus of a message must be in the Bundle"
                            : "what the Composition of a document refers to must be in the Bundle");
  }
}

}  // namespace fhir::validate
