#include "fhir/terminology/expansion.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "fhir/terminology/display.h"
#include "fhir/terminology/grammar_systems.h"
#include "fhir/terminology/layer.h"
#include "fhir/terminology/membership.h"
#include "fhir/terminology/text_filter.h"

namespace fhir::terminology {
namespace {

using base::Error;
using base::Why;

constexpr uint64_t kBudget = 2'000'000;  // value sets opened during one expansion

std::string canonicalOf(std::string_view url, std::string_view version) {
  std::string out(url);
  if (!version.empty()) out.append("|").append(version);
  return out;
}

// One code of the value set, before it is dressed for the answer.
struct Found {
  std::string_view system, version, code;
  const CodeSystem* known = nullptr;  // with `at`, when the system is here
  ConceptIndex at = kNoConcept;
  const ValueSetPart* part = nullptr;  // that lists it, at `listed`
  uint32_t listed = ValueSetPart::kNone;
  const ListedCode* row = nullptr;
  bool may_nest = false;
  uint16_t depth = 0;
};

class ExpansionRun {
 public:
  ExpansionRun(const LoadedTerminology& terminology, const ExpandQuestion& question)
      : terminology_(terminology), question_(question), filter_(question.filter), check_(terminology, kBudget) {}

  base::Result<Expansion> run(const ValueSet& set) {
    RETURN_IF_ERROR(collect(set));
    Expansion expansion;
    if (!question_.exclude_nested && filter_.empty() && !question_.count && question_.offset == 0) nest();
    expansion.total = found_.size();
    expansion.offset = question_.offset;
    uint64_t begin = std::min<uint64_t>(question_.offset, found_.size());
    uint64_t left = found_.size() - begin;
    uint64_t count = question_.count ? std::min<uint64_t>(*question_.count, left) : left;
    if (count > question_.most_returned) return tooMany(question_.most_returned);
    expansion.contains.reserve(count);
    for (uint64_t i = begin; i < begin + count; ++i) expansion.contains.push_back(dress(found_[i]));
    describe(expansion);
    return expansion;
  }

 private:
  Error tooMany(uint64_t limit) const {
    return {Why::TooCostly, "the expansion has more than " + std::to_string(limit) + " codes", ""};
  }

  // --- which codes ---

  // Everything of the value set goes to take_ (in its order); those that are excluded do not.
  base::Done collect(const ValueSet& set) {
    for (const std::string& supplement : set.supplements()) RETURN_IF_ERROR(needSupplement(supplement));
    if (!set.hasCompose()) return collectListed(set);
    if (!check_.enter(set)) return circle();
    for (const ValueSetPart& part : set.includes()) {
      RETURN_IF_ERROR(part.system.empty() ? collectSets(set, part) : collectSystem(set, part));
    }
    check_.leave();
    return {};
  }

  Error circle() const {
    const Obstacle& obstacle = check_.obstacles().back();
    if (obstacle.kind == Obstacle::Kind::TooCostly) {
      return {Why::TooCostly, "value sets name one another too often", ""};
    }
    bool circular = obstacle.kind == Obstacle::Kind::Circular;
    return base::invalid(
        (circular ? "the value sets form a circle: " : "value sets inside value sets go too deep: ") + obstacle.name);
  }

  base::Done needSupplement(const std::string& canonical) {
    Canonical wanted = splitCanonical(canonical);
    for (const auto* one : terminology_.supplements()) {
      if (one->url() == wanted.url && (wanted.version.empty() || one->version() == wanted.version)) return {};
    }
    return Error{Why::NotFound, "the code system supplement " + canonical + " is not known here", ""};
  }

  base::Done collectListed(const ValueSet& set) {
    if (!set.hasExpansion()) {
      return Error{Why::NotFound, "the value set " + set.canonical() + " says nothing of what is in it", ""};
    }
    for (const ListedCode& row : set.expansion()) {
      Found found{row.system, row.version, row.code};
      found.row = &row;
      found.known = terminology_.codeSystem(canonicalOf(row.system, row.version));
      if (found.known) found.at = found.known->find(row.code);
      RETURN_IF_ERROR(take(set, found));
    }
    return {};
  }

