// Slicing (R4 5.1.0.12 to 5.1.0.13): which slice an element is in, and what the slicing demands of all of them.

#include "fhir/validate/pass.h"
#include "fhir/validate/values.h"

namespace fhir::validate {

using definitions::TypeNumber;

namespace {

constexpr base::Name kUrl("url"), kExtension("extension");

// What a slice says about the element at a discriminator's path: a rule, or a part of a fixed or pattern value that
// stands further up.
struct Expected {
  const ElementRule* rule = nullptr;
  path::Node pattern;
  bool has_pattern = false;
  std::vector<std::string> profiles;  // after resolve(): those of the target
  bool resolved = false;
  bool known = true;
};

path::Node childOf(path::Node node, std::string_view name) { return model::Document::child(node, name); }

const ElementRule* extensionRule(const ElementRule& rule, std::string_view url, const Profiles& profiles) {
  const ElementRule* extension = rule.child("extension");
  if (extension == nullptr) return nullptr;
  for (const auto& slice : extension->slices) {
    const ElementRule* fixed = slice->child("url");
    if (fixed != nullptr && fixed->fixed.set() && model::Document::text(fixed->fixed.node) == url) return slice.get();
    for (const TypeRule& type : slice->types)
      for (const std::string& profile : type.profiles)
        if (profiles.find(profile) != nullptr && profiles.find(profile)->url == url) return slice.get();
  }
  return nullptr;
}

const ElementRule* memberRule(const ElementRule& rule, std::string_view name, const Profiles& profiles) {
  const ElementRule* own = rule.child(name);
  if (own != nullptr && own->active) return own;
  for (const TypeRule& type : rule.types)
    for (const std::string& canonical : type.profiles)
      if (const Profile* profile = profiles.find(canonical))
        if (const ElementRule* found = profile->root.child(name)) return found;
  return own;
}

Expected expectedAt(const ElementRule& slice, std::span<const PathStep> path, const Profiles& profiles) {
  Expected at;
  at.rule = &slice;
  auto takeValue = [&] {
    if (at.rule == nullptr) return;
    const ExpectedValue& value = at.rule->fixed.set() ? at.rule->fixed : at.rule->pattern;
    if (!value.set()) return;
    at.pattern = value.node;
    at.has_pattern = true;
  };
  takeValue();
  for (const PathStep& step : path) {
    const ElementRule* before = at.rule;
    switch (step.kind) {
      case PathStep::Kind::Member:
        at.rule = before == nullptr ? nullptr : memberRule(*before, step.text, profiles);
        at.pattern = at.has_pattern ? childOf(at.pattern, step.text) : path::Node{};
        break;
      case PathStep::Kind::Extension:
        at.rule = before == nullptr ? nullptr : extensionRule(*before, step.text, profiles);
        at.pattern = {};
        break;
      case PathStep::Kind::Resolve:
        if (before != nullptr)
          for (const TypeRule& type : before->types)
            at.profiles.insert(at.profiles.end(), type.target_profiles.begin(), type.target_profiles.end());
        at.resolved = true;
        at.rule = nullptr;
        at.pattern = {};
        if (at.profiles.size() == 1 && profiles.find(at.profiles[0]) != nullptr)
          at.rule = &profiles.find(at.profiles[0])->root;
        break;
      case PathStep::Kind::OfType: break;
    }
    at.has_pattern = at.has_pattern && at.pattern.tree != nullptr;
    takeValue();
  }
  return at;
}

TypeNumber typeNamed(std::string_view name) {
  if (const size_t slash = name.rfind('/'); slash != std::string_view::npos) name = name.substr(slash + 1);
  const auto* type = definitions::r4().type(name);
  return type == nullptr ? TypeNumber{0} : type->number;
}

// The elements of an instance at a discriminator's path.
std::vector<uint32_t> nodesAt(Pass& pass, uint32_t item, std::span<const PathStep> path) {
  std::vector<uint32_t> nodes{item};
  for (const PathStep& step : path) {
    std::vector<uint32_t> next;
    for (uint32_t node : nodes) {
      switch (step.kind) {
        case PathStep::Kind::Member:
          for (uint32_t i = pass.child(node, base::Name(step.text)); i != kNone; i = pass.nextNamed(i))
            next.push_back(i);
          break;
        case PathStep::Kind::Extension:
          for (uint32_t i = pass.child(node, kExtension); i != kNone; i = pass.nextNamed(i))
            if (pass.childValue(i, kUrl) == step.text) next.push_back(i);
          break;
        case PathStep::Kind::Resolve:
          if (auto target = pass.targetOf(node); target.record != kNone) next.push_back(target.record);
          break;
        case PathStep::Kind::OfType:
          if (definitions::r4().isSubtypeOf(pass.record(node).type, typeNamed(step.text))) next.push_back(node);
          break;
      }
    }
    nodes = std::move(next);
  }
  return nodes;
}

bool saysNothing(const ElementRule& rule) {
  return !rule.binding && rule.children.empty() && rule.slices.empty() && rule.invariants.empty() &&
         rule.types.empty() && rule.max != 0;
}

}  // namespace

static bool fitsValue(Pass& pass, uint32_t item, const Discriminator& by, const Expected& expected,
                      const Profile& profile) {
  const std::vector<uint32_t> nodes = nodesAt(pass, item, by.path);
  if (expected.rule != nullptr && expected.rule->max == 0) return nodes.empty();
  const bool exact =
      expected.rule != nullptr && expected.rule->fixed.set() && expected.rule->fixed.node == expected.pattern;
  for (uint32_t node : nodes) {
    if (expected.has_pattern) {
      const path::Node actual = pass.tree.node(node);
      if (exact ? equalsFixed(actual, expected.pattern) : fitsPattern(actual, expected.pattern)) return true;
    } else if (expected.rule != nullptr && !saysNothing(*expected.rule)) {
      if (pass.holds([&] { pass.checkRule(node, *expected.rule, profile); })) return true;
    }
  }
  return false;
}

static bool fitsType(Pass& pass, uint32_t item, const Discriminator& by, const Expected& expected) {
  static const auto& r4 = definitions::r4();
  std::vector<TypeNumber> wanted;
  if (expected.resolved) {
    for (const std::string& canonical : expected.profiles) {
      const Profile* known = pass.profiles.find(canonical);
      wanted.push_back(known != nullptr ? known->type : typeNamed(canonical));
    }
  } else if (expected.rule != nullptr) {
    wanted = expected.rule->possibleTypes();
  }
  std::vector<TypeNumber> actual;
  if (expected.resolved && by.path.size() >= 1 && by.path.back().kind == PathStep::Kind::Resolve) {
    // The type of a target is often known when the target is not here.
    for (uint32_t node : nodesAt(pass, item, std::span(by.path).first(by.path.size() - 1)))
      actual.push_back(pass.targetOf(node).type);
  } else {
    for (uint32_t node : nodesAt(pass, item, by.path)) actual.push_back(pass.record(node).type);
  }
  for (TypeNumber have : actual)
    for (TypeNumber want : wanted)
      if (have != 0 && want != 0 && r4.isSubtypeOf(have, want)) return true;
  return false;
}

static bool fitsProfile(Pass& pass, uint32_t item, const Discriminator& by, const Expected& expected) {
  std::vector<std::string> wanted = expected.profiles;
  if (!expected.resolved && expected.rule != nullptr)
    for (const TypeRule& type : expected.rule->types)
      wanted.insert(wanted.end(), type.profiles.begin(), type.profiles.end());
  for (uint32_t node : nodesAt(pass, item, by.path))
    for (const std::string& canonical : wanted)
      if (pass.conformsTo(pass.item(node), canonical).value_or(false)) return true;
  return false;
}

bool Pass::isInSlice(uint32_t index, const ElementRule& slice, const Slicing& slicing, const Profile& profile) {
  if (slicing.discriminators.empty()) return holds([&] { checkRule(index, slice, profile); });
  for (const Discriminator& by : slicing.discriminators) {
    const Expected expected = expectedAt(slice, by.path, profiles);
    bool fits = false;
    switch (by.kind) {
      case Discriminator::Kind::Value:
      case Discriminator::Kind::Pattern: fits = fitsValue(*this, index, by, expected, profile); break;
      case Discriminator::Kind::Exists: {
        const bool there = !nodesAt(*this, index, by.path).empty();
        const bool forbidden = expected.rule != nullptr && expected.rule->max == 0;
        fits = forbidden ? !there : there;
        break;
      }
      case Discriminator::Kind::Type: fits = fitsType(*this, index, by, expected); break;
      case Discriminator::Kind::Profile: fits = fitsProfile(*this, index, by, expected); break;
    }
    if (!fits) return false;
  }
  return true;
}

bool Pass::checkSlices(std::span<const uint32_t> items, uint32_t parent, const ElementRule& rule,
                       const Profile& profile) {
  static const Slicing open;
  const Slicing& slicing = rule.slicing ? *rule.slicing : open;
  std::vector<std::vector<uint32_t>> members(rule.slices.size());
  size_t last = 0;       // the slice of the element before, for `ordered`
  bool outside = false;  // an element in no slice has been seen
  for (uint32_t item : items) {
    size_t mine = rule.slices.size();
    for (size_t i = 0; i < rule.slices.size() && mine == rule.slices.size(); ++i)
      if (isInSlice(item, *rule.slices[i], slicing, profile)) mine = i;
    if (mine == rule.slices.size()) {
      outside = true;
      if (slicing.rules == Slicing::Rules::Closed)
        error(item, "structure", "slicing", "the element fits none of the slices, and the profile allows no others");
      continue;
    }
    if (outside && slicing.rules == Slicing::Rules::OpenAtEnd) {
      error(item, "structure", "slicing", "elements that fit no slice must stand behind those of the slices");
    } else if (slicing.ordered && mine < last) {
      error(item, "structure", "slicing", "the slices are not in the order of the profile");
    }
    last = std::max(last, mine);
    members[mine].push_back(item);
  }
  bool missing = false;
  for (size_t i = 0; i < rule.slices.size(); ++i) {
    const ElementRule& slice = *rule.slices[i];
    missing |= members[i].size() < slice.min;
    const std::string name = rule.name + ":" + slice.slice;
    if (members[i].size() < slice.min)
      error(parent, "required", "cardinality",
            "the profile demands the slice '" + name + "' at least " + std::to_string(slice.min) + " times");
    if (members[i].size() > slice.max)
      error(members[i][slice.max], "structure", "cardinality",
            slice.max == 0
                ? "the profile does not allow the slice '" + name + "'"
                : "the profile allows the slice '" + name + "' at most " + std::to_string(slice.max) + " times");
    if (members[i].empty() && slice.must_support && options.must_support && slice.min == 0 && slice.max > 0)
      report(parent, base::Severity::Information, "informational", "must-support",
             "the slice '" + name + "' is must-support and absent");
    for (uint32_t item : members[i]) checkRule(item, slice, profile);
    const bool sliced = !slice.slices.empty() || (slice.slicing && slice.slicing->rules == Slicing::Rules::Closed);
    if (sliced && !members[i].empty()) {
      checkSlices(members[i], parent, slice, profile);
    }
  }
  return missing;
}

}  // namespace fhir::validate
