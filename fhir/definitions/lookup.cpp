#include "fhir/definitions/lookup.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "fhir/definitions/tables.h"

namespace fhir::definitions {
namespace {

using base::Name;

constexpr uint32_t kNoElement = UINT32_MAX;

// JSON member names of one type, open addressing; the slots of all types stand in one array.
struct MemberSlot {
  uint32_t hash = 0;
  uint32_t element = kNoElement;
  TypeNumber type = 0;
};

struct MemberTable {
  uint32_t first = 0;
  uint32_t mask = 0;
};

struct Codes {
  std::vector<std::string_view> all;
  std::vector<SystemCodes> by_system;
};

struct Facts {
  std::vector<Type> types;  // by number; [0] is no type
  std::unordered_map<std::string_view, TypeNumber> type_by_name;

  std::vector<Element> elements;
  std::vector<TypeNumber> element_types;                 // what Element::types points into
  std::vector<std::string_view> target_names;            // what Element::targets points into
  std::unordered_map<uint32_t, std::string_view> names;  // of elements by hash; empty: two have it
  std::vector<std::vector<const Element*>> elements_of;  // by type number, inherited first
  std::vector<MemberTable> members_of;
  std::vector<MemberSlot> member_slots;

  std::vector<SearchParameter> parameters;  // in table order
  std::vector<const SearchParameter*> parameter_by_number;
  std::vector<std::string_view> parameter_words;  // targets and components
  std::vector<std::vector<const SearchParameter*>> parameters_of;

  std::vector<CompartmentRule> patient_rules;
  std::vector<std::string_view> rule_words;
  std::vector<const CompartmentRule*> patient_rule_of;

  std::unordered_map<std::string_view, Codes> required_codes;

  Facts();

