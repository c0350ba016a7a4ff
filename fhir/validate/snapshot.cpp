#include "fhir/validate/snapshot.h"

#include <algorithm>
#include <charconv>

#include "fhir/base/text.h"
#include "fhir/validate/element_reader.h"

namespace fhir::validate {

using base::invalid;
using base::Name;
using definitions::Element;
using definitions::TypeNumber;
using model::Document;

namespace {

constexpr size_t kMostElements = 20'000;  // of one StructureDefinition
constexpr size_t kDeepest = 40;           // segments of one path

// One segment of an element's id: "identifier:card/county" or "value[x]:valueQuantity".
struct Segment {
  std::string name;
  std::string slice;
};

std::string withoutChoice(std::string_view name) {
  return std::string(name.ends_with("[x]") ? name.substr(0, name.size() - 3) : name);
}

std::vector<Segment> segmentsOf(std::string_view id) {
  std::vector<Segment> out;
  for (std::string_view part : base::split(id, '.')) {
    const size_t colon = part.find(':');
    Segment segment;
    segment.name = withoutChoice(part.substr(0, colon));
    if (colon != std::string_view::npos) segment.slice = part.substr(colon + 1);
    out.push_back(std::move(segment));
  }
  return out;
}

class Overlay {
 public:
  explicit Overlay(Profile& profile, const ElementReader& reader) : profile_(profile), reader_(reader) {}

  base::Done add(path::Node element) {
    ASSIGN_OR_RETURN(std::vector<Segment> way, wayOf(element));
    ElementRule* at = &profile_.root;
    for (size_t i = 1; i < way.size(); ++i) {
      if (isPrimitiveValue(*at, way[i])) {
        // "Patient.active.value": what is said of the value alone R4 has said, what hangs below it hangs below the
        // element.
        if (i + 1 < way.size()) continue;
        previous_ = std::move(way);
        return {};
      }
      ASSIGN_OR_RETURN(at, descend(*at, way[i]));
      if (way[i].slice.empty()) continue;
      at = sliceOf(*at, way[i].slice);
    }
    previous_ = std::move(way);
    return reader_.read(element, *at);
  }

 private:
  // From the id when it tells the same as the path, else from the path, the slices before it and its sliceName.
  base::Result<std::vector<Segment>> wayOf(path::Node element) const {
    const std::string_view path = textOf(element, "path"), id = textOf(element, "id");
    if (path.empty()) return invalid("an element of the profile has no path");
    std::vector<Segment> way = segmentsOf(path), by_id = segmentsOf(id);
    if (way.size() > kDeepest) return base::Error{base::Why::TooCostly, "a path has too many segments", {}};
    const std::string_view slice = textOf(element, "sliceName");
    if (isTooDeep(slice) ||
        std::any_of(by_id.begin(), by_id.end(), [](const Segment& s) { return isTooDeep(s.slice); }))
      return base::Error{base::Why::TooCostly, "slices stand too deep in slices", {}};
    for (Segment& segment : way) segment.slice.clear();
    if (sameNames(way, by_id) && (slice.empty() || !by_id.back().slice.empty())) {
      if (slice.empty() || by_id.back().slice == slice) return by_id;
    }
    bool same = true;
    for (size_t i = 0; i + 1 < way.size() && i < previous_.size() && same; ++i) {
      same = previous_[i].name == way[i].name;
      if (same) way[i].slice = previous_[i].slice;
    }
    way.back().slice = slice;
    return way;
  }

  bool isPrimitiveValue(const ElementRule& rule, const Segment& segment) const {
    if (segment.name != "value" || !segment.slice.empty()) return false;
    const std::vector<TypeNumber> types = typesOf(rule);
    return !types.empty() && std::all_of(types.begin(), types.end(), [](TypeNumber type) {
      return definitions::r4().type(type)->kind == definitions::TypeKind::Primitive;
    });
  }

  static bool isTooDeep(std::string_view slice) { return std::count(slice.begin(), slice.end(), '/') > 8; }

