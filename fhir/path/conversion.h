#pragma once
// Conversion of one computed value to another type (N1 5.5). Private to fhir/path.

#include <optional>
#include <string_view>

#include "fhir/path/item.h"

namespace fhir::path {

// Nothing when the value does not convert. `target` is a computed kind (not Node, not Type).
std::optional<Item> convert(const Item& value, ItemKind target, base::Arena& arena);

// '4 days', "4.0 'mg'", '1' as a quantity.
std::optional<Quantity> parseQuantity(std::string_view text, base::Arena& arena);

}  // namespace fhir::path
