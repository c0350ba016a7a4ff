#pragma once
// What validation needs beyond types and elements: invariants, extensible bindings, profiles that R4 puts on element
// types, and R4's own profiles and extensions. The value sets that bindings name are in fhir/terminology. The tables
// are those of fhir/definitions/r4 that rebuild/rules.py makes. Immutable and thread-safe; all text lives as long as
// the program.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "fhir/definitions/lookup.h"

namespace fhir::definitions {

struct Invariant {
  std::string_view type;        // "Patient.contact"
  std::string_view element;     // empty: of the whole type
  std::string_view key;         // "pat-1"
  std::string_view severity;    // "error" or "warning"
  std::string_view expression;  // FHIRPath; empty: cannot be evaluated, `remark` says why
  std::string_view human;
  std::string_view remark;  // why it differs from what is published; mostly empty
};

struct Binding {
  std::string_view type;
  std::string_view element;
  std::string_view strength;       // of `value_set`: "extensible", "preferred", ...
  std::string_view value_set;      // canonical
  std::string_view max_value_set;  // outside of it nothing is allowed, whatever the strength; mostly empty
};

struct TypeProfile {
  std::string_view type;
  std::string_view element;
  std::vector<std::string_view> profiles;  // canonicals; the element conforms to one of them
};

struct PrimitiveFormat {
  std::string_view type;
  std::string_view regex;  // as published; empty for xhtml
};

class Rules {
 public:
  Rules();
  std::span<const Invariant> invariants() const { return invariants_; }
  std::span<const Binding> bindings() const { return bindings_; }
  std::span<const TypeProfile> typeProfiles() const { return type_profiles_; }
  std::span<const PrimitiveFormat> primitives() const { return primitives_; }
  // StructureDefinitions of R4's profiles and extensions, one a line, reduced to what validation reads.
  std::string_view profiles() const;

 private:
  std::vector<Invariant> invariants_;
  std::vector<Binding> bindings_;
  std::vector<TypeProfile> type_profiles_;
  std::vector<PrimitiveFormat> primitives_;
};

const Rules& r4Rules();

}  // namespace fhir::definitions
