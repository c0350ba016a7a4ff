#include "mappings/engine/measured_text.h"

#include <array>
#include <utility>

#include "mappings/engine/plain_text.h"

namespace mappings::engine {
namespace {

using fhir::base::Decimal;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view skipBlanks(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  return text;
}

// A comparator in front, taken off.
std::string takeComparator(std::string_view& text) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kForms = {{{"<=", "<="},
                                                                                            {">=", ">="},
                                                                                            {"=<", "<="},
                                                                                            {"=>", ">="},
                                                                                            {"≤", "<="},
                                                                                            {"≥", ">="},
                                                                                            {"≦", "<="},
                                                                                            {"≧", ">="},
                                                                                            {"<", "<"},
                                                                                            {">", ">"}}};
  for (const auto& [written, meant] : kForms) {
    if (!text.starts_with(written)) continue;
    text = skipBlanks(text.substr(written.size()));
    return std::string(meant);
  }
  return "";
}

// [-]digits[.digits] in front, taken off; as a JSON number.
std::string takeNumber(std::string_view& text) {
  size_t end = 0;
  std::string out;
  if (text.starts_with('-') || text.starts_with('+')) {
    if (text[0] == '-') out = "-";
    end = 1;
  }
  const size_t begin = end;
  while (end < text.size() && isDigit(text[end])) ++end;
  const bool leading_point = end == begin && end < text.size() && text[end] == '.';
  if (end == begin && !leading_point) return "";
  size_t first = begin;
  while (first + 1 < end && text[first] == '0') ++first;  // 007 is no JSON number
  out += leading_point ? "0" : std::string(text.substr(first, end - first));
  if (end + 1 < text.size() && text[end] == '.' && isDigit(text[end + 1])) {
    size_t stop = end + 1;
    while (stop < text.size() && isDigit(text[stop])) ++stop;
    out += text.substr(end, stop - end);
    end = stop;
  } else if (leading_point) {
    return "";
  }
  if (out.size() > 38) return "";
  text = text.substr(end);
  return out;
}

// What may stand between the two ends of a range.
bool takeDash(std::string_view& text) {
  std::string_view rest = skipBlanks(text);
  bool found = false;
  for (bool more = true; more;) {
    more = false;
    for (std::string_view dash : {"-", "~", "～", "〜", "—", "–", "－", "−", "至"}) {
      if (!rest.starts_with(dash)) continue;
      rest.remove_prefix(dash.size());
      found = more = true;
    }
  }
  if (found) text = skipBlanks(rest);
  return found;
}

bool isUnitText(std::string_view text) {
  if (text.size() > 24) return false;
  for (size_t at = 0; at < text.size();) {
    const char32_t c = nextCharacter(text, at);
    if (c == ':' || c == '~' || c == '(' || c == '<' || c == '>' || c == ',' || c == ';') return false;
  }
  // A number that goes on after a sign ("3.5-9.5", "2025-03-06") is something else; "10^9/L" may hold digits.
  return !(text[0] == '-' || text[0] == '+' || text[0] == '.' || text.starts_with("—") || text.starts_with("–"));
}

std::optional<ReferenceRange> readOneRange(std::string_view text) {
  ReferenceRange range;
  range.text = std::string(text);
  const std::string comparator = takeComparator(text);
  std::string first = takeNumber(text);
  if (first.empty()) return std::nullopt;
  if (!comparator.empty()) {
    (comparator[0] == '<' ? range.high : range.low) = first;
    range.open = comparator.size() == 1;
    return skipBlanks(text).empty() ? std::optional(range) : std::nullopt;
  }
  if (!takeDash(text)) return std::nullopt;
  std::string second = takeNumber(text);
  if (second.empty() || !skipBlanks(text).empty()) return std::nullopt;
  auto low = Decimal::parse(first);
  auto high = Decimal::parse(second);
  if (!low.ok() || !high.ok() || *low > *high) return std::nullopt;
  range.low = first;
  range.high = second;
  return range;
}

std::string takeSex(std::string_view& text) {
  std::string sex;
  if (text.starts_with("男")) sex = "male";
  if (text.starts_with("女")) sex = "female";
  if (sex.empty()) return sex;
  text.remove_prefix(std::string_view("男").size());
  for (std::string_view word : {"性", ":", " "})
    if (text.starts_with(word)) text.remove_prefix(word.size());
  text = skipBlanks(text);
  return sex;
}

// "男:4.3-5.8 女:3.8-5.1" -> two pieces, each beginning with its sex.
std::vector<std::string_view> splitBySex(std::string_view text) {
  std::vector<std::string_view> pieces;
  size_t begin = 0;
  for (size_t at = 1; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    if (!rest.starts_with("男") && !rest.starts_with("女")) continue;
    pieces.push_back(text.substr(begin, at - begin));
    begin = at;
  }
  pieces.push_back(text.substr(begin));
  for (std::string_view& piece : pieces)
    while (!piece.empty() &&
           (piece.back() == ' ' || piece.back() == ';' || piece.back() == ',' || piece.back() == '/'))
      piece.remove_suffix(1);
  return pieces;
}

}  // namespace

