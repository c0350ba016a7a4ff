#include "fhir/terminology/membership.h"

#include <algorithm>
#include <optional>

#include "fhir/terminology/grammar_systems.h"
#include "fhir/terminology/ucum.h"

namespace fhir::terminology {
namespace {

constexpr size_t kDeepest = 32;  // value sets inside value sets

std::string canonicalOf(std::string_view url, std::string_view version) {
  std::string out(url);
  if (!version.empty()) out.append("|").append(version);
  return out;
}

// Filters on a code of a grammar: on the code itself, and UCUM's "canonical", the unit that it can be converted to.
// Nothing when the filter asks for something that a grammar does not have.
std::optional<bool> passesOnGrammar(const ValueSetFilter& filter, std::string_view code) {
  if (filter.property == "canonical" && filter.op == FilterOperator::Equal) {
    auto unit = UcumUnit::parse(code), wanted = UcumUnit::parse(filter.value);
    if (!unit || !wanted) return std::nullopt;
    return unit->comparableWith(*wanted);
  }
  if (filter.property != "code" && filter.property != "concept") return std::nullopt;
  bool listed = std::find(filter.values.begin(), filter.values.end(), code) != filter.values.end();
  switch (filter.op) {
    case FilterOperator::Equal: return filter.value == code;
    case FilterOperator::In: return listed;
    case FilterOperator::NotIn: return !listed;
    case FilterOperator::Regex: return filter.pattern->fullMatch(code);
    default: return std::nullopt;
  }
}

// In when all filters are passed.
Member passesAllOnGrammar(const std::vector<ValueSetFilter>& filters, std::string_view code) {
  for (const ValueSetFilter& filter : filters) {
    auto passes = passesOnGrammar(filter, code);
    if (!passes) return Member::Unknown;
    if (!*passes) return Member::Out;
  }
  return Member::In;
}

// "1.0" of a question is met by an include's "1.0.3" and the other way round.
bool versionsAgree(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty() || a == b) return true;
  if (a.size() > b.size()) std::swap(a, b);
  return b.starts_with(a) && b[a.size()] == '.';
}

}  // namespace

void MembershipCheck::note(Obstacle::Kind kind, std::string name) {
  for (const Obstacle& known : obstacles_) {
    if (known.kind == kind && known.name == name) return;
  }
  obstacles_.push_back({kind, std::move(name)});
}

bool MembershipCheck::enter(const ValueSet& set) {
  if (budget_ == 0) {
    note(Obstacle::Kind::TooCostly, set.canonical());
    return false;
  }
  --budget_;
  auto found = std::find(open_.begin(), open_.end(), &set);
  if (found == open_.end() && open_.size() < kDeepest) {
    open_.push_back(&set);
    return true;
  }
  if (found == open_.end()) {
    note(Obstacle::Kind::TooDeep, set.canonical());
    return false;
  }
  std::string path;
  for (auto at = found; at != open_.end(); ++at) path += (*at)->canonical() + " -> ";
  note(Obstacle::Kind::Circular, path + set.canonical());
  return false;
}

Member MembershipCheck::inValueSet(const ValueSet& set, const Candidate& candidate) {
  if (!set.hasCompose()) {
    if (const ListedCode* row = set.listed(candidate.system, candidate.code)) {
      if (!versionsAgree(row->version, candidate.version)) return Member::Out;
      place_.row = row;
      place_.place.system = terminology_->codeSystem(canonicalOf(candidate.system, row->version));
      if (place_.place.system) place_.place.concept_index = place_.place.system->find(candidate.code);
      return Member::In;
    }
    if (set.hasExpansion() && set.expansionIsWhole()) return Member::Out;
    note(Obstacle::Kind::UnknownValueSet, set.canonical());
    return Member::Unknown;
  }
  if (!enter(set)) return Member::Unknown;
  Member answer = Member::Out;
  for (const ValueSetPart& part : set.includes()) {
    Member here = inPart(set, part, candidate);
    if (here == Member::Unknown) answer = Member::Unknown;
    if (here != Member::In) continue;
    answer = Member::In;
    break;
  }
  if (answer != Member::Out) {
    MemberPlace found = place_;
    Member out = excluded(set, candidate);
    place_ = found;
    if (out == Member::In) answer = Member::Out;
    if (out == Member::Unknown) answer = Member::Unknown;
  }
  leave();
  if (answer == Member::In && set.inactive() == false && place_.place.concept_index != kNoConcept &&
      place_.place.system->isInactive(place_.place.concept_index)) {
    return Member::Out;
  }
  return answer;
}

