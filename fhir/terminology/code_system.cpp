#include "fhir/terminology/code_system.h"

#include <algorithm>
#include <unordered_set>

#include "fhir/base/digest.h"
#include "fhir/base/text.h"
#include "fhir/terminology/code_system_rows.h"

namespace fhir::terminology {
namespace {

uint64_t hashOf(std::string_view code, bool case_sensitive) {
  return case_sensitive ? base::hash64(code) : base::hash64(base::lowerAscii(code));
}

}  // namespace

std::string_view toString(PropertyType type) {
  static constexpr std::string_view kNames[] = {"code",    "Coding",   "string", "integer",
                                                "boolean", "dateTime", "decimal"};
  return kNames[static_cast<size_t>(type)];
}

ConceptIndex CodeSystem::Rows::find(std::string_view code) const {
  if (slots.empty()) return kNoConcept;
  size_t mask = slots.size() - 1;
  for (size_t at = hashOf(code, case_sensitive) & mask; slots[at] != 0; at = (at + 1) & mask) {
    std::string_view known = text.at(concepts[slots[at] - 1].code);
    if (known == code || (!case_sensitive && base::equalIgnoringCase(known, code))) return slots[at] - 1;
  }
  return kNoConcept;
}

void CodeSystem::Rows::buildSlots(std::vector<ConceptIndex>& repeated) {
  size_t wanted = 4;
  while (wanted < size() * 2) wanted *= 2;
  slots.assign(wanted, 0);
  for (ConceptIndex i = 0; i < size(); ++i) {
    std::string_view code = text.at(concepts[i].code);
    if (find(code) != kNoConcept) {
      repeated.push_back(i);
      continue;
    }
    size_t at = hashOf(code, case_sensitive) & (wanted - 1);
    while (slots[at] != 0) at = (at + 1) & (wanted - 1);
    slots[at] = i + 1;
  }
}

CodeSystem::CodeSystem(std::unique_ptr<const Rows> rows) : rows_(std::move(rows)) {}
CodeSystem::CodeSystem(CodeSystem&&) noexcept = default;
CodeSystem& CodeSystem::operator=(CodeSystem&&) noexcept = default;
CodeSystem::~CodeSystem() = default;

std::string_view CodeSystem::url() const { return rows_->text.at(rows_->url); }
std::string_view CodeSystem::version() const { return rows_->text.at(rows_->version); }
std::string_view CodeSystem::id() const { return rows_->text.at(rows_->id); }
std::string_view CodeSystem::name() const { return rows_->text.at(rows_->name); }
std::string_view CodeSystem::title() const { return rows_->text.at(rows_->title); }
std::string_view CodeSystem::status() const { return rows_->text.at(rows_->status); }
std::string_view CodeSystem::language() const { return rows_->text.at(rows_->language); }
std::string_view CodeSystem::supplements() const { return rows_->text.at(rows_->supplements); }
std::string_view CodeSystem::valueSet() const { return rows_->text.at(rows_->value_set); }
Content CodeSystem::content() const { return rows_->content; }
HierarchyMeaning CodeSystem::hierarchyMeaning() const { return rows_->hierarchy_meaning; }
bool CodeSystem::caseSensitive() const { return rows_->case_sensitive; }
bool CodeSystem::experimental() const { return rows_->experimental; }
bool CodeSystem::versionNeeded() const { return rows_->version_needed; }
bool CodeSystem::hasHierarchy() const { return !rows_->parents.empty(); }

std::vector<PropertyDefinition> CodeSystem::propertyDefinitions() const {
  std::vector<PropertyDefinition> out;
  for (const auto& row : rows_->definitions) {
    out.push_back({rows_->text.at(row.code), rows_->text.at(row.uri), rows_->text.at(row.description), row.type});
  }
  return out;
}

size_t CodeSystem::size() const { return rows_->size(); }
ConceptIndex CodeSystem::find(std::string_view code) const { return rows_->find(code); }
std::string_view CodeSystem::code(ConceptIndex at) const { return rows_->text.at(rows_->concepts[at].code); }
std::string_view CodeSystem::display(ConceptIndex at) const { return rows_->text.at(rows_->concepts[at].display); }
std::string_view CodeSystem::definition(ConceptIndex at) const {
  return rows_->text.at(rows_->concepts[at].definition);
}
bool CodeSystem::isAbstract(ConceptIndex at) const { return rows_->concepts[at].is_abstract; }
bool CodeSystem::isInactive(ConceptIndex at) const { return rows_->concepts[at].is_inactive; }

std::string_view CodeSystem::conceptStatus(ConceptIndex at) const {
  for (uint32_t i = rows_->concepts[at].first_property; i < rows_->concepts[at + 1].first_property; ++i) {
    if (rows_->text.at(rows_->properties[i].property) == "status") return rows_->text.at(rows_->properties[i].value);
  }
  return {};
}

std::span<const ConceptIndex> CodeSystem::parents(ConceptIndex at) const {
  uint32_t begin = rows_->concepts[at].first_parent, end = rows_->concepts[at + 1].first_parent;
  return std::span(rows_->parents).subspan(begin, end - begin);
}

std::span<const ConceptIndex> CodeSystem::children(ConceptIndex at) const {
  uint32_t begin = rows_->concepts[at].first_child, end = rows_->concepts[at + 1].first_child;
  return std::span(rows_->children).subspan(begin, end - begin);
}

std::span<const ConceptIndex> CodeSystem::roots() const { return rows_->roots; }

bool CodeSystem::isA(ConceptIndex at, ConceptIndex ancestor) const {
  // A chain of single parents needs no memory; `turns` ends it on a circle.
  size_t turns = size() + 1;
  while (turns-- > 0) {
    if (at == ancestor) return true;
    auto above = parents(at);
    if (above.empty()) return false;
    if (above.size() > 1) break;
    at = above[0];
  }
  std::unordered_set<ConceptIndex> seen{at};
  std::vector<ConceptIndex> open{at};
  while (!open.empty()) {
    ConceptIndex next = open.back();
    open.pop_back();
    if (next == ancestor) return true;
    for (ConceptIndex parent : parents(next)) {
      if (seen.insert(parent).second) open.push_back(parent);
    }
  }
  return false;
}

std::vector<ConceptIndex> CodeSystem::descendantsAndSelf(ConceptIndex ancestor) const {
  std::vector<ConceptIndex> out, open{ancestor};
  std::unordered_set<ConceptIndex> seen{ancestor};
  while (!open.empty()) {
    ConceptIndex next = open.back();
    open.pop_back();
    out.push_back(next);
    auto below = children(next);
    for (size_t i = below.size(); i-- > 0;) {
      if (seen.insert(below[i]).second) open.push_back(below[i]);
    }
  }
  return out;
}

std::vector<PropertyValue> CodeSystem::properties(ConceptIndex at) const {
  std::vector<PropertyValue> out;
  const TextBlock& text = rows_->text;
  for (uint32_t i = rows_->concepts[at].first_property; i < rows_->concepts[at + 1].first_property; ++i) {
    const auto& row = rows_->properties[i];
    PropertyValue& value = out.emplace_back();
    value.property = text.at(row.property);
    value.type = row.type;
    value.value = text.at(row.value);
    if (row.coding == 0) continue;
    const auto& coding = rows_->codings[row.coding - 1];
    value.system = text.at(coding.system);
    value.version = text.at(coding.version);
    value.display = text.at(coding.display);
  }
  return out;
}

std::vector<Designation> CodeSystem::designations(ConceptIndex at) const {
  std::vector<Designation> out;
  const TextBlock& text = rows_->text;
  for (uint32_t i = rows_->concepts[at].first_designation; i < rows_->concepts[at + 1].first_designation; ++i) {
    const auto& row = rows_->designations[i];
    out.push_back({text.at(row.language), text.at(row.use_system), text.at(row.use_code), text.at(row.use_display),
                   text.at(row.value)});
  }
  return out;
}

size_t CodeSystem::memory() const {
  auto bytes = [](const auto& list) { return list.capacity() * sizeof(list[0]); };
  return sizeof(Rows) + rows_->text.memory() + bytes(rows_->definitions) + bytes(rows_->concepts) +
         bytes(rows_->properties) + bytes(rows_->codings) + bytes(rows_->designations) + bytes(rows_->parents) +
         bytes(rows_->children) + bytes(rows_->roots) + bytes(rows_->slots);
}

}  // namespace fhir::terminology
