#include "mappings/engine/expression_scan.h"

namespace mappings::engine {
namespace {

bool isWord(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

size_t skipBlanks(std::string_view text, size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r')) ++at;
  return at;
}

// Behind the closing quote; the text between in `inside` (escapes kept as they are).
size_t skipQuoted(std::string_view text, size_t at, std::string* inside) {
  const char quote = text[at++];
  while (at < text.size() && text[at] != quote) {
    if (text[at] == '\\' && at + 1 < text.size()) {
      if (inside != nullptr) *inside += text[at];
      ++at;
    }
    if (inside != nullptr) *inside += text[at];
    ++at;
  }
  return at < text.size() ? at + 1 : at;
}

size_t skipComment(std::string_view text, size_t at) {
  if (text.substr(at).starts_with("//")) {
    const size_t end = text.find('\n', at);
    return end == std::string_view::npos ? text.size() : end;
  }
  const size_t end = text.find("*/", at + 2);
  return end == std::string_view::npos ? text.size() : end + 2;
}

std::vector<std::string> literalArguments(std::string_view text, size_t at) {
  std::vector<std::string> literals;
  for (;;) {
    at = skipBlanks(text, at);
    if (at >= text.size() || text[at] != '\'') return literals;
    std::string literal;
    at = skipBlanks(text, skipQuoted(text, at, &literal));
    if (at >= text.size() || (text[at] != ',' && text[at] != ')')) return literals;
    literals.push_back(std::move(literal));
    if (text[at++] == ')') return literals;
  }
}

}  // namespace

Mentions scanExpression(std::string_view text) {
  Mentions out;
  for (size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (text[at] == '\'' || text[at] == '`') {
      at = skipQuoted(text, at, nullptr);
    } else if (rest.starts_with("//") || rest.starts_with("/*")) {
      at = skipComment(text, at);
    } else if (text[at] == '%') {
      const uint32_t offset = static_cast<uint32_t>(at++);
      std::string name;
      if (at < text.size() && (text[at] == '`' || text[at] == '\'')) {
        at = skipQuoted(text, at, &name);
      } else {
        while (at < text.size() && isWord(text[at])) name += text[at++];
      }
      out.variables.push_back({std::move(name), offset});
    } else if (isWord(text[at])) {
      const size_t begin = at;
      while (at < text.size() && isWord(text[at])) ++at;
      const size_t open = skipBlanks(text, at);
      if (open < text.size() && text[open] == '(')
        out.calls.push_back({std::string(text.substr(begin, at - begin)), literalArguments(text, open + 1),
                             static_cast<uint32_t>(begin)});
    } else {
      ++at;
    }
  }
  return out;
}

}  // namespace mappings::engine
