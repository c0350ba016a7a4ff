#pragma once
// Search values as one line of text each, as the case files write them:
//   token       system|code "text"
//   reference   Type/id or the URL, then identifier:system|value
//   date        1970-01-01T00:00:00Z .. 1970-01-02T00:00:00Z, an end left out where it is open
//   number      [4.5, 5.5]
//   quantity    [4.5, 5.5] system|code, then = [0.0045, 0.0055] canonical unit
//   composite   part & part

#include <cstdint>
#include <string>

#include "fhir/base/temporal.h"
#include "fhir/index/extractor.h"

namespace fhir::index {

// A key of Decimal::orderKey in plain notation.
inline std::string keyText(const std::string& key) {
  if (key.size() != 20) return "?";
  if (key == std::string(20, '\0')) return "-infinity";
  if (key == std::string(20, '\xff')) return "infinity";
  if (key[0] == 2) return "0";
  const bool negative = key[0] == 1;
  auto byte = [&](size_t i) { return static_cast<uint8_t>(key[i]) ^ (negative ? 0xff : 0); };
  const int exponent = static_cast<int>(byte(1) << 16 | byte(2) << 8 | byte(3)) - (1 << 23);
  unsigned __int128 coefficient = 0;
  for (size_t i = 4; i < 20; ++i) coefficient = coefficient << 8 | byte(i);
  std::string digits;
  for (; coefficient != 0; coefficient /= 10)
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(coefficient % 10)));
  while (!digits.empty() && digits.back() == '0') digits.pop_back();
  std::string out = negative ? "-" : "";
  if (exponent <= 0) return out + "0." + std::string(static_cast<size_t>(-exponent), '0') + digits;
  const auto whole = static_cast<size_t>(exponent);
  if (digits.size() <= whole) return out + digits + std::string(whole - digits.size(), '0');
  return out + digits.substr(0, whole) + "." + digits.substr(whole);
}

inline std::string numberText(const NumberValue& value) {
  return "[" + keyText(value.low) + ", " + keyText(value.high) + "]";
}

inline std::string tokenText(const TokenValue& value) {
  std::string out = value.system.empty() ? value.code : value.system + "|" + value.code;
  if (!value.text.empty()) out += (out.empty() ? "\"" : " \"") + value.text + "\"";
  return out;
}

inline std::string dateText(const DateValue& value) {
  std::string out;
  if (value.low != INT64_MIN) {
    base::Temporal low = base::Temporal::fromMicroseconds(value.low, 0);
    out = low.text() + " ";
  }
  out += "..";
  if (value.high != INT64_MAX) out += " " + base::Temporal::fromMicroseconds(value.high, 0).text();
  return out;
}

inline std::string referenceText(const ReferenceValue& value) {
  std::string out = value.type.empty() ? value.url : value.type + "/" + value.id;
  if (!value.identifier.code.empty())
    out += (out.empty() ? "identifier:" : " identifier:") + tokenText(value.identifier);
  return out;
}

inline std::string quantityText(const QuantityValue& value) {
  std::string out =
      numberText(value.value) + " " + (value.system.empty() ? value.code : value.system + "|" + value.code);
  if (!value.canonical_unit.empty()) out += " = " + numberText(value.canonical_value) + " " + value.canonical_unit;
  return out;
}

inline std::string valueText(const SearchValue& value) {
  using definitions::SearchType;
  switch (value.type) {
    case SearchType::Token: return tokenText(value.token);
    case SearchType::String: return value.string.text;
    case SearchType::Reference: return referenceText(value.reference);
    case SearchType::Date: return dateText(value.date);
    case SearchType::Number: return numberText(value.number);
    case SearchType::Quantity: return quantityText(value.quantity);
    case SearchType::Uri: return value.uri.uri;
    case SearchType::Composite: {
      std::string out;
      for (const SearchValue& part : value.parts) out += (out.empty() ? "" : " & ") + valueText(part);
      return out;
    }
    case SearchType::Special: break;
  }
  return {};
}

// With the parameter's code before it: "family: Li".
inline std::string parameterText(const SearchValue& value) {
  return std::string(definitions::r4().searchParameter(value.parameter)->code) + ": " + valueText(value);
}

}  // namespace fhir::index
