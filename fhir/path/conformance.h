#pragma once
// Port: what conformsTo() asks. The host knows the profiles.

#include <optional>
#include <string_view>

#include "fhir/path/item.h"

namespace fhir::path {

class Conformance {
 public:
  virtual ~Conformance() = default;
  // Whether the element conforms to the profile; nothing when the profile is unknown here.
  virtual std::optional<bool> conformsTo(const Item& element, std::string_view profile) = 0;
};

}  // namespace fhir::path
