#pragma once
// Search values -> index rows, and search operands -> the hashes that find them: both sides of the index in one file,
// so that they cannot differ. Row shapes: gateway/record/store/sqlite/schema.
//
//   token      hash("t" system "|" code) and hash("s" system), or hash("n" code) without system; a code alone is
//   looked
//              for under each system of token_systems.h
//   reference  hash("r" type "/" id) (see reference_rows.h), or hash("u" url);
//              :identifier hash("I" system "|" value) and, for an operand without a bar, hash("J" value)
//   :of-type   hash("o" type system "|" type code "|" value)
//   :text      hash("T" folded text) of display, Coding.display, CodeableConcept.text, Identifier.type.text; found by
//              the beginning of the text, which hashed_text keeps
//   uri        hash("u" uri)
//   presence   one row of idx_present with the parameters that have any value: :missing
//   number     idx_number rows with unit 0
//   quantity   idx_number rows with unit 0, unitHash("", code), unitHash("", unit), unitHash(system, code), and the
//              canonical unit with canonical bounds where there is one
//   composite  composite_rows.h: toIndexRows calls appendCompositeRows for each composite value
// Parameters that derived_parameters.h calls derived (Observation.combo-code) have no rows at all.
// A 0x1F byte stands between the parts, so that no two different values have the same text.
// _id and _lastUpdated have no rows: they are the columns `id` and `last_updated` of the version.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/index/extractor.h"
#include "gateway/record/search/search_query.h"
#include "gateway/record/search/token_systems.h"

namespace gateway::record::search {

using fhir::definitions::ParameterNumber;
using fhir::definitions::TypeNumber;

struct HashedRow {
  ParameterNumber parameter;
  int64_t value;
  std::string text;  // what was hashed; for hashed_text
};
struct StringRow {
  ParameterNumber parameter;
  std::string folded;
  int64_t exact;  // exactHash
};
struct DateRow {
  ParameterNumber parameter;
  int64_t low, high;
};
struct NumberRow {
  ParameterNumber parameter;
  int64_t unit;
  std::string low, high;
};

// A token's parameter and system; for token_systems.h.
struct TokenSystem {
  ParameterNumber parameter;
  std::string system;
};

// All rows of one version, sorted, without repeats.
struct IndexRows {
  std::vector<HashedRow> hashed;
  std::vector<StringRow> strings;
  std::vector<DateRow> dates;
  std::vector<NumberRow> numbers;
  std::vector<TokenSystem> token_systems;
  std::string present;                     // ",12,34,": the parameters that have a value, ascending; empty: none
  std::vector<int64_t> patients;           // patientHash of Patient ids: compartments
  std::vector<std::string> patient_texts;  // what was hashed, beside each
  int64_t clinical_date = INT64_MIN;
};

IndexRows toIndexRows(const std::vector<fhir::index::SearchValue>& values,
                      const std::vector<std::string>& patient_ids, int64_t clinical_date);

// The hash of a reference row to this Patient, so that both share one text.
int64_t patientHash(std::string_view patient_id);
// The idx_value rows that a token, reference or uri operand asks for: one of these values of the parameter.
struct HashedOperand {
  ParameterNumber parameter = 0;
  std::vector<int64_t> values;
};
HashedOperand hashedOperand(const SearchClause& clause, const SearchOperand& operand, const TokenSystems& systems);
// What a token with this system and code is found by.
int64_t tokenHash(std::string_view system, std::string_view code);
// The value of a row that refers to this resource.
int64_t referenceHash(std::string_view type, std::string_view id);
int64_t exactHash(std::string_view text);
// The first part of the texts that :text and `uri:below` look through in hashed_text.
std::string textPrefix(std::string_view folded);
std::string uriPrefix(std::string_view uri);
// The hashes of `uri` and of the URLs above it: up to each slash.
std::vector<int64_t> uriAndAbove(std::string_view uri);
// The unit column for a quantity operand; 0 when no unit was given.
int64_t unitHash(std::string_view system, std::string_view code);
// The unit column of rows in a canonical UCUM unit.
int64_t canonicalUnitHash(std::string_view unit);
// What a parameter looks like in IndexRows.present.
std::string presenceText(ParameterNumber parameter);

}  // namespace gateway::record::search
