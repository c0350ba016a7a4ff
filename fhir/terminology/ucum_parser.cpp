#include "fhir/terminology/ucum_parser.h"

#include <algorithm>

namespace fhir::terminology {
namespace {

using base::Decimal;

constexpr int kMaxDepth = 16;
constexpr int kMaxExponent = 99;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

class Parser {
 public:
  Parser(std::string_view code, const UcumTable& table, const std::function<bool(uint16_t)>& ready)
      : code_(code), table_(table), ready_(ready) {}

  UcumProduct run() {
    UcumProduct& product = product_;
    if (code_.size() > UcumUnit::kMaxLength) {
      product.too_costly = true;
      fail("the unit is longer than 200 bytes");
      return product;
    }
    bool parsed = parseTerm(1, 0);
    if (parsed && at_ < code_.size()) fail(code_[at_] == ')' ? "')' without '('" : "unexpected character");
    product.ok = parsed && product.trouble.empty();
    if (product.ok && (components_ != 1 || special_exponent_ != 1)) makeOrdinary();
    return product;
  }

 private:
  bool fail(std::string sentence) {
    if (product_.trouble.empty()) {
      product_.trouble = std::move(sentence);
      product_.at = at_;
    }
    return false;
  }
  bool tooFar() {
    product_.too_costly = true;
    return fail("the unit's factor or powers are out of reach");
  }

  // [/]component{./component}; `sign` is -1 inside a divisor.
  bool parseTerm(int sign, int depth) {
    if (depth > kMaxDepth) return tooFar();
    int next = sign;
    if (at_ < code_.size() && code_[at_] == '/') {
      next = -sign;
      ++at_;
    }
    while (true) {
      if (!parseComponent(next, depth)) return false;
      if (at_ >= code_.size() || (code_[at_] != '.' && code_[at_] != '/')) return true;
      next = code_[at_] == '/' ? -sign : sign;
      ++at_;
    }
  }

  bool parseComponent(int sign, int depth) {
    ++components_;
    if (at_ >= code_.size()) return fail(code_.empty() ? "the unit is empty" : "the unit ends too early");
    if (code_[at_] == '(') {
      ++at_;
      if (!parseTerm(sign, depth + 1)) return false;
      if (at_ >= code_.size() || code_[at_] != ')') return fail("expected ')'");
      ++at_;
      return parseAnnotation();
    }
    if (code_[at_] == '{') return parseAnnotation();
    std::string_view symbol = readSymbol();
    if (symbol.empty()) return fail("expected a unit");
    if (std::all_of(symbol.begin(), symbol.end(), isDigit)) {
      if (!parseNumber(symbol, sign)) return false;
    } else if (!parseUnit(symbol, sign)) {
      return false;
    }
    return parseAnnotation();
  }

  bool parseAnnotation() {
    if (at_ >= code_.size() || code_[at_] != '{') return true;
    size_t end = at_ + 1;
    while (end < code_.size() && code_[end] != '}') {
      unsigned char c = static_cast<unsigned char>(code_[end]);
      if (c < 0x20 || c == '{' || c == 0x7F) {
        at_ = end;
        return fail("an annotation holds printable characters only");
      }
      ++end;
    }
    if (end >= code_.size()) return fail("the annotation does not end");
    at_ = end + 1;
    return true;
  }

  // Up to the next operator; square brackets keep theirs.
  std::string_view readSymbol() {
    size_t from = at_;
    bool inside = false;
    for (; at_ < code_.size(); ++at_) {
      char c = code_[at_];
      if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F) break;
      if (c == '[') inside = true;
      if (c == ']') inside = false;
      if (!inside && (c == '.' || c == '/' || c == '(' || c == ')' || c == '{' || c == '}')) break;
    }
    return code_.substr(from, at_ - from);
  }

  bool parseNumber(std::string_view digits, int sign) {
    auto value = Decimal::parse(digits);
    if (!value || value->isZero()) return fail("a number in a unit is a whole number without leading zeros");
    if (!scale(*value, sign)) return false;
    auto number = sign > 0 ? product_.number.multiply(*value) : product_.number.divide(*value);
    if (!number) return tooFar();
    product_.number = *number;
    return true;
  }

