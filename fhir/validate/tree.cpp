// How the checks move through the records.

#include "fhir/validate/pass.h"

namespace fhir::validate {

using model::Record;

uint32_t Pass::child(uint32_t index, const base::Name& name) const {
  for (uint32_t i = record(index).first; i != 0; i = record(i).next)
    if (record(i).name_hash == name.hash && tree.name(record(i)) == name.text) return i;
  return kNone;
}

uint32_t Pass::nextNamed(uint32_t index) const {
  const Record& first = record(index);
  for (uint32_t i = first.next; i != 0; i = record(i).next)
    if (record(i).name_hash == first.name_hash && tree.name(record(i)) == tree.name(first)) return i;
  return kNone;
}

std::string_view Pass::childValue(uint32_t index, const base::Name& name) const {
  const uint32_t found = child(index, name);
  return found == kNone ? std::string_view() : value(found);
}

uint32_t Pass::endOf(uint32_t index) const {
  while (index != 0 && record(index).next == 0) index = record(index).parent;
  return index == 0 ? static_cast<uint32_t>(tree.records.size()) : record(index).next;
}

bool Pass::isResource(uint32_t index) const { return definitions::r4().isResource(record(index).type); }

uint32_t Pass::resourceOf(uint32_t index) const {
  while (index != 0 && !isResource(index)) index = record(index).parent;
  return index;
}

bool Pass::isContained(uint32_t resource) const {
  static constexpr base::Name kContained("contained");
  return resource != 0 && record(resource).name_hash == kContained.hash;
}

uint32_t Pass::containerOf(uint32_t index) const {
  const uint32_t resource = resourceOf(index);
  return isContained(resource) ? resourceOf(record(resource).parent) : resource;
}

}  // namespace fhir::validate
