#include "mappings/source/hl7v2_escapes.h"

#include <algorithm>

#include "mappings/source/encodings.h"

namespace mappings::source {

namespace {

constexpr size_t kMaxLineEnds = 100;  // that one \.sp<n>\ may make

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// \Xhh..\ . False when it is none.
bool appendHex(std::string_view digits, std::string_view encoding, std::string& out) {
  if (digits.empty() || digits.size() % 2 != 0) return false;
  std::string bytes;
  for (size_t i = 0; i < digits.size(); i += 2) {
    const int high = hexValue(digits[i]);
    const int low = hexValue(digits[i + 1]);
    if (high < 0 || low < 0) return false;
    bytes += static_cast<char>(high * 16 + low);
  }
  auto decoded = decode(bytes, encoding);
  if (!decoded.ok()) decoded = decode(bytes, "");
  if (!decoded.ok()) return false;
  out += decoded->text;
  return true;
}

// The commands of formatted text (2.7.6). False when it is none.
bool appendFormatting(std::string_view command, std::string& out) {
  const std::string_view name = command.substr(0, 2);
  if (name == "br") {
    out += '\n';
    return true;
  }
  if (name == "sp") {
    size_t count = 0;
    for (const char c : command.substr(2))
      if (c >= '0' && c <= '9') count = std::min(count * 10 + static_cast<size_t>(c - '0'), kMaxLineEnds);
    out.append(std::max<size_t>(count, 1), '\n');
    return true;
  }
  if (name == "sk") {
    out += ' ';
    return true;
  }
  return name == "fi" || name == "nf" || name == "in" || name == "ti" || name == "ce";
}

bool appendSequence(std::string_view sequence, const Hl7v2Delimiters& delimiters, std::string_view encoding,
                    std::string& out) {
  if (sequence.empty()) return false;
  const auto put = [&](char c) {
    if (c != '\0') out += c;
    return c != '\0';
  };
  if (sequence.size() == 1) {
    switch (sequence[0]) {
      case 'F': return put(delimiters.field);
      case 'S': return put(delimiters.component);
      case 'T': return put(delimiters.subcomponent);
      case 'R': return put(delimiters.repetition);
      case 'E': return put(delimiters.escape);
      case 'P': return put('#');
      case 'H':
      case 'N': return true;
      default: return false;
    }
  }
  if (sequence[0] == 'X') return appendHex(sequence.substr(1), encoding, out);
  if (sequence[0] == '.') return appendFormatting(sequence.substr(1), out);
  return false;
}

}  // namespace

std::string unescapeHl7v2(std::string_view text, const Hl7v2Delimiters& delimiters, std::string_view encoding) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t begin = std::min(text.find(delimiters.escape, at), text.size());
    out.append(text.substr(at, begin - at));
    if (begin == text.size()) break;
    const size_t end = text.find(delimiters.escape, begin + 1);
    if (end != std::string_view::npos &&
        appendSequence(text.substr(begin + 1, end - begin - 1), delimiters, encoding, out)) {
      at = end + 1;
    } else {
      out += text[begin];  // no sequence: a plain character; the next escape character may begin one
      at = begin + 1;
    }
  }
  return out;
}

}  // namespace mappings::source