  bool parseUnit(std::string_view symbol, int sign) {
    Decimal prefix = Decimal::fromInteger(1);
    int exponent = 1;
    uint16_t index = find(symbol, prefix);
    std::string_view simple = symbol;
    if (index == 0) {
      simple = withoutExponent(symbol, exponent);
      index = simple.empty() || exponent == 0 ? 0 : find(simple, prefix);
    }
    if (index == 0) {
      at_ -= symbol.size();
      return fail("there is no unit " + std::string(symbol));
    }
    if (exponent > kMaxExponent || exponent < -kMaxExponent) return tooFar();
    if (ready_ && !ready_(index)) return tooFar();
    exponent *= sign;
    return apply(index, prefix, exponent) && addPart(simple, exponent);
  }

  // "m-2" -> "m", -2; empty when there is no exponent at the end.
  static std::string_view withoutExponent(std::string_view symbol, int& exponent) {
    size_t digits = symbol.size();
    while (digits > 0 && isDigit(symbol[digits - 1])) --digits;
    if (digits == symbol.size() || digits == 0 || symbol.size() - digits > 3) return {};
    int value = 0;
    for (char c : symbol.substr(digits)) value = value * 10 + (c - '0');
    if (symbol[digits - 1] == '-' || symbol[digits - 1] == '+') {
      if (symbol[digits - 1] == '-') value = -value;
      --digits;
    }
    exponent = value;
    return symbol.substr(0, digits);
  }

  // An atom, or a prefix and a metric atom.
  uint16_t find(std::string_view symbol, Decimal& prefix) const {
    if (uint16_t index = table_.find(symbol)) return index;
    for (const UcumPrefix& candidate : table_.prefixes) {
      if (!symbol.starts_with(candidate.code)) continue;
      uint16_t index = table_.find(symbol.substr(candidate.code.size()));
      if (index == 0 || !table_.atoms[index].metric) continue;
      prefix = candidate.factor;
      return index;
    }
    return 0;
  }

  bool apply(uint16_t index, const Decimal& prefix, int exponent) {
    const UcumAtom& atom = table_.atoms[index];
    if (atom.function != SpecialFunction::None) {
      product_.special = index;
      product_.special_prefix = prefix;
      special_exponent_ = exponent;
    }
    bool own = atom.function != SpecialFunction::None;  // until it is known to stand alone
    for (int i = 0; i < (exponent < 0 ? -exponent : exponent); ++i) {
      int sign = exponent < 0 ? -1 : 1;
      if (!scale(prefix, sign)) return false;
      if (!own && (!scale(atom.numerator, sign) || !scale(atom.denominator, -sign))) return false;
    }
    if (own) {
      addDimension(index, exponent);
      return true;
    }
    for (auto [unit, power] : atom.dimension) addDimension(unit, power * exponent);
    return true;
  }

  bool scale(const Decimal& factor, int sign) {
    Decimal& side = sign > 0 ? product_.numerator : product_.denominator;
    auto result = side.multiply(factor);
    if (!result) return tooFar();
    side = *result;
    return true;
  }

  void addDimension(uint16_t unit, int exponent) {
    auto& dimension = product_.dimension;
    auto at = std::lower_bound(dimension.begin(), dimension.end(), unit,
                               [](const auto& entry, uint16_t wanted) { return entry.first < wanted; });
    if (at != dimension.end() && at->first == unit) {
      at->second = static_cast<int16_t>(at->second + exponent);
      if (at->second == 0) dimension.erase(at);
    } else {
      dimension.insert(at, {unit, static_cast<int16_t>(exponent)});
    }
  }

  bool addPart(std::string_view symbol, int exponent) {
    auto& parts = product_.parts;
    auto at = std::find_if(parts.begin(), parts.end(), [&](const auto& part) { return part.symbol == symbol; });
    if (at == parts.end()) {
      parts.push_back({std::string(symbol), exponent});
    } else if ((at->exponent += exponent) == 0) {
      parts.erase(at);
    }
    return true;
  }

  // A special unit inside a product has no function; it stays the dimension that it was entered as.
  void makeOrdinary() { product_.special = 0; }

  std::string_view code_;
  const UcumTable& table_;
  const std::function<bool(uint16_t)>& ready_;
  UcumProduct product_;
  size_t at_ = 0;
  int components_ = 0;
  int special_exponent_ = 0;
};

}  // namespace

UcumProduct parseUcumProduct(std::string_view code, const UcumTable& table,
                             const std::function<bool(uint16_t)>& ready) {
  return Parser(code, table, ready).run();
}

}  // namespace fhir::terminology
