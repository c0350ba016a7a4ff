#include "mappings/source/places.h"

#include <algorithm>

namespace mappings::source {

std::string placeInText(std::string_view line_and_column, std::string_view before) {
  const size_t colon = line_and_column.find(':');
  if (colon == std::string_view::npos) return std::string(line_and_column);
  uint64_t line = 0;
  for (const char c : line_and_column.substr(0, colon))
    if (c >= '0' && c <= '9') line = line * 10 + static_cast<uint64_t>(c - '0');
  line += static_cast<uint64_t>(std::count(before.begin(), before.end(), '\n'));
  return atLine(line) + " column " + std::string(line_and_column.substr(colon + 1));
}

std::string atLine(uint64_t line) { return "line " + std::to_string(line); }

std::string atByte(uint64_t offset) { return "byte " + std::to_string(offset); }

}  // namespace mappings::source
