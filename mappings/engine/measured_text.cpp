#include "mappings/engine/measured_text.h"

#include <array>
#include <initializer_list>
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

// The bounds in front, taken off.
bool takeBounds(std::string_view& text, ReferenceRange& range) {
  const std::string comparator = takeComparator(text);
  std::string first = takeNumber(text);
  if (first.empty()) return false;
  if (!comparator.empty()) {
    (comparator[0] == '<' ? range.high : range.low) = first;
    range.open = comparator.size() == 1;
    return true;
  }
  if (!takeDash(text)) return false;
  std::string second = takeNumber(text);
  auto low = Decimal::parse(first);
  auto high = Decimal::parse(second);
  if (second.empty() || !low.ok() || !high.ok() || *low > *high) return false;
  range.low = first;
  range.high = second;
  return true;
}

bool takeWord(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

std::string takeAgeUnit(std::string_view& text) {
  for (const auto& [word, unit] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"周岁", "a"}, {"岁", "a"}, {"个月", "mo"}, {"月", "mo"}, {"天", "d"}, {"日", "d"}})
    if (takeWord(text, word)) return std::string(unit);
  return "";
}

// "18-60岁", "≥60岁", "60岁以上", taken off; nothing is when what looks like an age has no unit.
void takeAge(std::string_view& text, ReferenceRange& range) {
  std::string_view rest = text;
  ReferenceRange age;
  if (!takeBounds(rest, age)) {
    rest = text;
    age = {};
    age.low = takeNumber(rest);
    if (age.low.empty()) return;
    range.age_unit = takeAgeUnit(rest);
    const bool below = takeWord(rest, "以下") || takeWord(rest, "以内");
    const bool above = !below && takeWord(rest, "以上");
    if (!below && !above) age.high = age.low;
    if (below) std::swap(age.low, age.high);
  } else {
    range.age_unit = takeAgeUnit(rest);
  }
  if (range.age_unit.empty()) return;
  range.age_low = age.low;
  range.age_high = age.high;
  text = rest;
}

std::string takeSex(std::string_view& text) {
  const std::string sex = takeWord(text, "男") ? "male" : takeWord(text, "女") ? "female" : "";
  if (!sex.empty()) takeWord(text, "性");
  return sex;
}

std::string takeGroup(std::string_view& text) {
  for (std::string_view word :
       {"成人", "成年人", "儿童", "小儿", "新生儿", "婴儿", "婴幼儿", "老年人", "孕妇", "非孕妇"})
    if (takeWord(text, word)) return std::string(word);
  return "";
}

std::string_view skipSeparators(std::string_view text) {
  for (bool more = true; more;) {
    more = false;
    for (std::string_view separator : {" ", ";", ",", "/", "、", "|"}) more = takeWord(text, separator) || more;
  }
  return text;
}

// Whom the piece is for: sex, age and group in any order, with a colon or blank behind each.
void takePeople(std::string_view& text, ReferenceRange& range) {
  for (size_t before = text.size() + 1; before != text.size();) {
    before = text.size();
    if (range.sex.empty()) range.sex = takeSex(text);
    if (range.age_unit.empty()) takeAge(text, range);
    if (range.group.empty()) range.group = takeGroup(text);
    text = skipBlanks(text);
    takeWord(text, ":");
    text = skipBlanks(text);
  }
}

bool isForSome(const ReferenceRange& range) {
  return !range.sex.empty() || !range.age_unit.empty() || !range.group.empty();
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
  ReferenceRange only_text;
  only_text.text = written;
  const std::string plain = plainText(written);
  std::vector<ReferenceRange> out;
  for (std::string_view rest = plain; !rest.empty();) {
    const std::string_view piece = rest;
    ReferenceRange range;
    takePeople(rest, range);
    const bool understood = takeBounds(rest, range);
    const std::string_view behind = skipSeparators(rest);
    // Several ranges without a word on whom they are for, or something glued to a bound: not understood.
    const bool alone = out.empty() && behind.empty();
    if (!understood || (!isForSome(range) && !alone) || (!behind.empty() && behind.size() == rest.size()))
      return {only_text};
    range.text = alone ? written : std::string(piece.substr(0, piece.size() - rest.size()));
    out.push_back(std::move(range));
    rest = behind;
  }
  return out.empty() ? std::vector<ReferenceRange>{only_text} : out;
}

std::string interpretNumber(const MeasuredNumber& number, const std::vector<ReferenceRange>& ranges,
                            std::string_view sex) {
  const ReferenceRange* range = nullptr;
  for (const ReferenceRange& candidate : ranges)
    if ((candidate.sex.empty() || candidate.sex == sex) && candidate.age_unit.empty() && candidate.group.empty())
      range = &candidate;
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
