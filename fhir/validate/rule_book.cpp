#include "fhir/validate/rule_book.h"

#include <cstdio>
#include <cstdlib>

namespace fhir::validate {

using definitions::Element;
using definitions::Type;
using definitions::TypeNumber;

namespace {

// Written in C++ where that is quicker or where the published text cannot say it: see the files of these rules.
constexpr std::string_view kNative[] = {"ele-1", "ext-1", "dom-2", "dom-3", "dom-4",
                                        "dom-5", "dom-6", "txt-1", "txt-2", "ref-1"};

constexpr uint64_t kMostListed = 10'000;

bool isNative(std::string_view key) {
  for (std::string_view native : kNative)
    if (key == native) return true;
  return false;
}

// Stops the program: the tables are compiled in, and the unit tests compile every row.
[[noreturn]] void wrongTable(std::string_view what) {
  std::fprintf(stderr, "fhir/definitions: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

}  // namespace

CodeList::CodeList(std::span<const definitions::SystemCodes> systems) {
  for (const definitions::SystemCodes& system : systems) {
    codes_.insert(system.codes.begin(), system.codes.end());
    by_system_[system.system].insert(system.codes.begin(), system.codes.end());
  }
}

CodeList::CodeList(const terminology::Expansion& expansion) {
  for (const terminology::ExpandedConcept& one : expansion.contains) {
    codes_.insert(one.code);
    by_system_[one.system].insert(one.code);
  }
}

bool CodeList::holds(std::string_view system, std::string_view code) const {
  auto found = by_system_.find(system);
  return found != by_system_.end() && found->second.contains(code);
}

Grammar grammarOf(std::string_view value_set) {
  value_set = value_set.substr(0, value_set.find('|'));
  if (value_set == "http://hl7.org/fhir/ValueSet/mimetypes" || value_set == "http://www.rfc-editor.org/bcp/bcp13.txt")
    return Grammar::MediaType;
  if (value_set == "http://hl7.org/fhir/ValueSet/all-languages") return Grammar::Language;
  if (value_set == "http://hl7.org/fhir/ValueSet/ucum-units") return Grammar::Ucum;
  return Grammar::None;
}

RuleBook::RuleBook() {
  const auto& r4 = definitions::r4();
  types_.resize(r4.types().size() + 1);
  elements_.resize(r4.allElements().size());
  const Element* first = r4.allElements().data();
  for (const Type& type : r4.types())
    for (const Element* element : r4.elements(type.number))
      if (element->min > 0) types_[type.number].required.push_back(static_cast<uint32_t>(element - first));
  addInvariants();
  addBindings();
}

void RuleBook::addInvariants() {
  const auto& r4 = definitions::r4();
  const Element* first = r4.allElements().data();
  std::vector<std::vector<const Invariant*>> own(types_.size());
  for (const definitions::Invariant& row : definitions::r4Rules().invariants()) {
    published_.emplace(row.key, row.expression);
    if (isNative(row.key) || row.expression.empty()) continue;
    const Type* type = r4.type(row.type);
    if (type == nullptr) wrongTable("an invariant of an unknown type");
    auto compiled = path::Expression::compile(row.expression);
    if (!compiled.ok()) wrongTable(std::string(row.key) + ": " + compiled.error().text());
    invariants_.push_back(std::unique_ptr<Invariant>(new Invariant{
        std::string(row.key), std::string(row.human),
        row.severity == "error" ? base::Severity::Error : base::Severity::Warning, std::move(compiled).value()}));
    if (row.element.empty()) {
      own[type->number].push_back(invariants_.back().get());
      continue;
    }
    const Element* element = r4.element(type->number, base::Name(row.element));
    if (element == nullptr) wrongTable("an invariant of an unknown element");
    elements_[static_cast<size_t>(element - first)].invariants.push_back(invariants_.back().get());
  }
  for (const Type& type : r4.types())
    for (TypeNumber at = type.number; at != 0; at = r4.type(at)->base)
      types_[type.number].invariants.insert(types_[type.number].invariants.begin(), own[at].begin(), own[at].end());
}

BoundSet RuleBook::bound(std::string_view value_set) const {
  value_set = value_set.substr(0, value_set.find('|'));
  BoundSet set;
  set.url = value_set;
  set.grammar = grammarOf(value_set);
  if (set.grammar != Grammar::None) return set;
  auto& list = lists_[value_set];
  if (list == nullptr) list = listOf(value_set);
  set.codes = list.get();
  return set;
}

std::unique_ptr<CodeList> RuleBook::listOf(std::string_view value_set) {
  if (auto systems = definitions::r4().requiredSystems(value_set); !systems.empty())
    return std::make_unique<CodeList>(systems);
  static const auto r4 = terminology::LoadedTerminology::r4();
  const terminology::ValueSet* set = r4->valueSet(value_set);
  if (set == nullptr) return nullptr;
  terminology::ExpandQuestion question;
  question.exclude_not_for_ui = true;  // abstract codes group others and stand for nothing
  question.most_codes = kMostListed;
  auto expansion = terminology::expand(*r4, *set, question);
  if (!expansion.ok() || expansion->contains.empty()) return nullptr;
  return std::make_unique<CodeList>(*expansion);
}

void RuleBook::addBindings() {
  const auto& r4 = definitions::r4();
  const Element* first = r4.allElements().data();
  for (size_t i = 0; i < elements_.size(); ++i) {
    if (first[i].binding.empty()) continue;
    BoundSet& set = elements_[i].required = bound(first[i].binding);
    const std::string_view type = r4.type(first[i].parent)->name;
    const bool format = type.starts_with("CapabilityStatement") || type.starts_with("TestScript");
    if (set.grammar == Grammar::MediaType && format) set.grammar = Grammar::Format;
  }
  auto at = [&](std::string_view type, std::string_view name) -> ElementBook& {
    const Element* element = r4.type(type) ? r4.element(r4.type(type)->number, base::Name(name)) : nullptr;
    if (element == nullptr) wrongTable("a binding of an unknown element");
    return elements_[static_cast<size_t>(element - first)];
  };
  for (const definitions::Binding& row : definitions::r4Rules().bindings()) {
    ElementBook& element = at(row.type, row.element);
    if (!row.max_value_set.empty()) {
      element.required = bound(row.max_value_set);
      element.text_is_enough = row.strength != "extensible";
    }
    if (row.strength == "extensible") element.extensible = bound(row.value_set);
  }
  for (const definitions::TypeProfile& row : definitions::r4Rules().typeProfiles())
    at(row.type, row.element).profiles = row.profiles;
  std::string_view profiles = definitions::r4Rules().profiles();
  constexpr std::string_view kMark = "\"valueSet\":\"";
  for (size_t place = profiles.find(kMark); place != std::string_view::npos; place = profiles.find(kMark, place)) {
    place += kMark.size();
    bound(profiles.substr(place, profiles.find('"', place) - place));
  }
}

const CodeList* RuleBook::codes(std::string_view value_set) const {
  auto found = lists_.find(value_set.substr(0, value_set.find('|')));
  return found == lists_.end() ? nullptr : found->second.get();
}

bool RuleBook::isPublished(std::string_view key, std::string_view expression) const {
  auto [begin, end] = published_.equal_range(key);
  for (auto row = begin; row != end; ++row)
    if (isNative(key) || row->second == expression) return true;
  return false;
}

const RuleBook& ruleBook() {
  static const RuleBook book;
  return book;
}

}  // namespace fhir::validate
