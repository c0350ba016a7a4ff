#pragma once
// Extractor: resource -> search values, by the published expressions of the search parameters
// (R4 3.1.1.4 and the search parameter registry). One file per search type beside this one.
// Thread-safe: one Extractor serves all threads; each call brings its own Arena.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/base/issue.h"
#include "fhir/base/result.h"
#include "fhir/definitions/lookup.h"
#include "fhir/model/document.h"

namespace fhir::index {

struct TokenValue {
  std::string system;  // empty: none given
  std::string code;
  std::string text;                                        // display or text, for :text; may be empty
  std::vector<std::pair<std::string, std::string>> types;  // Identifier.type.coding (system, code), for :of-type
};
struct StringValue {
  std::string text;  // as sent; folded() makes the form that is compared
};
struct ReferenceValue {
  std::string type;  // "Patient"; empty for absolute URLs, urn: and identifier-only references
  std::string id;
  std::string url;        // absolute URL, canonical (without |version) or urn, when not type/id
  TokenValue identifier;  // Reference.identifier, for :identifier; code empty when absent
  std::string display;    // for :text
};
struct DateValue {
  int64_t low = INT64_MIN;  // microseconds since 1970-01-01T00:00Z, [low, high)
  int64_t high = INT64_MAX;
};
struct NumberValue {
  std::string low;  // Decimal::orderKey of the bounds of the implied precision
  std::string high;
};
struct QuantityValue {
  std::string system;
  std::string code;  // code, or the unit text when there is no code
  std::string unit;  // the unit text where it differs from the code
  NumberValue value;
  std::string canonical_unit;  // UCUM canonical form when system is UCUM and it converts; else empty
  NumberValue canonical_value;
};
struct UriValue {
  std::string uri;
};

// One value of one parameter. Only the member that `type` names is there (Composite: `parts`, in component order;
// Special: none); the others must not be read. A resource has many values, so they share their memory.
struct SearchValue {
  SearchValue(definitions::ParameterNumber parameter, definitions::SearchType type);
  SearchValue(const SearchValue& other);
  SearchValue(SearchValue&& other) noexcept;
  SearchValue& operator=(const SearchValue& other);
  SearchValue& operator=(SearchValue&& other) noexcept;
  ~SearchValue();

  definitions::ParameterNumber parameter;
  definitions::SearchType type;  // fixed
  union {
    TokenValue token;
    StringValue string;
    ReferenceValue reference;
    DateValue date;
    NumberValue number;
    QuantityValue quantity;
    UriValue uri;
    std::vector<SearchValue> parts;
  };

 private:
  template <typename Do>
  static void with(SearchValue& value, Do&& action);
};

struct ExtractorOptions {
  int zone_minutes = 480;  // the site's zone for dates without one
  // Parameters whose values nobody asks for (a composite that a search answers from its parts).
  std::vector<definitions::ParameterNumber> leave_out;
  // Off: every expression goes through the FHIRPath evaluator. Slower, equal; for the test that holds both equal.
  bool specialised = true;
};

class Extractor {
 public:
  // Compiles the expressions of all R4 search parameters. Why::Fault if one does not compile.
  static base::Result<Extractor> create(const definitions::Definitions& definitions,
                                        const ExtractorOptions& options = {});
  Extractor(Extractor&&) noexcept;
  Extractor& operator=(Extractor&&) noexcept;
  ~Extractor();

  // Values of all parameters of the resource's type, without repeats, in parameter order. What cannot be
  // indexed (an impossible date) is a finding; the rest goes in.
  std::vector<SearchValue> extract(const model::Document& document, base::Arena& arena,
                                   base::Findings& findings) const;

  // Ids of the Patients in whose compartment the resource is (definitions' Patient compartment, computed from
  // `values`); for a Patient, `id` itself. Sorted, without repeats.
  std::vector<std::string> patientCompartments(const model::Document& document, std::string_view id,
                                               const std::vector<SearchValue>& values) const;

  // The date by which a clinic's screen orders the type (Observation.effective, Encounter.period.start, ...),
  // microseconds; INT64_MIN when the resource has none.
  int64_t clinicalDate(const model::Document& document, const std::vector<SearchValue>& values) const;

 private:
  struct Programs;
  explicit Extractor(std::unique_ptr<const Programs> programs);
  std::unique_ptr<const Programs> programs_;
};

// How strings are compared in search: NFKC (full width to half width), case folded, accents removed
// (R4 3.1.1.4.8), white space collapsed. Han characters stay.
std::string folded(std::string_view text);

}  // namespace fhir::index
