#pragma once
// Which resource an element stands in, and what its references lead to inside the same tree (FHIR R4 2.3.0.3,
// 3.1.1.5.12, 2.36.4). Private to fhir/path.

#include <optional>
#include <string_view>

#include "fhir/path/evaluator.h"

namespace fhir::path {

std::optional<Item> parentOf(const Item& item);
bool isResource(const Item& item);

// The nearest resource that holds the item (or is it): %resource.
std::optional<Item> resourceOf(const Item& item);
// The same, but for a contained resource the one that contains it: %rootResource.
std::optional<Item> containerOf(const Item& item);

// The contained resource `id` of a container; "" is the container itself.
std::optional<Item> containedResource(Evaluator& evaluator, const Item& container, std::string_view id);

}  // namespace fhir::path