  // An include without a system: what the first value set has, if all others have it too.
  base::Done collectSets(const ValueSet& set, const ValueSetPart& part) {
    const ValueSet* first = terminology_.valueSet(part.value_sets[0]);
    if (!first) return unknownSet(part.value_sets[0]);
    for (size_t i = 1; i < part.value_sets.size(); ++i) {
      if (!terminology_.valueSet(part.value_sets[i])) return unknownSet(part.value_sets[i]);
    }
    used_.insert("used-valueset " + first->canonical());
    // The text filter and what is inactive are judged on the outside; versions hold inside too.
    ExpandQuestion inner_question = question_;
    inner_question.filter = {};
    ExpansionRun inner(terminology_, inner_question);
    inner.check_ = check_;  // knows which value sets are open
    RETURN_IF_ERROR(inner.collect(*first));
    check_.spendLike(inner.check_);
    for (const std::string& used : inner.used_) used_.insert(used);
    for (Found& found : inner.found_) {
      ASSIGN_OR_RETURN(bool in, inSets(part, found));
      if (in) RETURN_IF_ERROR(take(set, found));
    }
    return {};
  }

  static Error unknownSet(std::string_view canonical) {
    return {Why::NotFound, "the value set " + std::string(canonical) + " is not known here", ""};
  }

  // The version that counts for an include; an error when check-system-version forbids it.
  base::Result<std::string> versionFor(const ValueSetPart& part) const {
    std::string version = part.version;
    auto versionIn = [&](const std::vector<std::string_view>& list) -> std::string_view {
      for (std::string_view canonical : list) {
        Canonical one = splitCanonical(canonical);
        if (one.url == part.system) return one.version;
      }
      return {};
    };
    if (version.empty()) version = versionIn(question_.system_versions);
    if (auto forced = versionIn(question_.force_system_versions); !forced.empty()) version = forced;
    std::string_view wanted = versionIn(question_.check_system_versions);
    if (wanted.empty()) return version;
    if (version.empty()) return std::string(wanted);
    if (!model::versionAnswers(version, wanted)) {
      return base::invalid("the code system " + part.system + " is wanted in version " + std::string(wanted) +
                           ", the value set takes " + version);
    }
    return version;
  }

  base::Done collectSystem(const ValueSet& set, const ValueSetPart& part) {
    auto excluded = std::find(question_.exclude_systems.begin(), question_.exclude_systems.end(), part.system);
    if (excluded != question_.exclude_systems.end()) return {};
    ASSIGN_OR_RETURN(std::string version, versionFor(part));
    const CodeSystem* system = terminology_.codeSystem(canonicalOf(part.system, version));
    bool here = system && system->content() != Content::NotPresent && system->content() != Content::Supplement;
    if (here) used_.insert("used-codesystem " + canonicalOf(system->url(), system->version()));
    if (!part.concepts.empty()) return collectConcepts(set, part, here ? system : nullptr);
    if (!here) return unlistable(part, version);
    if (system->content() != Content::Complete) {
      used_.insert("used-fragment " + canonicalOf(system->url(), system->version()));
    }
    for (ConceptIndex at : candidates(*system, part)) {
      Found found{system->url(), system->version(), system->code(at), system, at};
      found.may_nest = true;
      bool passes = std::all_of(part.filters.begin(), part.filters.end(), [&](const ValueSetFilter& filter) {
        return passesFilter(*system, at, filter) == Member::In;
      });
      if (!passes) continue;
      ASSIGN_OR_RETURN(bool in, inSets(part, found));
      if (in) RETURN_IF_ERROR(take(set, found));
    }
    return {};
  }

  Error unlistable(const ValueSetPart& part, const std::string& version) const {
    std::string name = canonicalOf(part.system, version);
    if (isGrammarSystem(part.system)) {
      return {Why::TooCostly, "the codes of " + name + " follow a grammar and cannot be listed", ""};
    }
    return {Why::NotFound, "the code system " + name + " is not known here", ""};
  }

  // In the order of the hierarchy; with one filter over it only what is below.
  static std::vector<ConceptIndex> candidates(const CodeSystem& system, const ValueSetPart& part) {
    for (const ValueSetFilter& filter : part.filters) {
      if (filter.op != FilterOperator::IsA && filter.op != FilterOperator::DescendentOf) continue;
      ConceptIndex top = system.find(filter.value);
      if (top == kNoConcept) return {};
      return system.descendantsAndSelf(top);
    }
    std::vector<ConceptIndex> all(system.size());
    for (ConceptIndex i = 0; i < all.size(); ++i) all[i] = i;
    return all;
  }

  base::Done collectConcepts(const ValueSet& set, const ValueSetPart& part, const CodeSystem* system) {
    for (uint32_t i = 0; i < part.concepts.size(); ++i) {
      Found found;
      found.system = part.system;
      found.version = system ? system->version() : std::string_view(part.version);
      found.code = part.concepts[i].code;
      found.known = system;
      found.at = system ? system->find(found.code) : kNoConcept;
      // A code that its complete system does not have is none.
      if (system && found.at == kNoConcept && system->content() == Content::Complete) continue;
      found.part = &part;
      found.listed = i;
      ASSIGN_OR_RETURN(bool in, inSets(part, found));
      if (in) RETURN_IF_ERROR(take(set, found));
    }
    return {};
  }

