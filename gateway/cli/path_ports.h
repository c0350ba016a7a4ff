#pragma once
// What memberOf(), subsumes() and conformsTo() ask on the command line: R4's own code systems, value sets and types.

#include "fhir/path/conformance.h"
#include "fhir/terminology/terminology.h"

namespace gateway::cli {

// Made when it is first asked: most expressions never do.
class R4Codes final : public fhir::terminology::Terminology {
 public:
  std::optional<bool> memberOf(const fhir::terminology::Coding& coding, std::string_view value_set) override;
  std::optional<bool> subsumes(std::string_view system, std::string_view a, std::string_view b) override;
};

// The base definitions of R4's types, which an element conforms to by its type; other profiles are unknown.
class R4Types final : public fhir::path::Conformance {
 public:
  std::optional<bool> conformsTo(const fhir::path::Item& element, std::string_view profile) override;
};

}  // namespace gateway::cli
