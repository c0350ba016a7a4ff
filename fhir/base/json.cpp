#include "fhir/base/json.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "fhir/base/json_walk.h"
#include "fhir/base/text.h"

namespace fhir::base {

namespace {

constexpr size_t kMaxBytes = 1u << 30;

}  // namespace

Done checkJsonText(std::string_view text, const JsonLimits& limits) {
  if (text.size() > std::min(limits.bytes, kMaxBytes)) return Error{Why::TooCostly, "longer than the limit", {}};
  if (!isUtf8(text)) return invalid("not UTF-8", jsonPlace(text, firstInvalidUtf8(text)));
  if (const void* nul = text.empty() ? nullptr : std::memchr(text.data(), 0, text.size()))
    return invalid("a NUL byte", jsonPlace(text, static_cast<size_t>(static_cast<const char*>(nul) - text.data())));
  return {};
}

std::string jsonPlace(std::string_view text, size_t offset) {
  const LineColumn at = lineColumn(text, offset);
  return std::to_string(at.line) + ":" + std::to_string(at.column);
}

Done readJson(std::string_view text, JsonHandler& handler, const JsonLimits& limits) {
  return readJsonInto(text, handler, limits);
}

LineColumn lineColumn(std::string_view text, size_t offset) {
  LineColumn at{1, 1};
  offset = std::min(offset, text.size());
  size_t line_start = 0;
  for (size_t i = 0; i < offset; ++i) {
    if (text[i] != '\n') continue;
    ++at.line;
    line_start = i + 1;
  }
  for (size_t i = line_start; i < offset; ++i)
    if ((static_cast<uint8_t>(text[i]) & 0xC0) != 0x80) ++at.column;
  return at;
}

}  // namespace fhir::base
