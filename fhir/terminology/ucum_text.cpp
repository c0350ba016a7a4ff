// Units as laboratories and hospital systems write them -> UCUM codes.
// First a text is brought into one form (half width, no blanks, u for micro, 10*n for every way to write a power of
// ten), then ucum/aliases.tsv is asked, then UCUM itself.

#include <algorithm>
#include <unordered_map>

#include "fhir/base/text.h"
#include "fhir/terminology/ucum.h"
#include "fhir/terminology/ucum_table.h"

namespace fhir::terminology {
namespace {

struct Replacement {
  std::string_view from, to;
};
// In UTF-8: micro sign, Greek mu, superscript digits, times sign, middle dots, square metre.
constexpr Replacement kReplacements[] = {
    {"\xC2\xB5", "u"},      {"\xCE\xBC", "u"},      {"\xE3\x8E\x8D", "ug"}, {"\xE3\x8E\x8E", "mg"},
    {"\xE3\x8E\x8F", "kg"}, {"\xC3\x97", "x"},      {"\xC2\xB7", "."},      {"\xE3\x83\xBB", "."},
    {"\xE2\x81\xB0", "^0"}, {"\xC2\xB9", "^1"},     {"\xC2\xB2", "^2"},     {"\xC2\xB3", "^3"},
    {"\xE2\x81\xB4", "^4"}, {"\xE2\x81\xB5", "^5"}, {"\xE2\x81\xB6", "^6"}, {"\xE2\x81\xB7", "^7"},
    {"\xE2\x81\xB8", "^8"}, {"\xE2\x81\xB9", "^9"}, {"\xE2\x81\xBB", "^-"}, {"\xE3\x8E\xA1", "m2"},
};

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// Half width, no white space, the replacements; "¹²" becomes "^12".
std::string plainForm(std::string_view text) {
  std::string half = base::halfWidth(text);
  std::string out;
  for (size_t at = 0; at < half.size();) {
    std::string_view rest = std::string_view(half).substr(at);
    const Replacement* found = nullptr;
    for (const Replacement& candidate : kReplacements) {
      if (rest.starts_with(candidate.from)) found = &candidate;
    }
    if (!found) {
      if (!base::isBlank(half[at])) out += half[at];
      ++at;
      continue;
    }
    // A second superscript digit goes on with the first one's exponent.
    bool goes_on = found->to.size() == 2 && found->to[0] == '^' && out.size() > 1 &&
                   out.find('^') != std::string::npos &&
                   std::all_of(out.begin() + static_cast<std::ptrdiff_t>(out.rfind('^')) + 1, out.end(),
                               [](char c) { return isDigit(c) || c == '-'; });
    out += goes_on ? found->to.substr(1) : found->to;
    at += found->from.size();
  }
  return out;
}

// "x10^9/L", "10E9/L", "*10**9/L", "10e9/L" -> "10*9/L"; anything else comes back as it is.
std::string powerOfTen(const std::string& text) {
  size_t at = 0;
  while (at < text.size() && (text[at] == 'x' || text[at] == 'X' || text[at] == '*')) ++at;
  if (text.compare(at, 2, "10") != 0) return text;
  at += 2;
  size_t operators = at;
  while (at < text.size() && (text[at] == '*' || text[at] == '^' || text[at] == 'E' || text[at] == 'e')) ++at;
  if (at == operators || at - operators > 2) return text;
  size_t digits = at;
  if (at < text.size() && text[at] == '-') ++at;
  while (at < text.size() && isDigit(text[at])) ++at;
  if (at == digits || !isDigit(text[at - 1])) return text;
  std::string rest = text.substr(at);
  if (rest == "/l" || rest == "/升") rest = "/L";
  if (rest == "/ul" || rest == "/UL") rest = "/uL";
  if (rest == "/ml" || rest == "/ML") rest = "/mL";
  if (rest.starts_with("个")) rest = rest.substr(3);
  return "10*" + text.substr(digits, at - digits) + rest;
}

using Aliases = std::unordered_map<std::string_view, std::string_view>;

const Aliases& aliases() {
  static const Aliases all = [] {
    Aliases out;
    bool header = true;
    for (std::string_view line : base::split(ucumAliases(), '\n')) {
      size_t tab = line.find('\t');
      if (std::exchange(header, false) || tab == std::string_view::npos) continue;
      out.emplace(line.substr(0, tab), line.substr(tab + 1));
    }
    return out;
  }();
  return all;
}

std::optional<std::string> known(std::string_view text) {
  auto alias = aliases().find(text);
  if (alias != aliases().end()) return std::string(alias->second);
  if (UcumUnit::parse(text)) return std::string(text);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> ucumFromText(std::string_view text) {
  std::string_view trimmed = base::trim(text);
  if (trimmed.empty() || trimmed.size() > UcumUnit::kMaxLength) return std::nullopt;
  if (auto code = known(trimmed)) return code;
  std::string plain = plainForm(trimmed);
  if (auto code = known(plain)) return code;
  std::string power = powerOfTen(plain);
  return power == plain ? std::nullopt : known(power);
}

}  // namespace fhir::terminology
