#include "fhir/terminology/concept_map.h"

#include <algorithm>

#include "fhir/terminology/resource_reading.h"

namespace fhir::terminology {

using model::Document;
using path::Node;

namespace {

struct NamedEquivalence {
  std::string_view name;
  Equivalence equivalence;
};
constexpr NamedEquivalence kEquivalences[] = {
    {"relatedto", Equivalence::RelatedTo},
    {"equivalent", Equivalence::Equivalent},
    {"equal", Equivalence::Equal},
    {"wider", Equivalence::Wider},
    {"subsumes", Equivalence::Subsumes},
    {"narrower", Equivalence::Narrower},
    {"specializes", Equivalence::Specializes},
    {"inexact", Equivalence::Inexact},
    {"unmatched", Equivalence::Unmatched},
    {"disjoint", Equivalence::Disjoint},
};

size_t stringBytes(const std::string& text) { return text.capacity() > 15 ? text.capacity() + 1 : 0; }

}  // namespace

std::string_view toString(Equivalence equivalence) { return kEquivalences[static_cast<size_t>(equivalence)].name; }

Equivalence reversed(Equivalence equivalence) {
  switch (equivalence) {
    case Equivalence::Wider: return Equivalence::Narrower;
    case Equivalence::Narrower: return Equivalence::Wider;
    case Equivalence::Subsumes: return Equivalence::Specializes;
    case Equivalence::Specializes: return Equivalence::Subsumes;
    default: return equivalence;
  }
}

bool isMatch(Equivalence equivalence) {
  return equivalence != Equivalence::Unmatched && equivalence != Equivalence::Disjoint;
}

std::vector<const ConceptMapElement*> ConceptMapGroup::find(std::string_view code) const {
  std::vector<uint32_t> places;
  auto [begin, end] = by_code_.equal_range(code);
  for (auto at = begin; at != end; ++at) places.push_back(at->second);
  std::sort(places.begin(), places.end());
  std::vector<const ConceptMapElement*> out;
  for (uint32_t place : places) out.push_back(&elements[place]);
  return out;
}

class ConceptMapReader {
 public:
  base::Result<ConceptMap> read(const Document& resource) {
    if (resource.resourceType() != "ConceptMap") {
      return base::invalid("a ConceptMap is wanted here", std::string(resource.resourceType()));
    }
    Node root = resource.root();
    map_.url_ = textOf(root, "url");
    map_.version_ = textOf(root, "version");
    map_.id_ = textOf(root, "id");
    map_.name_ = textOf(root, "name");
    map_.status_ = textOf(root, "status");
    map_.source_scope_ = textOf(root, "source");
    map_.target_scope_ = textOf(root, "target");
    for (Node node : childrenNamed(root, "group")) {
      ASSIGN_OR_RETURN(auto group, readGroup(node));
      map_.groups_.push_back(std::move(group));
    }
    return std::move(map_);
  }

 private:
  static base::Result<ConceptMapGroup> readGroup(Node node) {
    ConceptMapGroup group;
    for (Node child : childrenOf(node)) {
      std::string_view name = nameOf(child), text = Document::text(child);
      if (name == "source") group.source = text;
      if (name == "sourceVersion") group.source_version = text;
      if (name == "target") group.target = text;
      if (name == "targetVersion") group.target_version = text;
      if (name == "element") RETURN_IF_ERROR(readElement(child, group));
      if (name == "unmapped") RETURN_IF_ERROR(readUnmapped(child, group));
    }
    group.by_code_.reserve(group.elements.size());
    for (uint32_t i = 0; i < group.elements.size(); ++i) group.by_code_.emplace(group.elements[i].code, i);
    return group;
  }

  static base::Done readElement(Node node, ConceptMapGroup& group) {
    ConceptMapElement element;
    element.code = textOf(node, "code");
    element.display = textOf(node, "display");
    if (element.code.empty()) return base::invalid("an element has no code", model::placeOf(node));
    for (Node child : childrenNamed(node, "target")) {
      ConceptMapTarget& target = element.targets.emplace_back();
      target.code = textOf(child, "code");
      target.display = textOf(child, "display");
      target.comment = textOf(child, "comment");
      std::string_view word = textOf(child, "equivalence");
      const NamedEquivalence* found = nullptr;
      for (const NamedEquivalence& known : kEquivalences) {
        if (known.name == word) found = &known;
      }
      if (!found) {
        return base::invalid("the equivalence is not one of FHIR's", model::placeOf(child) + ".equivalence");
      }
      target.equivalence = found->equivalence;
      for (Node attribute : childrenNamed(child, "dependsOn")) target.depends_on.push_back(readAttribute(attribute));
      for (Node attribute : childrenNamed(child, "product")) target.products.push_back(readAttribute(attribute));
    }
    group.elements.push_back(std::move(element));
    return {};
  }

  static MappingAttribute readAttribute(Node node) {
    return {std::string(textOf(node, "property")), std::string(textOf(node, "system")),
            std::string(textOf(node, "value")), std::string(textOf(node, "display"))};
  }

  static base::Done readUnmapped(Node node, ConceptMapGroup& group) {
    std::string_view mode = textOf(node, "mode");
    if (mode == "provided") group.unmapped = UnmappedMode::Provided;
    if (mode == "fixed") group.unmapped = UnmappedMode::Fixed;
    if (mode == "other-map") group.unmapped = UnmappedMode::OtherMap;
    if (group.unmapped == UnmappedMode::None) {
      return base::invalid("the mode is not one of FHIR's", model::placeOf(node) + ".mode");
    }
    group.unmapped_code = textOf(node, "code");
    group.unmapped_display = textOf(node, "display");
    group.unmapped_url = textOf(node, "url");
    return {};
  }

  ConceptMap map_;
};

base::Result<ConceptMap> ConceptMap::read(const Document& resource) { return ConceptMapReader().read(resource); }

size_t ConceptMap::memory() const {
  size_t bytes = sizeof(*this);
  for (const ConceptMapGroup& group : groups_) {
    bytes += sizeof(group) + group.elements.capacity() * (sizeof(ConceptMapElement) + 40);
    for (const ConceptMapElement& element : group.elements) {
      bytes += stringBytes(element.code) + stringBytes(element.display);
      bytes += element.targets.capacity() * sizeof(ConceptMapTarget);
      for (const ConceptMapTarget& target : element.targets) {
        bytes += stringBytes(target.code) + stringBytes(target.display) + stringBytes(target.comment);
        bytes += (target.depends_on.capacity() + target.products.capacity()) * sizeof(MappingAttribute);
      }
    }
  }
  return bytes;
}

}  // namespace fhir::terminology
