#include "fhir/path/strings.h"

#include <locale.h>
#include <wctype.h>

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

// The case of letters is a fact of Unicode, taken from the C library's UTF-8 locale, whatever the process's own
// locale is. Without that locale only ASCII letters change.
locale_t unicodeLocale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

bool isLetter(char32_t c) {
  locale_t locale = unicodeLocale();
  return locale ? iswalpha_l(static_cast<wint_t>(c), locale) != 0 : c < 0x80 && ((c | 32) >= 'a' && (c | 32) <= 'z');
}

char32_t converted(char32_t c, bool upper) {
  if (c < 0x80) {
    bool other_case = upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z';
    return other_case ? c ^ 32 : c;
  }
  locale_t locale = unicodeLocale();
  if (!locale) return c;
  wint_t wide = static_cast<wint_t>(c);
  return static_cast<char32_t>(upper ? towupper_l(wide, locale) : towlower_l(wide, locale));
}

}  // namespace

std::string upperCase(std::string_view text) {
  constexpr char32_t kSharpS = 0xDF;
  std::string out;
  for (size_t at = 0; at < text.size();) {
    base::CodePoint point = base::codePointAt(text, at);
    at += point.length;
    if (point.value == kSharpS) {
      out += "SS";
    } else {
      base::appendUtf8(out, converted(point.value, true));
    }
  }
  return out;
}

std::string lowerCase(std::string_view text) {
  constexpr char32_t kSigma = 0x3A3, kFinalSigma = 0x3C2;
  std::string out;
  bool after_letter = false;
  for (size_t at = 0; at < text.size();) {
    base::CodePoint point = base::codePointAt(text, at);
    at += point.length;
    bool before_letter = at < text.size() && isLetter(base::codePointAt(text, at).value);
    bool last = point.value == kSigma && after_letter && !before_letter;
    base::appendUtf8(out, last ? kFinalSigma : converted(point.value, false));
    after_letter = isLetter(point.value);
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
