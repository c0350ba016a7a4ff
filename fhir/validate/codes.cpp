#include "fhir/validate/codes.h"

#include "fhir/base/text.h"

namespace fhir::validate {
namespace {

bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isAlphanumeric(char c) { return isLetter(c) || isDigit(c); }

bool all(std::string_view text, bool (*is)(char)) {
  for (char c : text)
    if (!is(c)) return false;
  return !text.empty();
}

bool isToken(std::string_view text) {
  return all(text, [](char c) {
    return isAlphanumeric(c) || std::string_view("!#$&-^_.+*").find(c) != std::string_view::npos;
  });
}

bool between(size_t value, size_t least, size_t most) { return value >= least && value <= most; }

}  // namespace

bool isMediaType(std::string_view text) {
  const std::string_view type = base::trim(text.substr(0, text.find(';')));
  const size_t slash = type.find('/');
  if (slash == std::string_view::npos) return false;
  return isToken(type.substr(0, slash)) && isToken(type.substr(slash + 1)) && isAlphanumeric(type[0]);
}

// language[-extlang][-script][-region][-variant]*[-extension]*[-privateuse], or x-private.
bool isLanguageTag(std::string_view text) {
  const auto parts = base::split(text, '-');
  size_t i = 0;
  auto has = [&](size_t least, size_t most, bool (*is)(char)) {
    return i < parts.size() && between(parts[i].size(), least, most) && all(parts[i], is);
  };
  auto is_single = [&](char wanted) {
    return i < parts.size() && parts[i].size() == 1 && (parts[i][0] | 0x20) == wanted;
  };
  if (!is_single('x')) {
    if ((parts[0] == "i" || parts[0] == "I") && parts.size() > 1) return true;  // registered of old: i-klingon
    if (!has(2, 8, isLetter)) return false;
    ++i;
    for (int extended = 0; extended < 3 && has(3, 3, isLetter); ++extended) ++i;
    if (has(4, 4, isLetter)) ++i;
    if (has(2, 2, isLetter) || has(3, 3, isDigit)) ++i;
    while (has(5, 8, isAlphanumeric) || (has(4, 4, isAlphanumeric) && isDigit(parts[i][0]))) ++i;
    while (i < parts.size() && parts[i].size() == 1 && isAlphanumeric(parts[i][0]) && !is_single('x')) {
      ++i;
      if (!has(2, 8, isAlphanumeric)) return false;
      while (has(2, 8, isAlphanumeric)) ++i;
    }
  }
  if (is_single('x')) {
    ++i;
    if (!has(1, 8, isAlphanumeric)) return false;
    while (has(1, 8, isAlphanumeric)) ++i;
  }
  return i == parts.size();
}

}  // namespace fhir::validate
