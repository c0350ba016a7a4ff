#include "fhir/terminology/grammar_systems.h"

#include <algorithm>

#include "fhir/base/text.h"
#include "fhir/terminology/ucum.h"

namespace fhir::terminology {
namespace {

bool isAlpha(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isAlnum(char c) { return isAlpha(c) || isDigit(c); }

template <typename Test>
bool all(std::string_view text, Test test) {
  return std::all_of(text.begin(), text.end(), test);
}

// RFC 6838 4.2: restricted names.
bool isRestrictedName(std::string_view text) {
  if (text.empty() || text.size() > 127 || !isAlnum(text[0])) return false;
  return all(text,
             [](char c) { return isAlnum(c) || std::string_view("!#$&-^_.+").find(c) != std::string_view::npos; });
}

// type/subtype and parameters; FHIR also uses "text/cql" and patterns such as "image/*" are not codes.
bool isMediaType(std::string_view code) {
  auto pieces = base::split(code, ';');
  std::string_view type = base::trim(pieces[0]);
  size_t slash = type.find('/');
  if (slash == std::string_view::npos) return false;
  if (!isRestrictedName(type.substr(0, slash)) || !isRestrictedName(type.substr(slash + 1))) return false;
  for (size_t i = 1; i < pieces.size(); ++i) {
    std::string_view parameter = base::trim(pieces[i]);
    size_t equals = parameter.find('=');
    if (equals == std::string_view::npos || !isRestrictedName(parameter.substr(0, equals))) return false;
    if (equals + 1 == parameter.size()) return false;
  }
  return true;
}

// RFC 5646 2.1: language, extended language, script, region, variants, extensions, private use.
bool isLanguageTag(std::string_view code) {
  auto tags = base::split(code, '-');
  size_t at = 0;
  auto is = [&](auto test) { return at < tags.size() && test(tags[at]); };
  auto privateUse = [&] {
    if (!is([](auto t) { return t == "x" || t == "X"; })) return false;
    size_t begin = ++at;
    while (is([](auto t) { return !t.empty() && t.size() <= 8 && all(t, isAlnum); })) ++at;
    return at > begin && at == tags.size();
  };
  if (privateUse()) return true;
  at = 0;
  if (!is([](auto t) { return t.size() >= 2 && t.size() <= 8 && all(t, isAlpha); })) return false;
  bool extended = tags[0].size() <= 3;
  ++at;
  for (int i = 0; extended && i < 3 && is([](auto t) { return t.size() == 3 && all(t, isAlpha); }); ++i) ++at;
  if (is([](auto t) { return t.size() == 4 && all(t, isAlpha); })) ++at;
  if (is([](auto t) { return (t.size() == 2 && all(t, isAlpha)) || (t.size() == 3 && all(t, isDigit)); })) ++at;
  while (is([](auto t) {
    return (t.size() >= 5 && t.size() <= 8 && all(t, isAlnum)) || (t.size() == 4 && isDigit(t[0]) && all(t, isAlnum));
  })) {
    ++at;
  }
  while (is([](auto t) { return t.size() == 1 && isAlnum(t[0]) && t != "x" && t != "X"; })) {
    size_t begin = ++at;
    while (is([](auto t) { return t.size() >= 2 && t.size() <= 8 && all(t, isAlnum); })) ++at;
    if (at == begin) return false;
  }
  return at == tags.size() || privateUse();
}

// A country's two letters, a hyphen, one to three letters or digits.
bool isSubdivision(std::string_view code) {
  if (code.size() < 4 || code.size() > 6 || code[2] != '-') return false;
  return all(code.substr(0, 2), isAlpha) && all(code.substr(3), isAlnum);
}

bool isAbsoluteUri(std::string_view code) {
  size_t colon = code.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == code.size() || !isAlpha(code[0])) return false;
  if (!all(code.substr(0, colon), [](char c) { return isAlnum(c) || c == '+' || c == '-' || c == '.'; }))
    return false;
  return all(code, [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '<' && c != '>' && c != '"'; });
}

bool isUnit(std::string_view code) { return UcumUnit::parse(code).ok(); }

struct Grammar {
  std::string_view system;
  bool (*accepts)(std::string_view code);
};
constexpr Grammar kGrammars[] = {
    {"http://unitsofmeasure.org", isUnit},
    {"urn:ietf:bcp:13", isMediaType},
    {"http://www.rfc-editor.org/bcp/bcp13.txt", isMediaType},
    {"urn:ietf:bcp:47", isLanguageTag},
    {"urn:iso:std:iso:3166:-2", isSubdivision},
    {"urn:ietf:rfc:3986", isAbsoluteUri},
};

const Grammar* grammarOf(std::string_view system) {
  for (const Grammar& grammar : kGrammars) {
    if (grammar.system == system) return &grammar;
  }
  return nullptr;
}

}  // namespace

std::optional<bool> isCodeOfGrammar(std::string_view system, std::string_view code) {
  const Grammar* grammar = grammarOf(system);
  if (!grammar) return std::nullopt;
  return grammar->accepts(code);
}

bool isGrammarSystem(std::string_view system) { return grammarOf(system) != nullptr; }

}  // namespace fhir::terminology