Member MembershipCheck::excluded(const ValueSet& set, const Candidate& candidate) {
  Member answer = Member::Out;
  for (const ValueSetPart& part : set.excludes()) {
    Member here = inPart(set, part, candidate);
    if (here == Member::In) return Member::In;
    if (here == Member::Unknown) answer = Member::Unknown;
  }
  return answer;
}

Member MembershipCheck::inPart(const ValueSet&, const ValueSetPart& part, const Candidate& candidate) {
  if (part.system.empty()) return inNamedSets(part, candidate);
  if (part.system != candidate.system || !versionsAgree(part.version, candidate.version)) return Member::Out;
  Member own = inSystem(part, candidate);
  if (own == Member::Out || part.value_sets.empty()) return own;
  MemberPlace found = place_;
  Member named = inNamedSets(part, candidate);
  place_ = found;
  return named == Member::In ? own : named;
}

Member MembershipCheck::inNamedSets(const ValueSetPart& part, const Candidate& candidate) {
  Member answer = Member::In;
  for (const std::string& canonical : part.value_sets) {
    const ValueSet* set = terminology_->valueSet(canonical);
    Member here = Member::Unknown;
    if (set) here = inValueSet(*set, candidate);
    if (!set) note(Obstacle::Kind::UnknownValueSet, canonical);
    if (here == Member::Out) return Member::Out;
    if (here == Member::Unknown) answer = Member::Unknown;
  }
  return answer;
}

Member MembershipCheck::inSystem(const ValueSetPart& part, const Candidate& candidate) {
  std::string_view version = part.version.empty() ? candidate.version : std::string_view(part.version);
  const CodeSystem* system = terminology_->codeSystem(canonicalOf(part.system, version));
  if (!system && !version.empty() && terminology_->codeSystem(part.system)) {
    note(Obstacle::Kind::UnknownVersion, canonicalOf(part.system, version));
    return Member::Unknown;
  }
  bool here = system && system->content() != Content::NotPresent && system->content() != Content::Supplement;
  ConceptIndex at = here ? system->find(candidate.code) : kNoConcept;
  place_ = {{here ? system : nullptr, at}, nullptr, ValueSetPart::kNone, nullptr};
  if (!part.concepts.empty()) {
    uint32_t listed = part.find(candidate.code, !here || system->caseSensitive());
    if (listed == ValueSetPart::kNone) return Member::Out;
    if (here && system->content() == Content::Complete && at == kNoConcept) return Member::Out;
    place_.part = &part;
    place_.listed = listed;
    return Member::In;
  }
  if (at == kNoConcept) {
    if (here && system->content() == Content::Complete) return Member::Out;
    if (here) note(Obstacle::Kind::Fragment, canonicalOf(part.system, system->version()));
    auto by_grammar = here ? std::nullopt : isCodeOfGrammar(part.system, candidate.code);
    if (by_grammar == false) return Member::Out;
    Member passed = by_grammar ? passesAllOnGrammar(part.filters, candidate.code) : Member::Unknown;
    if (passed != Member::Unknown) return passed;
    if (!here) note(Obstacle::Kind::UnknownCodeSystem, canonicalOf(part.system, part.version));
    return Member::Unknown;
  }
  for (const ValueSetFilter& filter : part.filters) {
    Member passed = passesFilter(*system, at, filter);
    if (passed != Member::In) return passed;
  }
  return Member::In;
}

std::vector<std::string_view> MembershipCheck::systemsOf(const ValueSet& set) {
  std::vector<std::string_view> out;
  std::vector<const ValueSet*> seen{&set};
  for (size_t i = 0; i < seen.size() && i < 1000; ++i) {
    auto add = [&](std::string_view system) {
      if (!system.empty() && std::find(out.begin(), out.end(), system) == out.end()) out.push_back(system);
    };
    if (!seen[i]->hasCompose()) {
      std::string_view last;
      for (const ListedCode& row : seen[i]->expansion()) {
        if (row.system != last) add(last = row.system);
      }
    }
    for (const ValueSetPart& part : seen[i]->includes()) {
      add(part.system);
      if (!part.system.empty()) continue;
      for (const std::string& canonical : part.value_sets) {
        const ValueSet* named = terminology_->valueSet(canonical);
        if (named && std::find(seen.begin(), seen.end(), named) == seen.end()) seen.push_back(named);
      }
    }
  }
  return out;
}

}  // namespace fhir::terminology
