#pragma once
// How a CodeSystem lies in memory. Private to fhir/terminology.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/terminology/code_system.h"
#include "fhir/terminology/text_block.h"

namespace fhir::terminology {

struct CodeSystem::Rows {
  struct Concept {
    Text code, display, definition;
    uint32_t first_property = 0;  // up to that of the next concept
    uint32_t first_designation = 0;
    uint32_t first_parent = 0;
    uint32_t first_child = 0;
    bool is_abstract = false;
    bool is_inactive = false;
  };
  struct Property {
    Text property, value;
    uint32_t coding = 0;  // 1 + place in `codings`
    PropertyType type = PropertyType::String;
  };
  struct Coding {
    Text system, version, display;
  };
  struct DesignationRow {
    Text language, use_system, use_code, use_display, value;
  };
  struct PropertyRow {
    Text code, uri, description;
    PropertyType type = PropertyType::String;
  };

  TextBlock text;
  Text url, version, id, name, title, status, language, supplements, value_set;
  Content content = Content::Complete;
  HierarchyMeaning hierarchy_meaning = HierarchyMeaning::Unsaid;
  bool case_sensitive = true;
  bool experimental = false;
  bool version_needed = false;

  std::vector<PropertyRow> definitions;
  std::vector<Concept> concepts;  // one more than there are, so that every range has an end
  std::vector<Property> properties;
  std::vector<Coding> codings;
  std::vector<DesignationRow> designations;
  std::vector<ConceptIndex> parents, children, roots;
  std::vector<uint32_t> slots;  // open addressing over codes: 1 + concept, 0 is free; a power of two

  size_t size() const { return concepts.size() - 1; }
  ConceptIndex find(std::string_view code) const;
  void buildSlots(std::vector<ConceptIndex>& repeated);
};

}  // namespace fhir::terminology