 private:
  void readTypes();
  void readElements();
  void inheritElements();
  void indexMembers();
  void addMember(MemberTable table, uint32_t hash, uint32_t element, TypeNumber type);
  void readParameters();
  void readCompartments();
  void readCodes();
};

uint16_t toNumber(std::string_view text) {
  uint16_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

TypeKind toKind(std::string_view text) {
  if (text == "primitive") return TypeKind::Primitive;
  if (text == "complex") return TypeKind::Complex;
  if (text == "backbone") return TypeKind::Backbone;
  if (text == "resource") return TypeKind::Resource;
  return TypeKind::Abstract;
}

SearchType toSearchType(std::string_view text) {
  static constexpr std::string_view kNames[] = {"number",    "date",     "string", "token",  "reference",
                                                "composite", "quantity", "uri",    "special"};
  for (size_t i = 0; i < std::size(kNames); ++i)
    if (kNames[i] == text) return static_cast<SearchType>(i);
  return SearchType::Special;
}

// "value" + "Quantity", "value" + "dateTime" -> "valueDateTime".
std::string choiceName(std::string_view name, std::string_view type) {
  std::string out(name);
  out += type;
  char& first = out[name.size()];
  if (first >= 'a' && first <= 'z') first = static_cast<char>(first - 'a' + 'A');
  return out;
}

bool isChoiceName(std::string_view json, std::string_view name, std::string_view type) {
  if (json.size() != name.size() + type.size() || !base::sameText(json.substr(0, name.size()), name)) return false;
  std::string_view suffix = json.substr(name.size());
  return (suffix[0] | 0x20) == (type[0] | 0x20) && suffix[0] < 'a' &&
         base::sameText(suffix.substr(1), type.substr(1));
}

Facts::Facts() {
  readTypes();
  readElements();
  inheritElements();
  indexMembers();
  readParameters();
  readCompartments();
  readCodes();
}

void Facts::readTypes() {
  struct Row {
    Type type;
    std::string_view base;
  };
  std::vector<Row> rows;
  size_t highest = 0;
  for (TableReader row(r4Tables().types); row.next();) {
    Type type{toNumber(row.cell(0)), row.cell(1), 0, toKind(row.cell(3))};
    highest = std::max<size_t>(highest, type.number);
    type_by_name.emplace(type.name, type.number);
    rows.push_back({type, row.cell(2)});
  }
  types.resize(highest + 1);
  for (Row& row : rows) {
    if (!row.base.empty()) row.type.base = type_by_name.at(row.base);
    types[row.type.number] = row.type;
  }
}

void Facts::readElements() {
  // Spans point into the pools, so the pools get their final size first.
  size_t type_count = 0, target_count = 0, rows = 0;
  for (TableReader row(r4Tables().elements); row.next(); ++rows) {
    type_count += words(row.cell(2)).size();
    target_count += words(row.cell(7)).size();
  }
  elements.reserve(rows);
  element_types.reserve(type_count);
  target_names.reserve(target_count);
  for (TableReader row(r4Tables().elements); row.next();) {
    Element element;
    element.name = Name(row.cell(1));
    element.parent = type_by_name.at(row.cell(0));
    size_t first_type = element_types.size(), first_target = target_names.size();
    for (std::string_view name : words(row.cell(2))) element_types.push_back(type_by_name.at(name));
    for (std::string_view name : words(row.cell(7))) target_names.push_back(name);
    element.types = {element_types.data() + first_type, element_types.size() - first_type};
    element.targets = {target_names.data() + first_target, target_names.size() - first_target};
    element.min = toNumber(row.cell(3));
    element.max = toNumber(row.cell(4));
    element.choice = row.cell(5).find('C') != std::string_view::npos;
    element.is_modifier = row.cell(5).find('M') != std::string_view::npos;
    element.is_summary = row.cell(5).find('S') != std::string_view::npos;
    element.binding = row.cell(6);
    elements.push_back(element);
    auto [name, fresh] = names.emplace(element.name.hash, element.name.text);
    if (!fresh && name->second != element.name.text) name->second = {};
  }
}

void Facts::inheritElements() {
  std::vector<std::vector<const Element*>> own(types.size());
  for (const Element& element : elements) own[element.parent].push_back(&element);
  elements_of.resize(types.size());
  for (const Type& type : types) {
    std::vector<TypeNumber> chain;
    for (TypeNumber t = type.number; t != 0; t = types[t].base) chain.push_back(t);
    for (auto t = chain.rbegin(); t != chain.rend(); ++t)
      elements_of[type.number].insert(elements_of[type.number].end(), own[*t].begin(), own[*t].end());
  }
}

void Facts::addMember(MemberTable table, uint32_t hash, uint32_t element, TypeNumber type) {
  uint32_t slot = hash & table.mask;
  while (member_slots[table.first + slot].element != kNoElement) slot = (slot + 1) & table.mask;
  member_slots[table.first + slot] = {hash, element, type};
}

void Facts::indexMembers() {
  members_of.resize(types.size());
  for (const Type& type : types) {
    size_t count = 1;
    for (const Element* element : elements_of[type.number]) count += element->types.size();
    uint32_t size = 4;
    while (size < 2 * count) size *= 2;
    MemberTable table{static_cast<uint32_t>(member_slots.size()), size - 1};
    members_of[type.number] = table;
    member_slots.resize(member_slots.size() + size);
    for (const Element* element : elements_of[type.number]) {
      auto index = static_cast<uint32_t>(element - elements.data());
      for (TypeNumber t : element->types) {
        uint32_t hash =
            element->choice ? base::hashName(choiceName(element->name.text, types[t].name)) : element->name.hash;
        addMember(table, hash, index, t);
      }
    }
  }
}

// Site-independent order of the answers: by code.
bool byCode(const SearchParameter* a, const SearchParameter* b) { return a->code < b->code; }

std::vector<std::string_view> componentsOf(std::string_view cell) {
  constexpr std::string_view kBetween = " ;; ";
  std::vector<std::string_view> out;
  while (!cell.empty()) {
    size_t end = cell.find(kBetween);
    out.push_back(cell.substr(0, end));
    cell.remove_prefix(end == std::string_view::npos ? cell.size() : end + kBetween.size());
  }
  return out;
}

void Facts::readParameters() {
  size_t rows = 0, word_count = 0, highest = 0;
  for (TableReader row(r4Tables().search_parameters); row.next(); ++rows) {
    word_count += words(row.cell(7)).size() + componentsOf(row.cell(8)).size();
    highest = std::max<size_t>(highest, toNumber(row.cell(0)));
  }
  parameters.reserve(rows);
  parameter_words.reserve(word_count);
  parameter_by_number.resize(highest + 1);
  for (TableReader row(r4Tables().search_parameters); row.next();) {
    SearchParameter parameter;
    parameter.number = toNumber(row.cell(0));
    parameter.base = type_by_name.at(row.cell(1));
    parameter.code = row.cell(2);
    parameter.type = toSearchType(row.cell(3));
    parameter.name = row.cell(4);
    parameter.url = row.cell(5);
    parameter.expression = row.cell(6);
    size_t first = parameter_words.size();
    for (std::string_view target : words(row.cell(7))) parameter_words.push_back(target);
    parameter.targets = {parameter_words.data() + first, parameter_words.size() - first};
    first = parameter_words.size();
    for (std::string_view component : componentsOf(row.cell(8))) parameter_words.push_back(component);
    parameter.components = {parameter_words.data() + first, parameter_words.size() - first};
    parameters.push_back(parameter);
    parameter_by_number[parameter.number] = &parameters.back();
  }
  parameters_of.resize(types.size());
  for (const SearchParameter& parameter : parameters) parameters_of[parameter.base].push_back(&parameter);
  // Resources take over what Resource and DomainResource have.
  for (const Type& type : types) {
    if (type.kind != TypeKind::Resource) continue;
    auto& mine = parameters_of[type.number];
    for (TypeNumber base = type.base; base != 0; base = types[base].base)
      for (const SearchParameter& parameter : parameters)
        if (parameter.base == base) mine.push_back(&parameter);
  }
  for (auto& list : parameters_of) std::sort(list.begin(), list.end(), byCode);
}

void Facts::readCompartments() {
  size_t rows = 0, word_count = 0;
  for (TableReader row(r4Tables().compartments); row.next(); ++rows) word_count += words(row.cell(2)).size();
  patient_rules.reserve(rows);
  rule_words.reserve(word_count);
  patient_rule_of.resize(types.size());
  for (TableReader row(r4Tables().compartments); row.next();) {
    if (row.cell(0) != "Patient") continue;
    size_t first = rule_words.size();
    for (std::string_view parameter : words(row.cell(2))) rule_words.push_back(parameter);
    patient_rules.push_back({type_by_name.at(row.cell(1)), {rule_words.data() + first, rule_words.size() - first}});
    patient_rule_of[patient_rules.back().resource] = &patient_rules.back();
  }
}

void Facts::readCodes() {
  for (TableReader row(r4Tables().required_codes); row.next();) {
    Codes& codes = required_codes[row.cell(0)];
    codes.by_system.push_back({row.cell(1), words(row.cell(2))});
    for (std::string_view code : codes.by_system.back().codes) codes.all.push_back(code);
  }
}

const Facts& facts() {
  static const Facts facts;
  return facts;
}

// "http://.../ValueSet/x|4.0.1" -> without the version.
std::string_view withoutVersion(std::string_view canonical) { return canonical.substr(0, canonical.find('|')); }

}  // namespace

const Type* Definitions::type(std::string_view name) const {
  auto found = facts().type_by_name.find(name);
  return found == facts().type_by_name.end() ? nullptr : &facts().types[found->second];
}

const Type* Definitions::type(TypeNumber number) const {
  const auto& types = facts().types;
  return number == 0 || number >= types.size() || types[number].number == 0 ? nullptr : &types[number];
}

std::span<const Type> Definitions::types() const { return std::span(facts().types).subspan(1); }

bool Definitions::isSubtypeOf(TypeNumber type, TypeNumber ancestor) const {
  const auto& types = facts().types;
  for (; type != 0 && type < types.size(); type = types[type].base)
    if (type == ancestor) return true;
  return false;
}

bool Definitions::isResource(TypeNumber number) const {
  const Type* found = type(number);
  return found != nullptr && found->kind == TypeKind::Resource;
}

std::span<const Element* const> Definitions::elements(TypeNumber type) const {
  const auto& lists = facts().elements_of;
  return type < lists.size() ? std::span<const Element* const>(lists[type]) : std::span<const Element* const>();
}

const Element* Definitions::element(TypeNumber type, const Name& name) const {
  for (const Element* element : elements(type))
    if (element->name.is(name.text, name.hash)) return element;
  return nullptr;
}

Member Definitions::member(TypeNumber type, std::string_view json_name) const {
  return member(type, Name(json_name));
}

Member Definitions::member(TypeNumber type, const Name& json_name) const {
  const Facts& all = facts();
  if (type >= all.members_of.size()) return {};
  MemberTable table = all.members_of[type];
  for (uint32_t slot = json_name.hash & table.mask;; slot = (slot + 1) & table.mask) {
    const MemberSlot& entry = all.member_slots[table.first + slot];
    if (entry.element == kNoElement) return {};
    if (entry.hash != json_name.hash) continue;
    const Element& element = all.elements[entry.element];
    bool same = element.choice ? isChoiceName(json_name.text, element.name.text, all.types[entry.type].name)
                               : base::sameText(json_name.text, element.name.text);
    if (same) return {&element, entry.type};
  }
}

Name Definitions::name(std::string_view element_name) const {
  Name name(element_name);
  auto found = facts().names.find(name.hash);
  name.known = found != facts().names.end() && !element_name.empty() && found->second == element_name;
  return name;
}

std::span<const Element> Definitions::allElements() const { return facts().elements; }

const SearchParameter* Definitions::searchParameter(TypeNumber resource, std::string_view code) const {
  auto list = searchParameters(resource);
  auto found = std::lower_bound(list.begin(), list.end(), code,
                                [](const SearchParameter* p, std::string_view c) { return p->code < c; });
  return found != list.end() && (*found)->code == code ? *found : nullptr;
}

const SearchParameter* Definitions::searchParameter(ParameterNumber number) const {
  const auto& list = facts().parameter_by_number;
  return number < list.size() ? list[number] : nullptr;
}

std::span<const SearchParameter* const> Definitions::searchParameters(TypeNumber resource) const {
  const auto& lists = facts().parameters_of;
  return resource < lists.size() ? std::span<const SearchParameter* const>(lists[resource])
                                 : std::span<const SearchParameter* const>();
}

std::span<const CompartmentRule> Definitions::patientCompartment() const { return facts().patient_rules; }

const CompartmentRule* Definitions::patientCompartment(TypeNumber resource) const {
  const auto& rules = facts().patient_rule_of;
  return resource < rules.size() ? rules[resource] : nullptr;
}

std::span<const std::string_view> Definitions::requiredCodes(std::string_view value_set) const {
  auto found = facts().required_codes.find(withoutVersion(value_set));
  if (found == facts().required_codes.end()) return {};
  return found->second.all;
}

std::span<const SystemCodes> Definitions::requiredSystems(std::string_view value_set) const {
  auto found = facts().required_codes.find(withoutVersion(value_set));
  if (found == facts().required_codes.end()) return {};
  return found->second.by_system;
}

bool Definitions::hasRequiredCodes(std::string_view value_set) const { return !requiredCodes(value_set).empty(); }

const Definitions& r4() {
  static const Definitions definitions;
  facts();
  return definitions;
}

}  // namespace fhir::definitions
