#pragma once
// JSON Pointer (RFC 6901): "/name/0/given/-". Private to fhir/patch.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"

namespace fhir::patch {

using Pointer = std::vector<std::string>;  // the reference tokens, without escapes; none is the whole document

base::Result<Pointer> parsePointer(std::string_view text);
std::string pointerText(const Pointer& pointer);
void appendToken(std::string& pointer, std::string_view token);

// An array index: digits without leading zeros (RFC 6901 4), below `end`. Nothing otherwise.
std::optional<size_t> indexOf(std::string_view token, size_t end);

}  // namespace fhir::patch
