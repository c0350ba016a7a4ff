#include "gateway/record/search/composite_rows.h"

#include <vector>

#include "fhir/base/digest.h"
#include "gateway/record/search/derived_parameters.h"

namespace gateway::record::search {

using fhir::base::Result;
using fhir::base::Why;
using fhir::definitions::SearchType;
using fhir::index::SearchValue;

namespace {

constexpr char kBetween = '\x1f';

int64_t hash(std::string_view text) { return static_cast<int64_t>(fhir::base::hash64(text)); }

std::string joined(char kind, std::string_view a) {
  std::string text(1, kind);
  text += kBetween;
  text += a;
  return text;
}

std::string joined(char kind, std::string_view a, std::string_view b) {
  std::string text = joined(kind, a);
  text += kBetween;
  text += b;
  return text;
}

bool isRanged(SearchType type) {
  return type == SearchType::String || type == SearchType::Number || type == SearchType::Quantity ||
         type == SearchType::Date;
}

std::vector<std::string> keyTexts(const SearchValue& part) {
  switch (part.type) {
    case SearchType::Token:
      if (part.token.code.empty()) return {};
      return {joined('t', part.token.system, part.token.code), joined('c', part.token.code)};
    case SearchType::Reference:
      if (part.reference.id.empty()) {
        if (part.reference.url.empty()) return {};
        return {joined('u', part.reference.url)};
      }
      return {joined('r', part.reference.type, part.reference.id), joined('i', part.reference.id)};
    case SearchType::Uri: return {joined('u', part.uri.uri)};
    default: return {};
  }
}

std::string keyText(SearchType type, const SearchOperand& operand) {
  switch (type) {
    case SearchType::Token:
      if (operand.code.empty()) return {};
      return operand.system ? joined('t', *operand.system, operand.code) : joined('c', operand.code);
    case SearchType::Reference:
      if (!operand.reference_url.empty()) return joined('u', operand.reference_url);
      if (!operand.reference_type.empty()) return joined('r', operand.reference_type, operand.reference_id);
      return joined('i', operand.reference_id);
    case SearchType::Uri: return joined('u', operand.text);
    default: return {};
  }
}

constexpr char kEnd = '\x1e';  // after each keyed part

void addRanged(ParameterNumber parameter, int64_t key, const SearchValue& part, IndexRows& rows) {
  if (part.type == SearchType::String) {
    rows.strings.push_back({parameter, compositeText(key, fhir::index::folded(part.string.text)),
                            compositeExact(key, part.string.text)});
  } else if (part.type == SearchType::Number) {
    rows.numbers.push_back({parameter, key, part.number.low, part.number.high});
  } else if (part.type == SearchType::Date) {
    rows.numbers.push_back({parameter, key, compositeDate(part.date.low), compositeDate(part.date.high)});
  } else if (part.type == SearchType::Quantity) {
    const auto& q = part.quantity;
    rows.numbers.push_back({parameter, compositeUnit(key, 0), q.value.low, q.value.high});
    if (!q.code.empty()) {
      rows.numbers.push_back({parameter, compositeUnit(key, unitHash({}, q.code)), q.value.low, q.value.high});
    }
    if (!q.system.empty() && !q.code.empty()) {
      rows.numbers.push_back({parameter, compositeUnit(key, unitHash(q.system, q.code)), q.value.low, q.value.high});
    }
    if (!q.unit.empty()) {
      rows.numbers.push_back({parameter, compositeUnit(key, unitHash({}, q.unit)), q.value.low, q.value.high});
    }
    if (!q.canonical_unit.empty()) {
      rows.numbers.push_back({parameter, compositeUnit(key, canonicalUnitHash(q.canonical_unit)),
                              q.canonical_value.low, q.canonical_value.high});
    }
  }
}

}  // namespace

void appendCompositeRows(const SearchValue& value, IndexRows& rows) {
  std::vector<std::string> texts = {"k"};
  const SearchValue* ranged = nullptr;
  for (const auto& part : value.parts) {
    if (isRanged(part.type)) {
      if (ranged != nullptr) return;  // not offered: see compositeKey
      ranged = &part;
      continue;
    }
    std::vector<std::string> longer;
    for (const auto& start : texts) {
      for (const auto& text : keyTexts(part)) longer.push_back(start + kBetween + text + kEnd);
    }
    texts = std::move(longer);
  }
  for (auto& text : texts) {
    int64_t key = hash(text);
    if (ranged != nullptr) {
      addRanged(value.parameter, key, *ranged, rows);
    } else {
      rows.hashed.push_back({value.parameter, key, std::move(text)});
    }
  }
}

Result<CompositeKey> compositeKey(const fhir::definitions::Definitions& definitions,
                                  const fhir::definitions::SearchParameter& parameter, const SearchOperand& operand) {
  CompositeKey found;
  std::string text = "k";
  auto components = componentsOf(definitions, parameter);
  for (size_t i = 0; i < components.size() && i < operand.parts.size(); ++i) {
    SearchType type = components[i] == nullptr ? SearchType::Special : components[i]->type;
    if (isRanged(type)) {
      if (found.ranged != SIZE_MAX) {
        return fhir::base::Error{Why::Unsupported, "composite parameters that compare two values are not offered",
                                 std::string(parameter.code)};
      }
      found.ranged = i;
      found.ranged_type = type;
      continue;
    }
    std::string part = keyText(type, operand.parts[i]);
    if (part.empty()) {
      return fhir::base::Error{Why::Unsupported, "a part of a composite value needs a code, not only a system",
                               std::string(parameter.code)};
    }
    text += kBetween;
    text += part;
    text += kEnd;
  }
  found.key = hash(text);
  return found;
}

int64_t compositeUnit(int64_t key, int64_t unit) {
  return hash(joined('q', std::to_string(key), std::to_string(unit)));
}

std::string compositeText(int64_t key, std::string_view folded) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  auto bits = static_cast<uint64_t>(key);
  for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[(bits >> shift) & 15];
  text += folded;
  return text;
}

int64_t compositeExact(int64_t key, std::string_view text) { return hash(joined('x', std::to_string(key), text)); }

std::string compositeDate(int64_t microseconds) {
  auto bits = static_cast<uint64_t>(microseconds) ^ (uint64_t{1} << 63);
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>((bits >> shift) & 255);
  return bytes;
}

}  // namespace gateway::record::search
