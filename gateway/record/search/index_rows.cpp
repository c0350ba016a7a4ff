#include "gateway/record/search/index_rows.h"

#include <algorithm>
#include <tuple>

#include "fhir/base/digest.h"
#include "fhir/definitions/lookup.h"
#include "gateway/record/search/composite_rows.h"
#include "gateway/record/search/derived_parameters.h"
#include "gateway/record/search/reference_rows.h"

namespace gateway::record::search {

using fhir::definitions::SearchType;
using fhir::index::QuantityValue;
using fhir::index::ReferenceValue;
using fhir::index::SearchValue;
using fhir::index::TokenValue;

namespace {

constexpr char kBetween = '\x1f';
constexpr std::string_view kCanonicalSystem = "http://unitsofmeasure.org#canonical";

std::string textOf(char kind, std::string_view first) {
  std::string text{kind, kBetween};
  text += first;
  return text;
}

std::string textOf(char kind, std::string_view first, std::string_view second) {
  std::string text = textOf(kind, first);
  text += kBetween;
  text += second;
  return text;
}

int64_t hashOf(std::string_view text) { return static_cast<int64_t>(fhir::base::hash64(text)); }

std::string patientText(std::string_view id) { return textOf('r', "Patient", id); }

ParameterNumber numberOf(std::string_view code) {
  const auto& definitions = fhir::definitions::r4();
  const auto* patient = definitions.type("Patient");
  const auto* parameter = patient == nullptr ? nullptr : definitions.searchParameter(patient->number, code);
  return parameter == nullptr ? 0 : parameter->number;
}

// What the sender wrote there does not count: the version has its own columns.
bool isColumn(ParameterNumber parameter) {
  static const ParameterNumber kId = numberOf("_id");
  static const ParameterNumber kLastUpdated = numberOf("_lastUpdated");
  return parameter == kId || parameter == kLastUpdated;
}

std::string ofTypeText(std::string_view system, std::string_view code, std::string_view value) {
  std::string text = textOf('o', system, code);
  text += kBetween;
  text += value;
  return text;
}

void addHashed(IndexRows& rows, ParameterNumber parameter, std::string text) {
  int64_t hash = hashOf(text);
  rows.hashed.push_back({parameter, hash, std::move(text)});
}

void addText(IndexRows& rows, ParameterNumber parameter, std::string_view text) {
  if (std::string folded = fhir::index::folded(text); !folded.empty()) addHashed(rows, parameter, textPrefix(folded));
}

void addToken(IndexRows& rows, ParameterNumber parameter, const TokenValue& token) {
  addText(rows, parameter, token.text);
  if (!token.code.empty()) {
    for (const auto& [system, code] : token.types)
      if (!code.empty()) addHashed(rows, parameter, ofTypeText(system, code, token.code));
  }
  if (!token.system.empty()) addHashed(rows, parameter, textOf('s', token.system));
  if (token.code.empty()) return;
  rows.token_systems.push_back({parameter, token.system});
  if (token.system.empty()) {
    addHashed(rows, parameter, textOf('n', token.code));
  } else {
    addHashed(rows, parameter, textOf('t', token.system, token.code));
  }
}

void addReference(IndexRows& rows, ParameterNumber parameter, const ReferenceValue& reference) {
  if (!reference.id.empty()) {
    bool has_rows = referenceRows(parameter).of == parameter;
    if (has_rows) addHashed(rows, parameter, textOf('r', reference.type, reference.id));
  }
  if (!reference.url.empty()) addHashed(rows, parameter, textOf('u', reference.url));
  addText(rows, parameter, reference.display);
  if (!reference.identifier.code.empty()) {
    addHashed(rows, parameter, textOf('I', reference.identifier.system, reference.identifier.code));
    addHashed(rows, parameter, textOf('J', reference.identifier.code));
  }
}

void addQuantity(IndexRows& rows, ParameterNumber parameter, const QuantityValue& quantity) {
  auto add = [&](int64_t unit, const fhir::index::NumberValue& value) {
    rows.numbers.push_back({parameter, unit, value.low, value.high});
  };
  add(0, quantity.value);
  if (!quantity.code.empty()) {
    add(unitHash("", quantity.code), quantity.value);
    if (!quantity.system.empty()) add(unitHash(quantity.system, quantity.code), quantity.value);
    if (!quantity.unit.empty()) add(unitHash("", quantity.unit), quantity.value);
  }
  if (!quantity.canonical_unit.empty()) {
    add(canonicalUnitHash(quantity.canonical_unit), quantity.canonical_value);
  }
}

void addValue(IndexRows& rows, const SearchValue& value) {
  switch (value.type) {
    case SearchType::Token: addToken(rows, value.parameter, value.token); break;
    case SearchType::String:
      rows.strings.push_back({value.parameter, fhir::index::folded(value.string.text), exactHash(value.string.text)});
      break;
    case SearchType::Reference: addReference(rows, value.parameter, value.reference); break;
    case SearchType::Date: rows.dates.push_back({value.parameter, value.date.low, value.date.high}); break;
    case SearchType::Number: rows.numbers.push_back({value.parameter, 0, value.number.low, value.number.high}); break;
    case SearchType::Quantity: addQuantity(rows, value.parameter, value.quantity); break;
    case SearchType::Uri: addHashed(rows, value.parameter, textOf('u', value.uri.uri)); break;
    case SearchType::Composite: appendCompositeRows(value, rows); break;
    case SearchType::Special: return;
  }
}

std::string presentIn(const std::vector<SearchValue>& values) {
  std::vector<ParameterNumber> numbers;
  for (const auto& value : values) {
    bool has_rows = !isColumn(value.parameter) && !isDerived(value.parameter);
    if (has_rows && value.type != SearchType::Special) numbers.push_back(value.parameter);
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  std::string present;
  for (auto number : numbers) {
    if (present.empty()) present = ',';
    present += std::to_string(number);
    present += ',';
  }
  return present;
}

template <typename Row, typename Key>
void sortUnique(std::vector<Row>& rows, Key key) {
  std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) { return key(a) < key(b); });
  auto same = [&](const Row& a, const Row& b) { return key(a) == key(b); };
  rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
}

}  // namespace

