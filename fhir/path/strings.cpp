#include "fhir/path/strings.h"

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

std::string upperCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string lowerCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string foldedForEquivalence(std::string_view text) {
  std::string out = lowerCase(text);
  for (char& c : out) {
    if (base::isBlank(c)) c = ' ';
  }
  return out;
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