std::optional<MeasuredNumber> readMeasured(std::string_view text) {
  const std::string plain = plainText(text);
  std::string_view rest = plain;
  MeasuredNumber out;
  out.comparator = takeComparator(rest);
  out.digits = takeNumber(rest);
  if (out.digits.empty()) return std::nullopt;
  rest = trimmed(rest);
  if (!rest.empty() && !isUnitText(rest)) return std::nullopt;
  auto value = Decimal::parse(out.digits);
  if (!value.ok()) return std::nullopt;
  out.value = *value;
  out.unit = std::string(rest);
  return out;
}

std::optional<MeasuredRatio> readRatio(std::string_view text) {
  const std::string plain = plainText(text);
  std::string_view rest = plain;
  MeasuredRatio out;
  out.numerator = takeNumber(rest);
  rest = skipBlanks(rest);
  if (out.numerator.empty() || !rest.starts_with(':')) return std::nullopt;
  rest = skipBlanks(rest.substr(1));
  out.denominator = takeNumber(rest);
  if (out.denominator.empty() || !rest.empty()) return std::nullopt;
  return out;
}

std::vector<ReferenceRange> readRanges(std::string_view text) {
  const std::string written(trimmed(text));
  if (written.empty()) return {};
  const std::string plain = plainText(written);
  std::vector<ReferenceRange> out;
  for (std::string_view piece : splitBySex(plain)) {
    std::string_view rest = piece;
    const std::string sex = takeSex(rest);
    auto range = readOneRange(rest);
    if (!range || (sex.empty() && !out.empty())) return {{"", "", false, "", written}};
    range->sex = sex;
    range->text = sex.empty() ? written : std::string(piece);
    out.push_back(*range);
  }
  return out;
}

std::string interpretNumber(const MeasuredNumber& number, const std::vector<ReferenceRange>& ranges,
                            std::string_view sex) {
  const ReferenceRange* range = nullptr;
  for (const ReferenceRange& candidate : ranges)
    if (candidate.sex.empty() || candidate.sex == sex) range = &candidate;
  if (range == nullptr || (range->low.empty() && range->high.empty())) return "";
  const auto low = Decimal::parse(range->low);
  const auto high = Decimal::parse(range->high);
  const bool has_low = low.ok();
  const bool has_high = high.ok();
  if (number.comparator.starts_with('<')) return has_low && number.value <= *low ? "L" : "";
  if (number.comparator.starts_with('>')) return has_high && number.value >= *high ? "H" : "";
  if (has_low && (number.value < *low || (range->open && number.value == *low))) return "L";
  if (has_high && (number.value > *high || (range->open && number.value == *high))) return "H";
  return "N";
}

}  // namespace mappings::engine
