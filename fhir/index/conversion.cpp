#include "fhir/index/conversion.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace fhir::index {

using definitions::SearchType;

SearchValue& Conversion::add() { return out.emplace_back(parameter->number, parameter->type); }

void Conversion::cannotRead(uint32_t node, const char* what) {
  base::Finding finding;
  finding.severity = base::Severity::Warning;
  finding.code = "value";
  finding.what = what;
  finding.expression = model::placeOf(tree.node(node));
  finding.rule = "search parameter " + std::string(parameter->code);
  findings.add(std::move(finding));
}

void addValues(Conversion& conversion, uint32_t node) {
  const model::Record& record = conversion.record(node);
  if (shapes().shape(record) == Shape::Extension) {
    for (uint32_t i = record.first; i != 0; i = conversion.record(i).next)
      if (conversion.record(i).element == shapes().extension_value) return addValues(conversion, i);
    return;
  }
  switch (conversion.parameter->type) {
    case SearchType::Token: return addTokens(conversion, node);
    case SearchType::String: return addStrings(conversion, node);
    case SearchType::Reference: return addReferences(conversion, node);
    case SearchType::Date: return addDates(conversion, node);
    case SearchType::Number: return addNumbers(conversion, node);
    case SearchType::Quantity: return addQuantities(conversion, node);
    case SearchType::Uri: return addUris(conversion, node);
    case SearchType::Composite:
    case SearchType::Special: return;
  }
}

void addComputed(Conversion& conversion, const path::Scalar& scalar) {
  if (scalar.kind == path::ScalarKind::None || scalar.text().empty()) return;
  if (conversion.parameter->type == SearchType::Token) conversion.add().token.code = scalar.text();
  if (conversion.parameter->type == SearchType::String) conversion.add().string.text = scalar.text();
}

namespace {

auto keyOf(const TokenValue& v) { return std::tie(v.system, v.code, v.text, v.types); }
auto keyOf(const NumberValue& v) { return std::tie(v.low, v.high); }

// Negative, zero, positive, by what `type` says is filled. Both are values of one parameter.
bool less(const SearchValue& a, const SearchValue& b) {
  switch (a.type) {
    case SearchType::Token: return keyOf(a.token) < keyOf(b.token);
    case SearchType::String: return a.string.text < b.string.text;
    case SearchType::Reference: {
      auto key = [](const ReferenceValue& v) {
        return std::tuple_cat(std::tie(v.type, v.id, v.url, v.display), keyOf(v.identifier));
      };
      return key(a.reference) < key(b.reference);
    }
    case SearchType::Date: return std::tie(a.date.low, a.date.high) < std::tie(b.date.low, b.date.high);
    case SearchType::Number: return keyOf(a.number) < keyOf(b.number);
    case SearchType::Quantity: {
      auto key = [](const QuantityValue& v) {
        return std::tuple_cat(std::tie(v.system, v.code, v.unit, v.canonical_unit), keyOf(v.value),
                              keyOf(v.canonical_value));
      };
      return key(a.quantity) < key(b.quantity);
    }
    case SearchType::Uri: return a.uri.uri < b.uri.uri;
    case SearchType::Composite:
      return std::lexicographical_compare(a.parts.begin(), a.parts.end(), b.parts.begin(), b.parts.end(), less);
    case SearchType::Special: return false;
  }
  return false;
}

bool equal(const SearchValue& a, const SearchValue& b) { return !less(a, b) && !less(b, a); }

void dropFewRepeats(std::vector<SearchValue>& values, size_t first) {
  for (size_t i = first + 1; i < values.size();) {
    const auto same = [&](const SearchValue& other) { return equal(other, values[i]); };
    const auto end = values.begin() + static_cast<ptrdiff_t>(i);
    if (std::any_of(values.begin() + static_cast<ptrdiff_t>(first), end, same)) {
      values.erase(end);
    } else {
      ++i;
    }
  }
}

}  // namespace

void dropRepeats(std::vector<SearchValue>& values, size_t first) {
  const size_t count = values.size() - first;
  if (count < 2) return;
  if (count <= 8) return dropFewRepeats(values, first);
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), first);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (less(values[a], values[b])) return true;
    return !less(values[b], values[a]) && a < b;
  });
  std::vector<bool> repeated(count);
  bool any = false;
  for (size_t i = 1; i < count; ++i) {
    if (less(values[order[i - 1]], values[order[i]])) continue;
    repeated[order[i] - first] = any = true;
  }
  if (!any) return;
  size_t kept = first;
  for (size_t i = first; i < values.size(); ++i) {
    if (repeated[i - first]) continue;
    if (kept != i) values[kept] = std::move(values[i]);
    ++kept;
  }
  values.erase(values.begin() + static_cast<ptrdiff_t>(kept), values.end());
}

}  // namespace fhir::index
