#pragma once
// ValueSet/$expand (FHIR R4 4.9.18.1): the codes of a value set, page by page. Thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/terminology/loaded_terminology.h"
#include "fhir/terminology/value_set.h"

namespace fhir::terminology {

struct ExpandQuestion {
  // Words that all must be in the code, a display or a designation. A word of letters stands at the beginning of one
  // ("chol" finds "Serum Cholesterol"); one of Chinese characters stands anywhere.
  std::string_view filter;
  uint64_t offset = 0;
  std::optional<uint64_t> count;
  bool active_only = false;
  bool exclude_nested = true;       // false: children below their parents, unless there is a filter or a page
  bool exclude_not_for_ui = false;  // leaves out abstract concepts
  bool include_designations = false;
  std::vector<std::string_view> designations;  // "urn:ietf:bcp:47|zh" or "system|code" of the use: only these
  bool include_definition = false;
  std::vector<std::string_view> properties;  // codes of properties to show
  std::string_view display_language;         // like Accept-Language
  std::vector<std::string_view> exclude_systems;
  std::vector<std::string_view> system_versions;        // "system|version": where the value set says none
  std::vector<std::string_view> check_system_versions;  // another version is an error
  std::vector<std::string_view> force_system_versions;  // instead of what the value set says

  // More codes than this, before paging, are Why::TooCostly ...
  uint64_t most_codes = 100'000;
  // ... and so are more in the answer, unless a count asks for fewer.
  uint64_t most_returned = 100'000;
};

struct ExpandedConcept {
  std::string_view system, version, code, display;  // views into the terminology and the value set
  uint16_t depth = 0;                               // 0 unless nested
  bool is_abstract = false;
  bool inactive = false;
  std::vector<Designation> designations;
  std::vector<PropertyValue> properties;  // "definition" too, as a string
};

// What the expansion was made with: ValueSet.expansion.parameter.
struct ExpansionParameter {
  std::string name;
  std::string_view type;  // "String", "Boolean", "Integer", "Uri", "Code": of value[x]
  std::string value;
};

struct Expansion {
  uint64_t total = 0;
  uint64_t offset = 0;
  std::vector<ExpandedConcept> contains;  // parents before their children
  std::vector<ExpansionParameter> parameters;
};

// Why::NotFound: a code system or value set that it is made of is not here; Why::Invalid: circular value sets (with
// the path of the circle), a version that check-system-version forbids; Why::TooCostly: too many codes, or a code
// system that nobody can list (UCUM).
base::Result<Expansion> expand(const LoadedTerminology& terminology, const ValueSet& set,
                               const ExpandQuestion& question);

}  // namespace fhir::terminology
