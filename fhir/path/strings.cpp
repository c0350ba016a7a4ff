#include "fhir/path/strings.h"

#include <algorithm>
#include <cstring>

#include "fhir/base/text.h"

namespace fhir::path {
std::string_view concatenate(base::Arena& arena, std::string_view left, std::string_view right) {
  if (left.empty()) return right;
  if (right.empty()) return left;
  char* memory = static_cast<char*>(arena.allocate(left.size() + right.size(), 1));
  std::memcpy(memory, left.data(), left.size());
  std::memcpy(memory + left.size(), right.data(), right.size());
  return {memory, left.size() + right.size()};
}

namespace {

char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : base::isBlank(c) ? ' ' : c; }

bool isAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

}  // namespace

std::string foldedForEquivalence(std::string_view text) {
  std::string out = base::lowerCase(text);
  for (char& c : out) {
    if (base::isBlank(c)) c = ' ';
  }
  return out;
}

bool equivalentTexts(std::string_view left, std::string_view right) {
  if (left == right) return true;
  if (!isAscii(left) || !isAscii(right)) return foldedForEquivalence(left) == foldedForEquivalence(right);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return folded(a) == folded(b); });
}

size_t byteOf(std::string_view text, size_t index) {
  size_t at = 0;
  for (; at < text.size(); ++at) {
    if ((text[at] & 0xC0) == 0x80) continue;
    if (index-- == 0) return at;
  }
  return at;
}

}  // namespace fhir::path
