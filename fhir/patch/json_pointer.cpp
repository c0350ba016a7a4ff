#include "fhir/patch/json_pointer.h"

#include <algorithm>

namespace fhir::patch {

base::Result<Pointer> parsePointer(std::string_view text) {
  Pointer out;
  if (text.empty()) return out;
  if (text[0] != '/') return base::invalid("a pointer is empty or begins with /");
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '/') {
      out.emplace_back();
    } else if (text[i] != '~') {
      out.back() += text[i];
    } else {
      char next = i + 1 < text.size() ? text[i + 1] : ' ';
      if (next != '0' && next != '1') return base::invalid("~ in a pointer is followed by 0 or 1");
      out.back() += next == '0' ? '~' : '/';
      ++i;
    }
  }
  return out;
}

void appendToken(std::string& pointer, std::string_view token) {
  pointer += '/';
  for (char c : token) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

std::string pointerText(const Pointer& pointer) {
  std::string out;
  for (const std::string& token : pointer) appendToken(out, token);
  return out;
}

std::optional<size_t> indexOf(std::string_view token, size_t end) {
  bool digits = !token.empty() && token.size() < 10 &&
                std::all_of(token.begin(), token.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || (token.size() > 1 && token[0] == '0')) return std::nullopt;
  size_t index = 0;
  for (char c : token) index = index * 10 + static_cast<size_t>(c - '0');
  return index < end ? std::optional<size_t>(index) : std::nullopt;
}

}  // namespace fhir::patch