  static bool sameNames(const std::vector<Segment>& path, const std::vector<Segment>& id) {
    if (path.size() != id.size()) return false;
    for (size_t i = 1; i < path.size(); ++i)
      if (path[i].name != id[i].name) return false;
    return true;
  }

  base::Result<ElementRule*> descend(ElementRule& parent, const Segment& segment) {
    if (ElementRule* known = parent.child(segment.name)) return known;
    for (TypeNumber type : typesOf(parent)) {
      if (const Element* element = definitions::r4().element(type, Name(segment.name)))
        return addChild(parent, *element, segment.name);
      // valueQuantity: the slice of value[x] by its type.
      const auto member = definitions::r4().member(type, segment.name);
      if (member.element == nullptr || !member.element->choice) continue;
      ElementRule* choice = parent.child(member.element->name.text);
      if (choice == nullptr) choice = addChild(parent, *member.element, std::string(member.element->name.text));
      ElementRule* slice = sliceOf(*choice, segment.name);
      if (slice->types.empty()) slice->types.push_back({member.type, {}, {}});
      return slice;
    }
    return invalid("the profile speaks of " + parent.id + "." + segment.name + ", which R4 does not have");
  }

  std::vector<TypeNumber> typesOf(const ElementRule& rule) const {
    if (&rule == &profile_.root) return {profile_.type};
    return rule.possibleTypes();
  }

  static ElementRule* addChild(ElementRule& parent, const Element& element, std::string name) {
    auto child = std::make_unique<ElementRule>();
    child->id = parent.id + "." + name + (element.choice ? "[x]" : "");
    child->name = std::move(name);
    child->element = &element;
    parent.children.push_back(std::move(child));
    return parent.children.back().get();
  }

  // The slice "a/b" stands below the slice "a".
  static ElementRule* sliceOf(ElementRule& sliced, std::string_view name) {
    ElementRule* at = &sliced;
    for (size_t slash = name.find('/');; slash = name.find('/', slash + 1)) {
      const std::string_view part = name.substr(0, slash);
      auto found =
          std::find_if(at->slices.begin(), at->slices.end(), [&](const auto& slice) { return slice->slice == part; });
      if (found != at->slices.end()) {
        at = found->get();
      } else if (slash == std::string_view::npos || at != &sliced) {
        at = addSlice(*at, sliced, part);
      } else {
        return addSlice(*at, sliced, name);  // "a/b" without a slice "a"
      }
      if (slash == std::string_view::npos) return at;
    }
  }

  static ElementRule* addSlice(ElementRule& holder, const ElementRule& sliced, std::string_view name) {
    auto slice = std::make_unique<ElementRule>();
    slice->id = sliced.id + ":" + std::string(name);
    slice->name = sliced.name;
    slice->slice = name;
    slice->element = sliced.element;
    // value[x]:valueQuantity is of type Quantity even when the slice does not say so.
    if (sliced.element != nullptr && sliced.element->choice && name.starts_with(sliced.name)) {
      const auto member = definitions::r4().member(sliced.element->parent, name);
      if (member.element == sliced.element && member.type != 0) slice->types.push_back({member.type, {}, {}});
    }
    holder.slices.push_back(std::move(slice));
    return holder.slices.back().get();
  }

