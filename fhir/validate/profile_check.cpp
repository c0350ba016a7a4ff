// A resource or element against a profile: only what the profile demands beyond R4 is checked here.

#include "fhir/base/text.h"
#include "fhir/path/expression.h"
#include "fhir/validate/pass.h"
#include "fhir/validate/values.h"

namespace fhir::validate {

using base::Severity;
using definitions::TypeNumber;

namespace {

constexpr size_t kDeepestVisit = 40;  // profiles that lead to profiles
constexpr std::string_view kStructure = "http://hl7.org/fhir/StructureDefinition/";
constexpr base::Name kMeta("meta"), kProfile("profile");

TypeNumber ownDefinition(std::string_view canonical) {
  canonical = canonical.substr(0, canonical.find('|'));
  if (!canonical.starts_with(kStructure)) return 0;
  const auto* type = definitions::r4().type(canonical.substr(kStructure.size()));
  return type == nullptr ? TypeNumber{0} : type->number;
}

std::string nameOf(const ElementRule& rule) {
  std::string out = rule.name;
  if (rule.element != nullptr && rule.element->choice) out += "[x]";
  if (!rule.slice.empty()) out += ":" + rule.slice;
  return out;
}

}  // namespace

void Pass::checkDeclaredProfiles(uint32_t resource) {
  std::vector<const Profile*> checked;
  auto check = [&](const Profile* profile) {
    for (const Profile* one : checked)
      if (one == profile) return;
    checked.push_back(profile);
    checkProfile(resource, *profile);
  };
  if (resource == 0)
    for (const std::string& canonical : options.profiles) {
      if (const Profile* profile = profiles.find(canonical))
        check(profile);
      else if (const TypeNumber type = ownDefinition(canonical); type == 0)
        error(0, "not-found", "profile-unknown", "the profile that was asked for is not known here: " + canonical);
      else if (!definitions::r4().isSubtypeOf(record(0).type, type))
        error(0, "structure", "profile", "the resource is not of the type that was asked for");
    }
  const uint32_t meta = child(resource, kMeta);
  if (meta == kNone) return;
  for (uint32_t i = child(meta, kProfile); i != kNone; i = nextNamed(i)) {
    const std::string_view canonical = value(i);
    if (const Profile* profile = profiles.find(canonical)) {
      if (definitions::r4().isSubtypeOf(record(resource).type, profile->type))
        check(profile);
      else
        error(i, "structure", "profile", "the resource is not of the type that this profile is about");
    } else if (const TypeNumber type = ownDefinition(canonical); type == 0) {
      warning(i, "not-found", "profile-unknown", "the profile is not known here, so it was not checked");
    } else if (!definitions::r4().isSubtypeOf(record(resource).type, type)) {
      error(i, "structure", "profile", "the resource is not of the type that this profile is about");
    }
  }
}

void Pass::checkProfile(uint32_t index, const Profile& profile) {
  for (const Visit& visit : visits_)
    if (visit.record == index && visit.profile == &profile) return;  // a circle: it holds if the rest does
  if (visits_.size() >= kDeepestVisit) {
    warning(index, "too-costly", "profile", "profiles lead to profiles too deeply; the rest was not checked");
    return;
  }
  if (!definitions::r4().isSubtypeOf(record(index).type, profile.type)) {
    error(index, "structure", "profile",
          "the profile " + profile.url + " is about " + std::string(definitions::r4().type(profile.type)->name));
    return;
  }
  visits_.push_back({index, &profile});
  checkRule(index, profile.root, profile);
  visits_.pop_back();
}

std::optional<bool> Pass::conformsTo(const path::Item& element, std::string_view canonical) {
  if (!element.isNode() || element.node().tree != &tree) return std::nullopt;
  const uint32_t index = element.node().index;
  if (const Profile* profile = profiles.find(canonical)) return holds([&] { checkProfile(index, *profile); });
  if (const TypeNumber type = ownDefinition(canonical))
    return definitions::r4().isSubtypeOf(record(index).type, type);
  return std::nullopt;
}

void Pass::checkRule(uint32_t index, const ElementRule& rule, const Profile& profile) {
  if (++rule_steps_ > kMostRuleSteps) return;  // result() says so
  if (!rule.types.empty() && !checkTypes(index, rule)) return;
  checkValues(index, rule);
  if (rule.binding) {
    BoundSet set;
    set.url = std::string_view(rule.binding->value_set).substr(0, rule.binding->value_set.find('|'));
    set.grammar = grammarOf(set.url);
    set.codes = book.codes(set.url);
    checkBinding(index, set, rule.binding->required ? Severity::Error : Severity::Warning, !rule.binding->required);
  }
  checkChildren(index, rule, profile);
  for (const auto& invariant : rule.invariants) checkInvariant(index, *invariant);
}

void Pass::checkChildren(uint32_t index, const ElementRule& rule, const Profile& profile) {
  if (record(index).kind == model::JsonKind::Object && record(index).first == 0)
    return;  // empty: reading has said so
  for (const auto& part : rule.children)
    if (part->active) checkPart(index, *part, profile);
  // Elements that reuse a definition (Questionnaire.item.item) follow the rules of the element they reuse.
  for (uint32_t i = record(index).first; i != 0 && !profile.root.children.empty(); i = record(i).next) {
    if (record(i).type == 0 || record(i).element == 0) continue;
    const auto& type = *definitions::r4().type(record(i).type);
    if (type.kind != definitions::TypeKind::Backbone) continue;
    const auto& parent = definitions::r4().allElements()[record(i).element - 1].parent;
    const std::string own =
        std::string(definitions::r4().type(parent)->name) + "." + std::string(tree.name(record(i)));
    if (type.name == own) continue;
    const ElementRule* reused = &profile.root;
    const auto names = base::split(type.name, '.');
    for (size_t n = 1; n < names.size() && reused != nullptr; ++n) reused = reused->child(names[n]);
    if (reused == nullptr || !reused->active || rule.child(tree.name(record(i))) != nullptr) continue;
    for (const auto& invariant : reused->invariants) checkInvariant(i, *invariant);
    checkChildren(i, *reused, profile);
  }
}

// One element of a rule: how often it stands there, each of them, and its slices.
void Pass::checkPart(uint32_t index, const ElementRule& part, const Profile& profile) {
  std::vector<uint32_t> items;
  bool malformed = isBad(index, part.name);
  for (uint32_t i = child(index, base::Name(part.name)); i != kNone; i = nextNamed(i)) {
    if (record(i).type != 0)
      items.push_back(i);
    else
      malformed = true;
  }
  for (uint32_t item : items) checkRule(item, part, profile);
  bool slice_missing = false;
  if (!items.empty() && (!part.slices.empty() || (part.slicing && part.slicing->rules == Slicing::Rules::Closed)))
    slice_missing = checkSlices(items, index, part, profile);
  // What R4 demands as well has been said, and so have missing slices.
  const bool said = malformed || slice_missing || (items.empty() && part.element != nullptr && part.element->min > 0);
  if (items.size() < part.min && !said) {
    error(index, "required", "cardinality",
          "the profile demands '" + nameOf(part) + "' at least " + std::to_string(part.min) + " times");
    markBad(index, part.name);
  } else if (items.empty() && part.min == 0 && !malformed) {
    for (const auto& slice : part.slices)
      if (slice->min > 0)
        error(index, "required", "cardinality",
              "the profile demands the slice '" + nameOf(*slice) + "' at least " + std::to_string(slice->min) +
                  " times");
  }
  if (items.size() > part.max) {
    markBad(index, part.name);
    error(items[part.max], "structure", "cardinality",
          part.max == 0 ? "the profile does not allow this element"
                        : "the profile allows this element at most " + std::to_string(part.max) + " times");
  }
  if (items.empty() && part.must_support && options.must_support && part.min == 0 && part.max > 0)
    report(index, Severity::Information, "informational", "must-support",
           "'" + nameOf(part) + "' is must-support and absent");
}

bool Pass::checkTypes(uint32_t index, const ElementRule& rule) {
  static const auto& r4 = definitions::r4();
  static const TypeNumber reference = r4.type("Reference")->number;
  const TypeRule* mine = nullptr;
  for (const TypeRule& type : rule.types)
    if (r4.isSubtypeOf(record(index).type, type.type)) mine = &type;
  if (mine == nullptr) {
    error(index, "structure", "type", "the profile does not allow this type here");
    return false;
  }
  const Profile* only = nullptr;
  bool fits = mine->profiles.empty();
  for (const std::string& canonical : mine->profiles) {
    const Profile* known = profiles.find(canonical);
    if (known == nullptr) {
      if (const TypeNumber own = ownDefinition(canonical); own != 0) {
        fits |= r4.isSubtypeOf(record(index).type, own);
        continue;
      }
      warning(index, "not-found", "profile-unknown",
              "a profile that this element should conform to is not known here: " + canonical);
      fits = true;
    } else if (mine->profiles.size() == 1) {
      only = known;
    } else {
      fits |= holds([&] { checkProfile(index, *known); });
    }
  }
  // What an extension is said to be by its own definition has been checked by its url.
  if (only != nullptr) {
    const bool by_url =
        only->type == r4.type("Extension")->number && profiles.find(childValue(index, base::Name("url"))) == only;
    if (!by_url) checkProfile(index, *only);
  } else if (!fits) {
    error(index, "structure", "profile", "the element conforms to none of the profiles that are allowed here");
  }
  if (mine->type != reference || mine->target_profiles.empty() || record(index).element == 0) return true;
  const Target target = targetOf(index);
  if (target.type == 0) return true;
  const auto& published = r4.allElements()[record(index).element - 1].targets;
  bool allowed = published.empty(), of_type = false, conforms = false;
  for (std::string_view name : published)
    allowed |= name == "Resource" || (r4.type(name) != nullptr && r4.type(name)->number == target.type);
  if (!allowed) return true;  // said already
  for (const std::string& canonical : mine->target_profiles) {
    const Profile* known = profiles.find(canonical);
    const TypeNumber type = known != nullptr ? known->type : ownDefinition(canonical);
    if (type == 0) return true;  // unknown profile: lacks() says so
    if (!r4.isSubtypeOf(target.type, type)) continue;
    of_type = true;
    conforms |= known == nullptr || target.record == kNone || holds([&] { checkProfile(target.record, *known); });
  }
  if (!of_type) {
    error(index, "value", "reference-target",
          "the profile does not allow a reference to a " + std::string(r4.type(target.type)->name) + " here");
  } else if (!conforms) {
    error(index, "value", "reference-target",
          "the resource referred to conforms to none of the profiles that are allowed here");
  }
  return true;
}

void Pass::checkValues(uint32_t index, const ElementRule& rule) {
  const path::Node node = tree.node(index);
  if (rule.fixed.set() && !equalsFixed(node, rule.fixed.node))
    error(index, "value", "fixed", "the value is not the one that the profile fixes");
  if (rule.pattern.set() && !fitsPattern(node, rule.pattern.node))
    error(index, "value", "pattern", "the value does not fit the pattern of the profile");
  if (rule.max_length > 0 && base::countCodePoints(value(index)) > rule.max_length)
    error(index, "too-long", "max-length",
          "the text is longer than the " + std::to_string(rule.max_length) + " characters that the profile allows");
  auto compare = [&](const ExpectedValue& bound, const char* text) {
    static const auto min = path::Expression::compile("%bound <= $this"),
                      max = path::Expression::compile("$this <= %bound");
    struct Bound final : path::Variables {
      path::Item item = path::Item::boolean(false);
      bool find(std::string_view name, path::Collection& out) const override {
        if (name != "bound") return false;
        out.push_back(item);
        return true;
      }
    } variables;
    variables.item = path::Item::node(bound.node, &model::Document::navigator());
    path::Evaluation evaluation(arena_);
    evaluation.variables = &variables;
    auto result = (text[1] == 'i' ? min : max).value().evaluate(item(index), evaluation);
    return !result.ok() || result->size() != 1 || (*result)[0].kind() != path::ItemKind::Boolean ||
           (*result)[0].boolean();
  };
  if (rule.min_value.set() && !compare(rule.min_value, "min"))
    error(index, "value", "min-value", "the value is below the least that the profile allows");
  if (rule.max_value.set() && !compare(rule.max_value, "max"))
    error(index, "value", "max-value", "the value is above the greatest that the profile allows");
}

}  // namespace fhir::validate
