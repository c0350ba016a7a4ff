#include "mappings/engine/plain_text.h"

#include "fhir/base/text.h"

namespace mappings::engine {
namespace {

bool isBlank(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0x3000 || c == 0 || c == 0xFEFF || c == 0x200B;
}

bool isSeparator(char32_t c) { return c == ',' || c == ';' || c == '|' || c == 0xFF0C || c == 0xFF1B || c == 0x3001; }

}  // namespace

char32_t nextCharacter(std::string_view text, size_t& at) {
  const fhir::base::CodePoint point = fhir::base::codePointAt(text, at);
  at += point.length;
  return point.value;
}

std::string_view trimmed(std::string_view text) {
  size_t begin = 0;
  while (begin < text.size()) {
    size_t next = begin;
    if (!isBlank(nextCharacter(text, next))) break;
    begin = next;
  }
  size_t end = begin;
  for (size_t at = begin; at < text.size();) {
    size_t next = at;
    if (!isBlank(nextCharacter(text, next))) end = next;
    at = next;
  }
  return text.substr(begin, end - begin);
}

std::string plainText(std::string_view text) {
  std::string out;
  bool space = false;
  for (size_t at = 0; at < text.size();) {
    char32_t c = nextCharacter(text, at);
    if (c == 0 || c == 0xFEFF || c == 0x200B) continue;
    if (isBlank(c)) {
      space = true;
      continue;
    }
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
    if (space && !out.empty()) out += ' ';
    space = false;
    fhir::base::appendUtf8(out, c);
  }
  return out;
}

std::string compareForm(std::string_view text) {
  std::string plain = plainText(text);
  std::string out;
  for (char c : plain)
    if (c != ' ') out += c;
  return out;
}

std::string withoutRemark(std::string_view name) {
  std::string plain = plainText(name);
  if (!plain.ends_with(')')) return plain;
  const size_t open = plain.rfind('(');
  if (open == std::string::npos || open == 0) return plain;
  return std::string(trimmed(std::string_view(plain).substr(0, open)));
}

std::string narrativeParagraphs(std::string_view text) {
  std::string out;
  std::string paragraph;
  size_t line_ends = 0;  // since the last character that shows
  const auto close = [&] {
    if (!paragraph.empty()) out += "<p>" + paragraph + "</p>";
    paragraph.clear();
  };
  text = trimmed(text);
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n' || (c == '\r' && !text.substr(i + 1).starts_with('\n'))) {
      ++line_ends;
      continue;
    }
    if (static_cast<unsigned char>(c) < ' ' && c != '\t') continue;
    if (line_ends > 0 && c == ' ') continue;
    if (line_ends > 1)
      close();
    else if (line_ends == 1)
      paragraph += "<br/>";
    line_ends = 0;
    paragraph += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  }
  close();
  return out;
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  size_t begin = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t here = at;
    const char32_t c = nextCharacter(text, at);
    if (!isBlank(c) && !isSeparator(c)) continue;
    if (here > begin) out.push_back(text.substr(begin, here - begin));
    begin = at;
  }
  if (begin < text.size()) out.push_back(text.substr(begin));
  return out;
}

}  // namespace mappings::engine
