#pragma once
// Pass: one validation of one document. Holds what the checks share: the records, where findings go, scratch.
// Checks are methods grouped by file. Private to fhir/validate.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/base/issue.h"
#include "fhir/model/tree.h"
#include "fhir/path/conformance.h"
#include "fhir/path/expression.h"
#include "fhir/validate/profiles.h"
#include "fhir/validate/rule_book.h"
#include "fhir/validate/validator.h"

namespace fhir::validate {

// The resource that a reference in the document leads to; record == kNone when it is outside or unknown.
constexpr uint32_t kNone = UINT32_MAX;

class Pass final : public path::Conformance {
 public:
  Pass(const model::Document& document, const Profiles& profiles, const Options& options);

  void takeReading(const base::Findings& reading);
  void run();
  base::Findings result();

  // --- the tree (tree.cpp) ---
  const model::Document::Tree& tree;
  const model::Record& record(uint32_t index) const { return tree.records[index]; }
  std::string_view value(uint32_t index) const { return tree.value(tree.records[index]); }
  uint32_t child(uint32_t index, const base::Name& name) const;  // the first, kNone when absent
  uint32_t nextNamed(uint32_t index) const;                      // the next sibling of the same name, or kNone
  std::string_view childValue(uint32_t index, const base::Name& name) const;
  uint32_t endOf(uint32_t index) const;        // behind the last record below it
  uint32_t resourceOf(uint32_t index) const;   // the nearest resource, itself included
  uint32_t containerOf(uint32_t index) const;  // of a contained resource the one that contains it, else resourceOf
  bool isResource(uint32_t index) const;
  bool isContained(uint32_t resource) const;
  path::Item item(uint32_t index) const { return path::Item::node(tree.node(index), &model::Document::navigator()); }

  // --- findings ---
  void report(uint32_t index, base::Severity severity, std::string_view code, std::string_view rule,
              std::string what);
  void error(uint32_t index, std::string_view code, std::string_view rule, std::string what) {
    report(index, base::Severity::Error, code, rule, std::move(what));
  }
  void warning(uint32_t index, std::string_view code, std::string_view rule, std::string what) {
    report(index, base::Severity::Warning, code, rule, std::move(what));
  }
  // Runs `check` without reporting; true when it found no error.
  template <typename Check>
  bool holds(Check check) {
    std::vector<Located> mine;
    mine.swap(located_);
    ++quiet_;
    check();
    --quiet_;
    mine.swap(located_);
    for (const Located& one : mine)
      if (one.finding.severity >= base::Severity::Error) return false;
    return true;
  }

  // --- R4's own rules: one file each ---
  void checkStructure(uint32_t object);                         // structure.cpp
  void checkAttachment(uint32_t index);                         // structure.cpp
  void checkPrimitive(uint32_t index);                          // structure.cpp
  void checkBindings(uint32_t index, const ElementBook& book);  // bindings.cpp
  void checkUnit(uint32_t index);
  void checkCode(uint32_t index);
  void checkBinding(uint32_t index, const BoundSet& set, base::Severity severity, bool extensible);
  void checkInvariant(uint32_t index, const Invariant& invariant);  // invariants.cpp
  void checkReference(uint32_t index);                              // references.cpp
  void checkContained(uint32_t resource);                           // contained.cpp
  void checkBundle(uint32_t bundle);                                // bundles.cpp
  void checkExtension(uint32_t index);                              // extensions.cpp
  void checkNarrative(uint32_t div);                                // narrative.cpp

  // --- profiles: profile_check.cpp, slicing.cpp, values.cpp ---
  void checkDeclaredProfiles(uint32_t resource);
  void checkProfile(uint32_t index, const Profile& profile);
  void checkRule(uint32_t index, const ElementRule& rule, const Profile& profile);
  void checkChildren(uint32_t index, const ElementRule& rule, const Profile& profile);
  void checkPart(uint32_t index, const ElementRule& part, const Profile& profile);
  // Whether it reported a slice that is missing.
  bool checkSlices(std::span<const uint32_t> items, uint32_t parent, const ElementRule& rule, const Profile& profile);
  bool isInSlice(uint32_t index, const ElementRule& slice, const Slicing& slicing, const Profile& profile);
  bool checkTypes(uint32_t index, const ElementRule& rule);  // false: of a type that is not allowed
  void checkValues(uint32_t index, const ElementRule& rule);
  std::optional<bool> conformsTo(const path::Item& element, std::string_view profile) override;

  // --- references (references.cpp) ---
  struct Target {
    uint32_t record = kNone;           // the resource, when it is in this document
    definitions::TypeNumber type = 0;  // 0: cannot be known
    bool contained = false;
  };
  Target targetOf(uint32_t reference);
  uint32_t entryOf(std::string_view reference, uint32_t from);  // a Bundle entry's resource by reference

  const Profiles& profiles;
  const Options& options;
  const RuleBook& book;

 private:
  struct Located {
    uint32_t record;
    base::Finding finding;
  };
  struct Visit {
    uint32_t record;
    const Profile* profile;
  };

  void checkForm(uint32_t index);
  void checkMeaning(uint32_t index);
  // Whether an error has been found at the element or below it.
  bool hasErrorBelow(uint32_t index) const;
  // Whether the invariant speaks of a child of the element that is missing or wrong, which has been said.
  bool speaksOfBad(uint32_t index, const Invariant& invariant) const;
  void fillEntries();

  std::vector<Located> located_;
  std::optional<base::Severity> dropped_;  // the worst of those beyond the limit
  // `name` must live as long as the Pass.
  void markBad(uint32_t index, std::string_view name) {
    if (quiet_ == 0) bad_.emplace(index, name);
  }

  bool isBad(uint32_t index, std::string_view name) const {
    auto [begin, end] = bad_.equal_range(index);
    for (auto one = begin; one != end; ++one)
      if (one->second == name) return true;
    return false;
  }

  // Profiles that try many slices inside slices end here.
  static constexpr uint64_t kMostRuleSteps = 5'000'000;
  uint64_t rule_steps_ = 0;
  int quiet_ = 0;                                            // inside holds()
  std::unordered_set<uint32_t> bound_wrong_;                 // elements with a finding about their binding
  std::vector<uint32_t> wrong_;                              // records with errors of form
  std::unordered_multimap<uint32_t, std::string_view> bad_;  // record -> names of children that are missing or wrong
  std::vector<uint16_t> counts_;                             // scratch of checkStructure, zero between calls
  base::Arena arena_;
  std::vector<Visit> visits_;  // profiles under way, so that circles end
  bool entries_filled_ = false;
  std::unordered_map<std::string, uint32_t> entries_;  // fullUrl, or Type/id -> resource
};

}  // namespace fhir::validate
