#pragma once
// ValueSet (FHIR R4 4.9): what is in it, as it was defined (compose) and as it was worked out (expansion).
// Immutable after read(); thread-safe. Views live as long as the ValueSet.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/patterns.h"
#include "fhir/base/result.h"
#include "fhir/model/document.h"
#include "fhir/terminology/code_system.h"

namespace fhir::terminology {

enum class FilterOperator : uint8_t {
  Equal,
  IsA,
  DescendentOf,
  IsNotA,
  Regex,
  In,
  NotIn,
  Generalizes,
  Exists,
  ChildOf,         // R5
  DescendentLeaf,  // R5
};

struct ValueSetFilter {
  std::string property;
  FilterOperator op = FilterOperator::Equal;
  std::string value;
  std::vector<std::string> values;       // In, NotIn: the pieces between commas
  std::optional<base::Pattern> pattern;  // Regex
};

// One include or exclude of a compose.
struct ValueSetPart {
  struct Concept {
    std::string code, display;
    uint32_t first_designation = 0;  // up to that of the next concept
  };
  struct DesignationText {
    std::string language, use_system, use_code, use_display, value;
  };

  std::string system, version;
  std::vector<Concept> concepts;
  std::vector<DesignationText> designations;
  std::vector<ValueSetFilter> filters;
  std::vector<std::string> value_sets;  // canonicals

  static constexpr uint32_t kNone = 0xFFFFFFFF;
  // Place in `concepts`; kNone when it is not listed.
  uint32_t find(std::string_view code, bool case_sensitive = true) const;
  std::vector<Designation> designationsOf(uint32_t concept_place) const;

 private:
  friend class ValueSetReader;
  void buildSlots();
  std::vector<uint32_t> slots_;  // over codes, open addressing: 1 + place, 0 is free
};

// One row of an expansion that came with the resource, in order; `depth` counts from 0.
struct ListedCode {
  std::string system, version, code, display;
  uint16_t depth = 0;
  bool is_abstract = false;
  bool inactive = false;
};

class ValueSet {
 public:
  // Why::Invalid with the element's place: not a ValueSet, an include with neither system nor value set, concepts or
  // filters without a system, a filter that cannot be understood (operator, regular expression).
  static base::Result<ValueSet> read(const model::Document& resource);
  // The same from any node that is a ValueSet: a contained one, or a parameter.
  static base::Result<ValueSet> read(path::Node root);

  // All codes of a system: what CodeSystem.valueSet names.
  static ValueSet ofSystem(std::string_view url, const CodeSystem& system);

  const std::string& url() const { return url_; }
  const std::string& version() const { return version_; }
  const std::string& id() const { return id_; }
  const std::string& name() const { return name_; }
  const std::string& title() const { return title_; }
  const std::string& status() const { return status_; }
  const std::string& language() const { return language_; }
  bool experimental() const { return experimental_; }
  bool hasCompose() const { return has_compose_; }
  std::optional<bool> inactive() const { return inactive_; }  // compose.inactive
  const std::vector<ValueSetPart>& includes() const { return includes_; }
  const std::vector<ValueSetPart>& excludes() const { return excludes_; }
  bool hasExpansion() const { return has_expansion_; }
  bool expansionIsWhole() const { return expansion_is_whole_; }  // not a page of it
  const std::vector<ListedCode>& expansion() const { return expansion_; }
  // Canonicals of code system supplements that it cannot do without (extension valueset-supplement).
  const std::vector<std::string>& supplements() const { return supplements_; }

  // The row of the expansion; nullptr when it is not listed.
  const ListedCode* listed(std::string_view system, std::string_view code) const;

  // "url|version", "url", or "#id".
  std::string canonical() const;
  size_t memory() const;

 private:
  friend class ValueSetReader;
  void putSlot(uint32_t place);
  std::string url_, version_, id_, name_, title_, status_, language_;
  bool experimental_ = false;
  bool has_compose_ = false;
  bool has_expansion_ = false;
  bool expansion_is_whole_ = true;
  std::optional<bool> inactive_;
  std::vector<ValueSetPart> includes_, excludes_;
  std::vector<ListedCode> expansion_;
  std::vector<uint32_t> expansion_slots_;
  std::vector<std::string> supplements_;
};

}  // namespace fhir::terminology
