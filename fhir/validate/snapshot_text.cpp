#include "fhir/validate/snapshot_text.h"

#include <map>

#include "fhir/definitions/rules.h"
#include "fhir/model/json_value.h"
#include "fhir/model/json_writer.h"
#include "fhir/validate/element_reader.h"
#include "fhir/validate/profiles.h"

namespace fhir::validate {

using definitions::Element;
using definitions::TypeKind;
using definitions::TypeNumber;
using model::Document;
using model::JsonValue;

namespace {

constexpr std::string_view kStructure = "http://hl7.org/fhir/StructureDefinition/";
constexpr size_t kMostElements = 20'000;
constexpr size_t kDeepest = 40;

// Members of an ElementDefinition that the profile's author writes for people.
constexpr std::string_view kTexts[] = {
    "short",   "definition",         "comment",   "requirements",     "alias",  "label", "code", "orderMeaning",
    "example", "meaningWhenMissing", "condition", "isModifierReason", "mapping"};

std::string_view nameOf(TypeNumber type) { return definitions::r4().type(type)->name; }

std::string canonicalOf(std::string_view type) { return std::string(kStructure) + std::string(type); }

JsonValue boolean(bool value) {
  JsonValue out;
  out.kind = JsonValue::Kind::Boolean;
  out.boolean = value;
  return out;
}

JsonValue upTo(uint32_t max) { return JsonValue::string(max >= 65535 ? "*" : std::to_string(max)); }

std::string textOf(const std::vector<PathStep>& steps) {
  std::string out;
  for (const PathStep& step : steps) {
    if (!out.empty()) out += '.';
    switch (step.kind) {
      case PathStep::Kind::Member: out += step.text; break;
      case PathStep::Kind::Extension: out += "extension('" + step.text + "')"; break;
      case PathStep::Kind::Resolve: out += "resolve()"; break;
      case PathStep::Kind::OfType: out += "ofType(" + step.text + ")"; break;
    }
  }
  return out.empty() ? "$this" : out;
}

JsonValue slicingOf(const Slicing& slicing) {
  JsonValue out = JsonValue::object();
  for (const Discriminator& one : slicing.discriminators) {
    constexpr std::string_view kKinds[] = {"value", "exists", "pattern", "type", "profile"};
    JsonValue& list = out.member("discriminator");
    if (!list.isArray()) list = JsonValue::array();
    JsonValue item = JsonValue::object();
    item.member("type") = JsonValue::string(kKinds[static_cast<size_t>(one.kind)]);
    item.member("path") = JsonValue::string(textOf(one.path));
    list.items.push_back(std::move(item));
  }
  out.member("ordered") = boolean(slicing.ordered);
  constexpr std::string_view kRules[] = {"open", "closed", "openAtEnd"};
  out.member("rules") = JsonValue::string(kRules[static_cast<size_t>(slicing.rules)]);
  return out;
}

class SnapshotWriter {
 public:
  SnapshotWriter(const Profile& profile, const JsonValue& definition) : profile_(profile) {
    const JsonValue* differential = definition.find("differential");
    const JsonValue* list = differential == nullptr ? nullptr : differential->find("element");
    if (list == nullptr) return;
    for (const JsonValue& element : list->items) {
      const JsonValue* id = element.find("id");
      if (id == nullptr) id = element.find("path");
      if (id != nullptr) own_.emplace(id->text, &element);
    }
  }

  base::Result<JsonValue> write() {
    const std::string name(nameOf(profile_.type));
    JsonValue root = JsonValue::object();
    root.member("id") = JsonValue::string(name);
    root.member("path") = JsonValue::string(name);
    addTexts(root, name, name);
    const auto own = own_.find(name);
    const JsonValue* min = own == own_.end() ? nullptr : own->second->find("min");
    const JsonValue* max = own == own_.end() ? nullptr : own->second->find("max");
    root.member("min") = min != nullptr ? *min : JsonValue::number(0);
    root.member("max") = max != nullptr ? *max : JsonValue::string("*");
    root.member("base") = baseOf(name, 0, 65535);
    addInvariantsOfType(root, profile_.type);
    addInvariants(root, profile_.root);
    root.member("isModifier") = boolean(profile_.is_modifier);
    elements_.items.push_back(std::move(root));
    writeChildren(profile_.type, &profile_.root, nullptr, name, name, 1);
    if (elements_.items.size() >= kMostElements)
      return base::Error{base::Why::TooCostly, "the snapshot has too many elements", profile_.url};
    JsonValue out = JsonValue::object();
    out.member("element") = std::move(elements_);
    return out;
  }