  base::Result<bool> inSets(const ValueSetPart& part, const Found& found) {
    if (part.value_sets.empty()) return true;
    return decided(check_.inNamedSets(part, {found.system, found.version, found.code}));
  }

  base::Result<bool> decided(Member member) const {
    if (member != Member::Unknown) return member == Member::In;
    const Obstacle& obstacle = check_.obstacles().back();
    switch (obstacle.kind) {
      case Obstacle::Kind::Circular:
      case Obstacle::Kind::TooDeep:
      case Obstacle::Kind::TooCostly: return circle();
      case Obstacle::Kind::UnknownValueSet: return unknownSet(obstacle.name);
      default: return Error{Why::NotFound, "the code system " + obstacle.name + " is not known here", ""};
    }
  }

  base::Done take(const ValueSet& set, const Found& found) {
    bool known = found.known && found.at != kNoConcept;
    bool inactive = known ? found.known->isInactive(found.at) : found.row && found.row->inactive;
    if (inactive && (question_.active_only || set.inactive() == false)) return {};
    bool is_abstract = known ? found.known->isAbstract(found.at) : found.row && found.row->is_abstract;
    if (is_abstract && question_.exclude_not_for_ui) return {};
    if (!set.excludes().empty()) {
      ASSIGN_OR_RETURN(bool out, decided(check_.excluded(set, {found.system, found.version, found.code})));
      if (out) return {};
    }
    if (!filter_.empty() && !filter_.accepts(textsOf(found))) return {};
    std::string key = std::string(found.system) + "\n" + std::string(found.code);
    if (!seen_.insert(std::move(key)).second) return {};
    if (found_.size() >= question_.most_codes) return tooMany(question_.most_codes);
    found_.push_back(found);
    return {};
  }

  // --- how they are shown ---

  std::vector<DisplayText> displaysOf(const Found& found) const {
    // What the value set says goes before what the code system says, a display before a designation.
    std::vector<DisplayText> texts;
    if (found.part && !found.part->concepts[found.listed].display.empty()) {
      texts.push_back({found.part->concepts[found.listed].display, {}});
    }
    if (found.row && !found.row->display.empty()) texts.push_back({found.row->display, {}});
    size_t designations = texts.size();
    if (found.known && found.at != kNoConcept) {
      for (DisplayText& text : displayTexts(terminology_, *found.known, found.at)) texts.push_back(text);
      if (!found.known->display(found.at).empty()) ++designations;
    }
    if (!found.part) return texts;
    auto place = texts.begin() + static_cast<std::ptrdiff_t>(designations);
    for (const Designation& one : found.part->designationsOf(found.listed)) {
      place = texts.insert(place, {one.value, one.language}) + 1;
    }
    return texts;
  }

  std::vector<std::string_view> textsOf(const Found& found) const {
    std::vector<std::string_view> out{found.code};
    for (const DisplayText& text : displaysOf(found)) out.push_back(text.text);
    return out;
  }

  bool wantsDesignation(const Designation& one) const {
    if (question_.designations.empty()) return true;
    return std::any_of(question_.designations.begin(), question_.designations.end(), [&](std::string_view token) {
      Canonical wanted = splitCanonical(token);
      if (wanted.url == "urn:ietf:bcp:47") return languageFit(wanted.version, one.language) > 1;
      return one.use_system == wanted.url && one.use_code == wanted.version;
    });
  }

  ExpandedConcept dress(const Found& found) const {
    ExpandedConcept out;
    out.system = found.system;
    out.version = found.version;
    out.code = found.code;
    out.depth = found.depth;
    out.display = bestDisplay(displaysOf(found), question_.display_language).text;
    bool known = found.known && found.at != kNoConcept;
    out.is_abstract = known ? found.known->isAbstract(found.at) : found.row && found.row->is_abstract;
    out.inactive = known ? found.known->isInactive(found.at) : found.row && found.row->inactive;
    if (question_.include_designations) addDesignations(found, out);
    if (!known) return out;
    if (question_.include_definition && !found.known->definition(found.at).empty()) {
      out.properties.push_back({"definition", PropertyType::String, found.known->definition(found.at)});
    }
    for (std::string_view wanted : question_.properties) {
      if (wanted == "definition" && !question_.include_definition && !found.known->definition(found.at).empty()) {
        out.properties.push_back({"definition", PropertyType::String, found.known->definition(found.at)});
      }
      for (const PropertyValue& value : found.known->properties(found.at)) {
        if (value.property == wanted) out.properties.push_back(value);
      }
    }
    return out;
  }

