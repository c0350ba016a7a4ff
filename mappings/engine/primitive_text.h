#pragma once
// FHIR primitives (R4 2.24.0.1): from text to a JSON value of the right kind, or a sentence that says what is wrong.

#include <optional>
#include <string>
#include <string_view>

namespace mappings::engine {

// Appends the JSON value for a primitive type ("code", "date", "decimal", ...). A sentence when the text is none of
// that type; nothing was appended then. The sentence does not quote the text.
std::optional<std::string> appendPrimitive(std::string& out, std::string_view type, std::string_view text);

}  // namespace mappings::engine