 private:
  // `sliced`: of a slice, the rule of the element that is sliced: what it says of its elements holds in slices too.
  void writeChildren(TypeNumber type, const ElementRule* rule, const ElementRule* sliced, const std::string& id,
                     const std::string& path, size_t depth) {
    if (depth > kDeepest) return;
    for (const Element* element : definitions::r4().elements(type)) {
      if (elements_.items.size() >= kMostElements) return;
      const std::string name = std::string(element->name.text) + (element->choice ? "[x]" : "");
      const ElementRule* general = sliced == nullptr ? nullptr : sliced->child(element->name.text);
      const ElementRule* own = rule == nullptr ? nullptr : rule->child(element->name.text);
      if (own == nullptr) own = general;
      writeElement(*element, own, general == nullptr ? own : general, id + "." + name, path + "." + name, depth);
      if (own != nullptr) writeSlices(*element, *own, *own, id + "." + name, path + "." + name, depth);
    }
  }

  void writeSlices(const Element& element, const ElementRule& sliced, const ElementRule& holder,
                   const std::string& id, const std::string& path, size_t depth) {
    for (const auto& slice : holder.slices) {
      if (elements_.items.size() >= kMostElements) return;
      writeElement(element, slice.get(), &sliced, id + ":" + slice->slice, path, depth);
      writeSlices(element, sliced, *slice, id, path, depth);
    }
  }

  // `sliced` is the rule of the element itself, from which a slice has what it does not say; `rule` may be a slice.
  void writeElement(const Element& element, const ElementRule* rule, const ElementRule* sliced, const std::string& id,
                    const std::string& path, size_t depth) {
    const std::string base =
        std::string(nameOf(element.parent)) + "." + std::string(element.name.text) + (element.choice ? "[x]" : "");
    const bool is_slice = rule != nullptr && !rule->slice.empty();
    JsonValue out = JsonValue::object();
    out.member("id") = JsonValue::string(id);
    out.member("path") = JsonValue::string(path);
    if (is_slice) out.member("sliceName") = JsonValue::string(rule->slice);
    if (rule != nullptr && rule->slicing && !rule->slices.empty()) out.member("slicing") = slicingOf(*rule->slicing);
    addTexts(out, id, base);
    const uint32_t least = is_slice ? 0 : element.min;
    const uint32_t most = sliced == nullptr ? element.max : std::min<uint32_t>(sliced->max, element.max);
    out.member("min") = JsonValue::number(rule == nullptr ? least : std::max(rule->min, least));
    out.member("max") = upTo(rule == nullptr ? most : std::min(rule->max, most));
    out.member("base") = baseOf(base, element.min, element.max);
    const TypeNumber backbone = backboneOf(element);
    const bool elsewhere = backbone != 0 && nameOf(backbone) != base;  // contentReference: its elements stand there
    if (elsewhere) {
      out.member("contentReference") = JsonValue::string("#" + std::string(nameOf(backbone)));
    } else {
      out.member("type") = typesOf(element, rule, sliced);
    }
    if (rule != nullptr) addValues(out, *rule);
    addInvariantsOfElement(out, element);
    if (backbone != 0 && !elsewhere) addInvariantsOfType(out, backbone);
    if (sliced != nullptr && sliced != rule) addInvariants(out, *sliced);
    if (rule != nullptr) addInvariants(out, *rule);
    if ((rule != nullptr && rule->must_support) || (sliced != nullptr && sliced->must_support))
      out.member("mustSupport") = boolean(true);
    out.member("isModifier") = boolean(element.is_modifier);
    if (element.is_modifier && out.find("isModifierReason") == nullptr)
      out.member("isModifierReason") = JsonValue::string("As FHIR R4 says of " + base + ".");
    out.member("isSummary") = boolean(element.is_summary);
    addBinding(out, element, rule, sliced);
    elements_.items.push_back(std::move(out));
    writeBelow(rule, sliced == rule ? nullptr : sliced, elsewhere ? TypeNumber{0} : backbone, id, path, depth);
  }

