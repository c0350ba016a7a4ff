#pragma once
// How places in a text are written for people. Not for others than the readers of this folder.

#include <cstdint>
#include <string>
#include <string_view>

namespace mappings::source {

// "3:14" of a text that begins behind `before` -> "line 3 column 14" of the whole.
std::string placeInText(std::string_view line_and_column, std::string_view before);
std::string atLine(uint64_t line);
std::string atByte(uint64_t offset);

}  // namespace mappings::source
