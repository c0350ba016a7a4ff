#include "fhir/model/reference.h"

#include "fhir/definitions/lookup.h"

namespace fhir::model {
namespace {

bool isResourceTypeName(std::string_view name) {
  const definitions::Type* type = definitions::r4().type(name);
  return type != nullptr && type->kind == definitions::TypeKind::Resource;
}

// Takes the part after the last slash off `text`; the whole text when there is no slash.
std::string_view takeLast(std::string_view& text) {
  size_t slash = text.rfind('/');
  std::string_view last = slash == std::string_view::npos ? text : text.substr(slash + 1);
  text = slash == std::string_view::npos ? std::string_view() : text.substr(0, slash);
  return last;
}

}  // namespace

std::optional<Reference> parseReference(std::string_view text) {
  Reference out;
  if (text.starts_with('#')) {
    out.fragment = text.substr(1);
    return out.fragment.empty() ? std::nullopt : std::optional(out);
  }
  if (text.starts_with("urn:uuid:") || text.starts_with("urn:oid:")) {
    out.urn = text;
    return out;
  }
  std::string_view rest = text;
  std::string_view last = takeLast(rest);
  std::string_view before = takeLast(rest);
  if (before == "_history") {
    out.version = last;
    out.id = takeLast(rest);
    out.type = takeLast(rest);
    if (!isValidId(out.version)) return std::nullopt;
  } else {
    out.id = last;
    out.type = before;
  }
  if (!isValidId(out.id) || !isResourceTypeName(out.type)) return std::nullopt;
  out.base = rest;
  // What stands before the type is a service's base: it has a scheme, or there is nothing at all.
  const bool at_start = out.type.data() == text.data();
  if (!at_start && rest.find("://") == std::string_view::npos) return std::nullopt;
  return out;
}

bool isValidId(std::string_view id) {
  if (id.empty() || id.size() > 64) return false;
  for (char c : id) {
    bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    if (!good) return false;
  }
  return true;
}

}  // namespace fhir::model
