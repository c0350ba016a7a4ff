#include "fhir/terminology/value_set.h"

#include "fhir/base/digest.h"
#include "fhir/base/text.h"

namespace fhir::terminology {
namespace {

uint64_t hashOf(std::string_view code) { return base::hash64(code); }
uint64_t hashOf(std::string_view system, std::string_view code) {
  return base::hash64(code) * 31 + base::hash64(system);
}

size_t stringBytes(const std::string& text) { return text.capacity() > 15 ? text.capacity() + 1 : 0; }

size_t partBytes(const ValueSetPart& part) {
  size_t bytes = sizeof(part) + stringBytes(part.system) + stringBytes(part.version);
  bytes += part.concepts.capacity() * (sizeof(ValueSetPart::Concept) + 2 * sizeof(uint32_t));
  for (const auto& row : part.concepts) bytes += stringBytes(row.code) + stringBytes(row.display);
  bytes += part.designations.capacity() * sizeof(ValueSetPart::DesignationText);
  for (const auto& row : part.designations) bytes += stringBytes(row.value) + stringBytes(row.use_system);
  for (const auto& filter : part.filters) {
    bytes += sizeof(filter) + stringBytes(filter.value) + filter.values.capacity() * sizeof(std::string);
  }
  for (const auto& canonical : part.value_sets) bytes += sizeof(canonical) + stringBytes(canonical);
  return bytes;
}

}  // namespace

uint32_t ValueSetPart::find(std::string_view code, bool case_sensitive) const {
  if (slots_.empty()) return kNone;
  size_t mask = slots_.size() - 1;
  for (size_t at = hashOf(code) & mask; slots_[at] != 0; at = (at + 1) & mask) {
    if (concepts[slots_[at] - 1].code == code) return slots_[at] - 1;
  }
  if (case_sensitive) return kNone;
  for (uint32_t i = 0; i < concepts.size(); ++i) {
    if (base::equalIgnoringCase(concepts[i].code, code)) return i;
  }
  return kNone;
}

void ValueSetPart::buildSlots() {
  if (concepts.empty()) return;
  size_t wanted = 4;
  while (wanted < concepts.size() * 2) wanted *= 2;
  slots_.assign(wanted, 0);
  for (uint32_t i = 0; i < concepts.size(); ++i) {
    if (find(concepts[i].code) != kNone) continue;  // listed twice: the first stands
    size_t at = hashOf(concepts[i].code) & (wanted - 1);
    while (slots_[at] != 0) at = (at + 1) & (wanted - 1);
    slots_[at] = i + 1;
  }
}

std::vector<Designation> ValueSetPart::designationsOf(uint32_t concept_place) const {
  std::vector<Designation> out;
  size_t end =
      concept_place + 1 < concepts.size() ? concepts[concept_place + 1].first_designation : designations.size();
  for (size_t i = concepts[concept_place].first_designation; i < end; ++i) {
    const DesignationText& row = designations[i];
    out.push_back({row.language, row.use_system, row.use_code, row.use_display, row.value});
  }
  return out;
}

const ListedCode* ValueSet::listed(std::string_view system, std::string_view code) const {
  if (expansion_slots_.empty()) return nullptr;
  size_t mask = expansion_slots_.size() - 1;
  for (size_t at = hashOf(system, code) & mask; expansion_slots_[at] != 0; at = (at + 1) & mask) {
    const ListedCode& row = expansion_[expansion_slots_[at] - 1];
    if (row.code == code && row.system == system) return &row;
  }
  return nullptr;
}

void ValueSet::putSlot(uint32_t place) {
  size_t mask = expansion_slots_.size() - 1;
  size_t at = hashOf(expansion_[place].system, expansion_[place].code) & mask;
  while (expansion_slots_[at] != 0) at = (at + 1) & mask;
  expansion_slots_[at] = place + 1;
}

ValueSet ValueSet::ofSystem(std::string_view url, const CodeSystem& system) {
  ValueSet set;
  set.url_ = url;
  set.version_ = system.version();
  set.name_ = system.name();
  set.status_ = system.status();
  set.has_compose_ = true;
  set.includes_.emplace_back().system = system.url();
  return set;
}

std::string ValueSet::canonical() const {
  if (url_.empty()) return "#" + id_;
  return version_.empty() ? url_ : url_ + "|" + version_;
}

size_t ValueSet::memory() const {
  size_t bytes = sizeof(*this) + stringBytes(url_) + stringBytes(name_) + stringBytes(title_);
  for (const auto* parts : {&includes_, &excludes_}) {
    for (const ValueSetPart& part : *parts) bytes += partBytes(part);
  }
  bytes += expansion_.capacity() * sizeof(ListedCode) + expansion_slots_.capacity() * sizeof(uint32_t);
  for (const ListedCode& row : expansion_) {
    bytes += stringBytes(row.system) + stringBytes(row.code) + stringBytes(row.display);
  }
  return bytes;
}

}  // namespace fhir::terminology