  void addDesignations(const Found& found, ExpandedConcept& out) const {
    auto add = [&](const std::vector<Designation>& list) {
      for (const Designation& one : list) {
        if (wantsDesignation(one)) out.designations.push_back(one);
      }
    };
    if (found.part) add(found.part->designationsOf(found.listed));
    if (!found.known || found.at == kNoConcept) return;
    add(found.known->designations(found.at));
    for (const CodeSystem* supplement : terminology_.supplements(*found.known)) {
      ConceptIndex same = supplement->find(found.code);
      if (same != kNoConcept) add(supplement->designations(same));
    }
  }

  // Puts concepts below the nearest of their ancestors that is in the expansion too.
  void nest() {
    std::unordered_map<const CodeSystem*, std::unordered_map<ConceptIndex, uint32_t>> places;
    for (uint32_t i = 0; i < found_.size(); ++i) {
      if (found_[i].may_nest) places[found_[i].known].emplace(found_[i].at, i);
    }
    constexpr uint32_t kTop = 0xFFFFFFFF;
    std::vector<std::vector<uint32_t>> below(found_.size());
    std::vector<uint32_t> top;
    for (uint32_t i = 0; i < found_.size(); ++i) {
      uint32_t parent = kTop;
      if (found_[i].may_nest) {
        const auto& here = places[found_[i].known];
        ConceptIndex at = found_[i].at;
        for (int turns = 0; turns < 100 && parent == kTop; ++turns) {
          auto parents = found_[i].known->parents(at);
          if (parents.empty()) break;
          at = parents[0];
          auto place = here.find(at);
          // Parents that come later in the order would make a circle possible.
          if (place != here.end() && place->second < i) parent = place->second;
        }
      }
      (parent == kTop ? top : below[parent]).push_back(i);
    }
    std::vector<Found> ordered;
    std::vector<std::pair<uint32_t, uint16_t>> open;
    for (size_t i = top.size(); i-- > 0;) open.emplace_back(top[i], 0);
    while (!open.empty()) {
      auto [place, depth] = open.back();
      open.pop_back();
      ordered.push_back(found_[place]);
      ordered.back().depth = depth;
      for (size_t i = below[place].size(); i-- > 0;) open.emplace_back(below[place][i], depth + 1);
    }
    found_ = std::move(ordered);
  }

  void describe(Expansion& expansion) const {
    auto& out = expansion.parameters;
    auto flag = [&](std::string name, bool value) {
      if (value) out.push_back({std::move(name), "Boolean", "true"});
    };
    if (!question_.filter.empty()) out.push_back({"filter", "String", std::string(question_.filter)});
    if (question_.offset != 0) out.push_back({"offset", "Integer", std::to_string(question_.offset)});
    if (question_.count) out.push_back({"count", "Integer", std::to_string(*question_.count)});
    flag("activeOnly", question_.active_only);
    out.push_back({"excludeNested", "Boolean", question_.exclude_nested ? "true" : "false"});
    flag("excludeNotForUI", question_.exclude_not_for_ui);
    flag("includeDesignations", question_.include_designations);
    flag("includeDefinition", question_.include_definition);
    if (!question_.display_language.empty()) {
      out.push_back({"displayLanguage", "Code", std::string(question_.display_language)});
    }
    auto list = [&](std::string_view name, const std::vector<std::string_view>& values) {
      for (std::string_view value : values) out.push_back({std::string(name), "Uri", std::string(value)});
    };
    for (std::string_view value : question_.designations) {
      out.push_back({"designation", "String", std::string(value)});
    }
    for (std::string_view value : question_.properties) out.push_back({"property", "String", std::string(value)});
    list("exclude-system", question_.exclude_systems);
    list("system-version", question_.system_versions);
    list("check-system-version", question_.check_system_versions);
    list("force-system-version", question_.force_system_versions);
    for (const std::string& used : used_) {
      size_t space = used.find(' ');
      out.push_back({used.substr(0, space), "Uri", used.substr(space + 1)});
      if (used.starts_with("used-codesystem")) out.push_back({"version", "Uri", used.substr(space + 1)});
    }
  }

  const LoadedTerminology& terminology_;
  const ExpandQuestion& question_;
  TextFilter filter_;
  MembershipCheck check_;
  std::vector<Found> found_;
  std::unordered_set<std::string> seen_;
  std::set<std::string> used_;
};

}  // namespace

base::Result<Expansion> expand(const LoadedTerminology& terminology, const ValueSet& set,
                               const ExpandQuestion& question) {
  return ExpansionRun(terminology, question).run(set);
}

}  // namespace fhir::terminology