  Profile& profile_;
  const ElementReader& reader_;
  std::vector<Segment> previous_;
};

// Choices are sliced by type and extensions by url when nothing else is said.
void addImpliedSlicing(ElementRule& rule) {
  std::vector<ElementRule*> open{&rule};
  while (!open.empty()) {
    ElementRule* at = open.back();
    open.pop_back();
    for (auto& child : at->children) open.push_back(child.get());
    for (auto& slice : at->slices) open.push_back(slice.get());
    if (at->slices.empty() || at->slicing) continue;
    Slicing slicing;
    if (at->element != nullptr && at->element->choice) {
      slicing.discriminators.push_back({Discriminator::Kind::Type, {}});
    } else if (at->name == "extension" || at->name == "modifierExtension") {
      slicing.discriminators.push_back({Discriminator::Kind::Value, {{PathStep::Kind::Member, "url"}}});
    }
    at->slicing = std::move(slicing);
  }
}

// Whether the types are no more than those of R4.
bool sameTypes(const ElementRule& rule) {
  if (rule.types.empty()) return true;
  if (rule.element == nullptr || !rule.slice.empty()) return false;
  for (const TypeRule& type : rule.types) {
    if (!type.profiles.empty()) return false;
    for (const std::string& target : type.target_profiles) {
      const std::string name = target.substr(target.rfind('/') + 1);
      const auto& targets = rule.element->targets;
      if (std::find(targets.begin(), targets.end(), name) == targets.end()) return false;
    }
    if (!type.target_profiles.empty() && type.target_profiles.size() != rule.element->targets.size()) return false;
  }
  return rule.types.size() >= rule.element->types.size();
}

bool markActive(ElementRule& rule) {
  bool below = false;
  for (auto& child : rule.children) below |= markActive(*child);
  for (auto& slice : rule.slices) below |= markActive(*slice);
  const bool own = rule.min > 0 || rule.max != UINT32_MAX || rule.fixed.set() || rule.pattern.set() ||
                   rule.min_value.set() || rule.max_value.set() || rule.max_length > 0 || rule.binding ||
                   !rule.invariants.empty() || rule.must_support || !rule.slice.empty() || !sameTypes(rule) ||
                   (rule.slicing && rule.slicing->rules != Slicing::Rules::Open);
  return rule.active = below || own;
}

}  // namespace

std::unique_ptr<ElementRule> ElementRule::clone() const {
  auto out = std::make_unique<ElementRule>();
  out->id = id;
  out->name = name;
  out->slice = slice;
  out->element = element;
  out->min = min;
  out->max = max;
  out->types = types;
  out->fixed = fixed;
  out->pattern = pattern;
  out->min_value = min_value;
  out->max_value = max_value;
  out->max_length = max_length;
  out->binding = binding;
  out->invariants = invariants;
  out->must_support = must_support;
  out->slicing = slicing;
  for (const auto& child : children) out->children.push_back(child->clone());
  for (const auto& one : slices) out->slices.push_back(one->clone());
  return out;
}

ElementRule* ElementRule::child(std::string_view wanted) const {
  for (const auto& one : children)
    if (one->name == wanted) return one.get();
  return nullptr;
}

std::vector<TypeNumber> ElementRule::possibleTypes() const {
  std::vector<TypeNumber> out;
  for (const TypeRule& rule : types) out.push_back(rule.type);
  if (out.empty() && element != nullptr) out.assign(element->types.begin(), element->types.end());
  return out;
}

base::Result<std::unique_ptr<Profile>> makeSnapshot(std::shared_ptr<const Document> definition, const Profile* base) {
  const path::Node root = definition->root();
  auto profile = std::make_unique<Profile>();
  profile->url = textOf(root, "url");
  profile->version = textOf(root, "version");
  profile->name = textOf(root, "name");
  const auto* type = definitions::r4().type(textOf(root, "type"));
  if (type == nullptr) return invalid("the profile is of a type that R4 does not have");
  profile->type = type->number;
  if (base != nullptr) {
    if (base->type != type->number) return invalid("the profile is of another type than its base " + base->url);
    profile->root = std::move(*base->root.clone());
    profile->is_modifier = base->is_modifier;
  }
  profile->root.id = std::string(type->name);
  for (path::Node place : childrenOf(root, "context"))
    profile->places.push_back({std::string(textOf(place, "type")), std::string(textOf(place, "expression"))});

  path::Node view = Document::child(root, "differential");
  if (view.tree == nullptr) view = Document::child(root, "snapshot");
  if (view.tree == nullptr) return invalid("the profile has neither a differential nor a snapshot");
  const std::vector<path::Node> elements = childrenOf(view, "element");
  if (elements.size() > kMostElements)
    return base::Error{base::Why::TooCostly, "the profile has too many elements", {}};
  const ElementReader reader(definition, *profile);
  Overlay overlay(*profile, reader);
  for (path::Node element : elements) {
    auto done = overlay.add(element);
    if (!done.ok()) return done.error();
  }
  addImpliedSlicing(profile->root);
  markActive(profile->root);
  return profile;
}

}  // namespace fhir::validate
