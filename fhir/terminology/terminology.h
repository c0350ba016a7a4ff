#pragma once
// Port: what FHIRPath memberOf/subsumes, validation and mappings ask about codes.
// Implementations must be thread-safe.

#include <optional>
#include <string_view>

namespace fhir::terminology {

struct Coding {
  std::string_view system;
  std::string_view version;
  std::string_view code;
  std::string_view display;
};

class Terminology {
 public:
  virtual ~Terminology() = default;
  // Nothing when the value set or the code system is unknown here.
  virtual std::optional<bool> memberOf(const Coding& coding, std::string_view value_set) = 0;
  // Whether the code system has the code; nothing when the system is not here in whole.
  virtual std::optional<bool> hasCode(const Coding&) { return std::nullopt; }
  // True when `a` equals or is an ancestor of `b`.
  virtual std::optional<bool> subsumes(std::string_view system, std::string_view a, std::string_view b) = 0;
};

}  // namespace fhir::terminology