  void writeBelow(const ElementRule* rule, const ElementRule* sliced, TypeNumber backbone, const std::string& id,
                  const std::string& path, size_t depth) {
    if (backbone != 0) return writeChildren(backbone, rule, sliced, id, path, depth + 1);
    if (rule == nullptr || rule->children.empty()) return;
    const std::vector<TypeNumber> types = rule->possibleTypes();
    if (types.size() == 1) return writeChildren(types[0], rule, sliced, id, path, depth + 1);
    // Of several types only what the profile speaks of.
    for (const auto& child : rule->children) {
      if (child->element == nullptr) continue;
      const std::string name = child->name + (child->element->choice ? "[x]" : "");
      writeElement(*child->element, child.get(), child.get(), id + "." + name, path + "." + name, depth + 1);
      writeSlices(*child->element, *child, *child, id + "." + name, path + "." + name, depth + 1);
    }
  }

  static TypeNumber backboneOf(const Element& element) {
    if (element.types.size() != 1) return 0;
    return definitions::r4().type(element.types[0])->kind == TypeKind::Backbone ? element.types[0] : TypeNumber{0};
  }

  static JsonValue baseOf(const std::string& path, uint32_t min, uint32_t max) {
    JsonValue out = JsonValue::object();
    out.member("path") = JsonValue::string(path);
    out.member("min") = JsonValue::number(min);
    out.member("max") = upTo(max);
    return out;
  }

  static JsonValue typesOf(const Element& element, const ElementRule* rule, const ElementRule* sliced) {
    JsonValue list = JsonValue::array();
    auto add = [&](TypeNumber type, const std::vector<std::string>& profiles,
                   const std::vector<std::string>& targets) {
      const auto* known = definitions::r4().type(type);
      JsonValue item = JsonValue::object();
      const std::string_view parent = nameOf(element.parent);
      const bool plain = (element.name.text == "id" && (parent == "Element" || parent == "Resource")) ||
                         (element.name.text == "url" && parent == "Extension");
      item.member("code") = JsonValue::string(plain ? "http://hl7.org/fhirpath/System.String"
                                              : known->kind == TypeKind::Backbone ? "BackboneElement"
                                                                                  : known->name);
      auto strings = [&](std::string_view name, const std::vector<std::string>& texts) {
        if (texts.empty()) return;
        JsonValue& out = item.member(name) = JsonValue::array();
        for (const std::string& text : texts) out.items.push_back(JsonValue::string(text));
      };
      strings("profile", profiles);
      std::vector<std::string> published;
      if (targets.empty() && (known->name == "Reference" || known->name == "canonical"))
        for (std::string_view target : element.targets) published.push_back(canonicalOf(target));
      strings("targetProfile", targets.empty() ? published : targets);
      list.items.push_back(std::move(item));
    };
    const ElementRule* said = rule != nullptr && !rule->types.empty() ? rule : sliced;
    if (said != nullptr && !said->types.empty()) {
      for (const TypeRule& type : said->types) add(type.type, type.profiles, type.target_profiles);
    } else {
      for (TypeNumber type : element.types) add(type, {}, {});
    }
    return list;
  }

  // fixedCode, patternCodeableConcept, ... as they were written.
  static void addValues(JsonValue& out, const ElementRule& rule) {
    auto add = [&](std::string_view name, const ExpectedValue& value) {
      if (!value.set()) return;
      auto read = JsonValue::read(R"({"value":)" + model::writeJson(value.node) + "}");
      if (!read.ok()) return;
      std::string type(Document::navigator().type(value.node).name);
      if (!type.empty() && type[0] >= 'a' && type[0] <= 'z') type[0] = static_cast<char>(type[0] - 'a' + 'A');
      out.member(std::string(name) + type) = std::move(*read->find("value"));
    };
    add("fixed", rule.fixed);
    add("pattern", rule.pattern);
    add("minValue", rule.min_value);
    add("maxValue", rule.max_value);
    if (rule.max_length > 0) out.member("maxLength") = JsonValue::number(rule.max_length);
  }

