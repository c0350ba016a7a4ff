// Extensions against their definitions (R4 2.4.0 and 5.3): known, in the right place, a modifier or not, and with the
// value that the definition allows.

#include "fhir/base/text.h"
#include "fhir/validate/pass.h"

namespace fhir::validate {
namespace {

constexpr base::Name kUrl("url"), kModifier("modifierExtension");

std::string_view withoutChoice(std::string_view path) {
  return path.ends_with("[x]") ? path.substr(0, path.size() - 3) : path;
}

// Whether the element is `path`: "Patient.contact", "HumanName.given", "Element", "DomainResource".
bool isAt(const Pass& pass, uint32_t index, std::string_view path) {
  const auto& r4 = definitions::r4();
  const auto names = base::split(path, '.');
  uint32_t at = index;
  for (size_t i = names.size() - 1; i > 0; --i) {
    const std::string_view name = pass.tree.name(pass.record(at));
    const std::string_view wanted = withoutChoice(names[i]);
    if (at == 0) return false;
    if (name != wanted) {  // valueQuantity for value
      const auto member = r4.member(pass.record(pass.record(at).parent).type, wanted);
      if (member.element == nullptr || member.element->name.text != name || member.type != pass.record(at).type)
        return false;
    }
    at = pass.record(at).parent;
  }
  const auto* root = r4.type(names[0]);
  if (root == nullptr) return false;
  definitions::TypeNumber type = pass.record(at).type;
  if (r4.isSubtypeOf(type, root->number)) return true;
  return names.size() == 1 && names[0] == "Element";  // the root of all: R4 uses such extensions on resources too
}

// R5's names for what R4 has without one: resources that have a canonical url. Newer definitions of extensions use
// them.
bool isCanonicalResource(const Pass& pass, uint32_t index, std::string_view name) {
  static constexpr base::Name kStatus("status");
  if (name != "CanonicalResource" && name != "MetadataResource") return false;
  const auto& r4 = definitions::r4();
  const definitions::TypeNumber type = pass.record(index).type;
  return r4.isResource(type) && r4.element(type, kUrl) != nullptr && r4.element(type, kStatus) != nullptr;
}

}  // namespace

static bool allowed(Pass& pass, uint32_t extension, const Profile& definition) {
  const uint32_t holder = pass.record(extension).parent;
  for (const ExtensionPlace& place : definition.places) {
    if (place.kind == "element") {
      if (isAt(pass, holder, place.expression) || isCanonicalResource(pass, holder, place.expression)) return true;
      // Questionnaire.item means the items of items too.
      const auto* type = definitions::r4().type(pass.record(holder).type);
      if (type != nullptr && type->name == place.expression) return true;
    } else if (place.kind == "extension") {
      std::string_view url = place.expression;
      if (pass.childValue(holder, kUrl) == url.substr(0, url.find('#'))) return true;
    } else {
      return true;  // fhirpath: says where by a condition that R4's own definitions do not use
    }
  }
  return definition.places.empty();
}

// Whether the definition of the outermost extension has a part like this one.
static bool isPart(Pass& pass, uint32_t index) {
  static const definitions::TypeNumber extension = definitions::r4().type("Extension")->number;
  std::vector<uint32_t> way{index};
  while (pass.record(pass.record(way.back()).parent).type == extension) way.push_back(pass.record(way.back()).parent);
  const Profile* definition = pass.profiles.find(pass.childValue(way.back(), kUrl));
  if (definition == nullptr) return true;  // unknown: said there
  const ElementRule* rule = &definition->root;
  for (size_t i = way.size() - 1; i-- > 0;) {
    const ElementRule* list = rule->child("extension");
    const std::string_view url = pass.childValue(way[i], kUrl);
    rule = nullptr;
    if (list == nullptr) return false;
    for (const auto& slice : list->slices) {
      const ElementRule* fixed = slice->child("url");
      const bool same = fixed != nullptr && fixed->fixed.set() ? model::Document::text(fixed->fixed.node) == url
                                                               : slice->slice == url;
      if (same) rule = slice.get();
    }
    if (rule == nullptr) return list->slices.empty();
  }
  return true;
}

void Pass::checkExtension(uint32_t index) {
  static const definitions::TypeNumber extension = definitions::r4().type("Extension")->number;
  const std::string_view url = childValue(index, kUrl);
  if (url.empty()) return;
  const bool nested = record(record(index).parent).type == extension;
  if (url.find(':') == std::string_view::npos) {
    if (!nested)
      error(index, "value", "extension-unknown", "the url of an extension is absolute");
    else if (!isPart(*this, index))
      error(index, "extension", "extension-unknown", "the extension around this one has no part of this url");
    return;
  }
  const Profile* definition = profiles.find(url);
  const bool modifier = record(index).name_hash == kModifier.hash;
  if (definition == nullptr || definition->type != extension) {
    const bool published = url.starts_with("http://hl7.org/fhir/StructureDefinition/");
    report(index, published ? base::Severity::Error : base::Severity::Warning, "extension", "extension-unknown",
           published ? "R4 has no extension of this url" : "the extension is not known here, so it was not checked");
    return;
  }
  if (modifier != definition->is_modifier)
    error(index, "extension", "extension-modifier",
          modifier ? "the extension is no modifier, so it may not be a modifierExtension"
                   : "the extension is a modifier, so it must be a modifierExtension");
  if (!allowed(*this, index, *definition))
    error(index, "extension", "extension-context", "the definition of the extension does not allow it here");
  if (wrong_.empty() || !hasErrorBelow(index)) checkProfile(index, *definition);
}

}  // namespace fhir::validate
