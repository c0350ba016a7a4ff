#pragma once
// Port: what resolve() asks. The host decides which references may be followed and where.

#include <optional>
#include <string_view>

#include "fhir/path/item.h"

namespace fhir::path {

class Resolver {
 public:
  virtual ~Resolver() = default;
  // The resource that `reference` names, seen from the resource `from`; nothing when unknown.
  // The node must live as long as the evaluation. Contained (#id) references never come here.
  virtual std::optional<Item> resolve(std::string_view reference, const Item& from) = 0;
};

}  // namespace fhir::path