  static void addBinding(JsonValue& out, const Element& element, const ElementRule* rule, const ElementRule* sliced) {
    std::string strength, value_set;
    for (const ElementRule* said : {rule, sliced}) {
      if (said == nullptr || !said->binding || !value_set.empty()) continue;
      strength = said->binding->required ? "required" : "extensible";
      value_set = said->binding->value_set;
    }
    if (value_set.empty() && !element.binding.empty()) {
      strength = "required";
      value_set = element.binding;
    }
    for (const definitions::Binding& row : definitions::r4Rules().bindings()) {
      if (!value_set.empty() || row.element != element.name.text || row.type != nameOf(element.parent)) continue;
      strength = row.strength;
      value_set = row.value_set;
    }
    if (value_set.empty()) return;
    JsonValue& binding = out.member("binding") = JsonValue::object();
    binding.member("strength") = JsonValue::string(strength);
    binding.member("valueSet") = JsonValue::string(value_set);
  }

  static void addInvariant(JsonValue& out, std::string_view key, std::string_view severity, std::string_view human,
                           std::string_view expression, std::string_view source) {
    JsonValue& list = out.member("constraint");
    if (!list.isArray()) list = JsonValue::array();
    for (const JsonValue& known : list.items)
      if (known.find("key")->text == key) return;
    JsonValue item = JsonValue::object();
    item.member("key") = JsonValue::string(key);
    item.member("severity") = JsonValue::string(severity);
    item.member("human") = JsonValue::string(human);
    if (!expression.empty()) item.member("expression") = JsonValue::string(expression);
    if (!source.empty()) item.member("source") = JsonValue::string(source);
    list.items.push_back(std::move(item));
  }

  void addInvariants(JsonValue& out, const ElementRule& rule) const {
    for (const auto& one : rule.invariants)
      addInvariant(out, one->key, base::toString(one->severity), one->human, one->expression.text(), {});
  }

  static void addInvariantsOfType(JsonValue& out, TypeNumber type) {
    for (TypeNumber at = type; at != 0; at = definitions::r4().type(at)->base)
      for (const definitions::Invariant& row : definitions::r4Rules().invariants())
        if (row.type == nameOf(at) && row.element.empty())
          addInvariant(out, row.key, row.severity, row.human, row.expression, canonicalOf(nameOf(at)));
  }

  static void addInvariantsOfElement(JsonValue& out, const Element& element) {
    for (const definitions::Invariant& row : definitions::r4Rules().invariants())
      if (row.element == element.name.text && row.type == nameOf(element.parent))
        addInvariant(out, row.key, row.severity, row.human, row.expression, canonicalOf(nameOf(element.parent)));
  }

  void addTexts(JsonValue& out, const std::string& id, const std::string& base) const {
    const auto own = own_.find(id);
    for (std::string_view name : kTexts)
      if (const JsonValue* text = own == own_.end() ? nullptr : own->second->find(name)) out.member(name) = *text;
    if (out.find("definition") == nullptr)
      out.member("definition") = JsonValue::string("As FHIR R4 defines " + base + ".");
  }

  const Profile& profile_;
  std::map<std::string, const JsonValue*, std::less<>> own_;  // elements of the differential by id
  JsonValue elements_ = JsonValue::array();
};

}  // namespace

base::Result<std::string> withSnapshot(const Document& definition, const Profiles& profiles) {
  const std::string url(textOf(definition.root(), "url"));
  const std::string version(textOf(definition.root(), "version"));
  const Profile* profile = profiles.find(version.empty() ? url : url + "|" + version);
  if (profile == nullptr) return base::Error{base::Why::NotFound, "the profile cannot be used", url};
  ASSIGN_OR_RETURN(JsonValue json, JsonValue::read(model::writeJson(definition.root())));
  ASSIGN_OR_RETURN(JsonValue snapshot, SnapshotWriter(*profile, json).write());
  json.erase("snapshot");
  JsonValue out = JsonValue::object();
  for (model::JsonMember& member : json.members) {
    if (member.name == "differential") out.member("snapshot") = snapshot;
    out.member(member.name) = std::move(member.value);
  }
  out.member("snapshot") = std::move(snapshot);
  return out.write();
}

}  // namespace fhir::validate
