#pragma once
// Reads one ElementDefinition into a rule, leaving out what R4 says anyway. Private to fhir/validate.

#include <string_view>
#include <vector>

#include "fhir/validate/profiles.h"

namespace fhir::validate {

std::string_view textOf(path::Node node, std::string_view child);  // empty when absent
std::vector<path::Node> childrenOf(path::Node node, std::string_view name);

class ElementReader {
 public:
  // `profile` is under construction: its is_modifier is set from the root.
  ElementReader(std::shared_ptr<const model::Document> definition, Profile& profile)
      : definition_(std::move(definition)), profile_(profile) {}

  // What the ElementDefinition does not mention stays as it is in `rule`.
  base::Done read(path::Node element, ElementRule& rule) const;

 private:
  base::Done readCardinality(path::Node element, ElementRule& rule) const;
  base::Done readTypes(path::Node element, ElementRule& rule) const;
  base::Done readSlicing(path::Node element, ElementRule& rule) const;
  base::Done readInvariants(path::Node element, ElementRule& rule) const;
  void readBinding(path::Node element, ElementRule& rule) const;
  void readValues(path::Node element, ElementRule& rule) const;

  std::shared_ptr<const model::Document> definition_;
  Profile& profile_;
};

}  // namespace fhir::validate