IndexRows toIndexRows(const std::vector<SearchValue>& values, const std::vector<std::string>& patient_ids,
                      int64_t clinical_date) {
  IndexRows rows;
  for (const auto& value : values) {
    if (!isColumn(value.parameter) && !isDerived(value.parameter)) addValue(rows, value);
  }
  rows.present = presentIn(values);
  // The text stands in the key: two texts with one hash must both reach the store, which then refuses them.
  sortUnique(rows.hashed, [](const HashedRow& row) { return std::tie(row.parameter, row.value, row.text); });
  sortUnique(rows.strings, [](const StringRow& row) { return std::tie(row.parameter, row.folded, row.exact); });
  sortUnique(rows.dates, [](const DateRow& row) { return std::tie(row.parameter, row.low, row.high); });
  sortUnique(rows.numbers, [](const NumberRow& row) { return std::tie(row.parameter, row.unit, row.low, row.high); });
  sortUnique(rows.token_systems, [](const TokenSystem& one) { return std::tie(one.parameter, one.system); });
  for (const auto& id : patient_ids) {
    rows.patient_texts.push_back(patientText(id));
    rows.patients.push_back(hashOf(rows.patient_texts.back()));
  }
  rows.clinical_date = clinical_date;
  return rows;
}

int64_t patientHash(std::string_view patient_id) { return hashOf(patientText(patient_id)); }

int64_t exactHash(std::string_view text) { return hashOf(textOf('x', text)); }

std::string textPrefix(std::string_view folded) { return textOf('T', folded); }

std::string uriPrefix(std::string_view uri) { return textOf('u', uri); }

std::vector<int64_t> uriAndAbove(std::string_view uri) {
  std::vector<int64_t> hashes = {hashOf(textOf('u', uri))};
  size_t host = uri.find("://");
  if (host == std::string_view::npos) return hashes;
  for (size_t slash = uri.find('/', host + 3); slash != std::string_view::npos; slash = uri.find('/', slash + 1)) {
    hashes.push_back(hashOf(textOf('u', uri.substr(0, slash))));
    hashes.push_back(hashOf(textOf('u', uri.substr(0, slash + 1))));
  }
  return hashes;
}

int64_t unitHash(std::string_view system, std::string_view code) {
  return code.empty() ? 0 : hashOf(textOf('q', system, code));
}

int64_t canonicalUnitHash(std::string_view unit) { return unitHash(kCanonicalSystem, unit); }

std::string presenceText(ParameterNumber parameter) { return "," + std::to_string(parameter) + ","; }

int64_t tokenHash(std::string_view system, std::string_view code) {
  return hashOf(system.empty() ? textOf('n', code) : textOf('t', system, code));
}

int64_t referenceHash(std::string_view type, std::string_view id) { return hashOf(textOf('r', type, id)); }

namespace {

HashedOperand tokenOperand(const SearchClause& clause, const SearchOperand& operand, const TokenSystems& systems) {
  HashedOperand asked{clause.parameter->number, {}};
  if (operand.system && operand.code.empty()) {
    asked.values.push_back(hashOf(textOf('s', *operand.system)));
  } else if (operand.system) {
    asked.values.push_back(tokenHash(*operand.system, operand.code));
  } else {
    auto known = systems.of(asked.parameter);  // held while it is read
    for (const auto& system : *known) asked.values.push_back(tokenHash(system, operand.code));
  }
  return asked;
}

HashedOperand referenceOperand(const SearchClause& clause, const SearchOperand& operand) {
  ParameterNumber own = clause.parameter->number;
  if (!operand.reference_url.empty()) return {own, {hashOf(textOf('u', operand.reference_url))}};
  const ReferenceRows& kept = referenceRows(own);
  std::string_view target = operand.reference_type;
  if (target.empty() && clause.target != 0) target = fhir::definitions::r4().type(clause.target)->name;
  if (!target.empty()) return {kept.of, {referenceHash(target, operand.reference_id)}};
  HashedOperand any{kept.of, {}};
  for (auto type : kept.targets)
    any.values.push_back(referenceHash(fhir::definitions::r4().type(type)->name, operand.reference_id));
  return any;
}

}  // namespace

HashedOperand hashedOperand(const SearchClause& clause, const SearchOperand& operand, const TokenSystems& systems) {
  ParameterNumber own = clause.parameter->number;
  if (clause.modifier == Modifier::Identifier) {
    if (operand.system) return {own, {hashOf(textOf('I', *operand.system, operand.code))}};
    return {own, {hashOf(textOf('J', operand.code))}};
  }
  if (clause.modifier == Modifier::OfType)
    return {own, {hashOf(ofTypeText(operand.unit_system, *operand.system, operand.code))}};
  switch (clause.parameter->type) {
    case SearchType::Reference: return referenceOperand(clause, operand);
    case SearchType::Uri: return {own, {hashOf(textOf('u', operand.text))}};
    default: return tokenOperand(clause, operand, systems);
  }
}

}  // namespace gateway::record::search
