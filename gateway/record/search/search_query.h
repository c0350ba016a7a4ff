#pragma once
// SearchQuery: a FHIR search (R4 3.1.1) as a tree, after parsing and checking, before planning. Plain values.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fhir/base/decimal.h"
#include "fhir/definitions/lookup.h"
#include "fhir/index/extractor.h"

namespace gateway::record::search {

enum class Prefix : uint8_t { Eq, Ne, Gt, Lt, Ge, Le, Sa, Eb, Ap };
enum class Modifier : uint8_t {
  None,
  Missing,
  Exact,
  Contains,
  Text,
  Not,
  Identifier,
  OfType,
  Below,
  Above,
  In,
  NotIn
};

// One value of the OR list, already parsed by the parameter's type.
struct SearchOperand {
  Prefix prefix = Prefix::Eq;
  std::string text;                   // as given, unescaped
  std::optional<std::string> system;  // token `s|c`: set (maybe empty) when a bar was written
  std::string code;                   // token and quantity unit code
  std::string unit_system;            // quantity; of :of-type the system of the type, with the type in `system`
  fhir::index::DateValue date;
  fhir::index::NumberValue number;  // implied precision bounds
  fhir::base::Decimal decimal;      // number and quantity: the value itself, which gt, lt, ... compare with
  std::string reference_type;       // reference
  std::string reference_id;
  std::string reference_url;
  bool missing = false;              // :missing=true
  std::vector<SearchOperand> parts;  // composite
};

struct SearchClause {
  const fhir::definitions::SearchParameter* parameter = nullptr;
  Modifier modifier = Modifier::None;
  fhir::definitions::TypeNumber target = 0;  // `subject:Patient`, and the target of a chain
  std::vector<SearchOperand> any_of;         // empty when there is a chain
  std::unique_ptr<SearchClause> chain;       // `patient.identifier=`: the clause on the target
  // _has:Observation:patient:code=...: parameter is the reference on `reverse_type` that points here, chain the
  // clause.
  fhir::definitions::TypeNumber reverse_type = 0;
};

struct SortKey {
  const fhir::definitions::SearchParameter* parameter = nullptr;
  bool descending = false;
};

struct Include {
  bool reverse = false;
  bool iterate = false;
  bool wildcard = false;
  fhir::definitions::TypeNumber source = 0;
  const fhir::definitions::SearchParameter* parameter = nullptr;
  fhir::definitions::TypeNumber target = 0;  // 0: any
};

enum class Summary : uint8_t { False, Count, True, Text, Data };
enum class Total : uint8_t { None, Estimate, Accurate };

struct SearchQuery {
  fhir::definitions::TypeNumber type = 0;
  std::vector<SearchClause> all_of;
  std::vector<SortKey> sort;  // empty: by the store's own stable order, newest first
  std::vector<Include> includes;
  uint32_t count = 20;
  Summary summary = Summary::False;
  Total total = Total::Accurate;
  std::vector<std::string> elements;
  // The query as understood, canonical and percent-encoded, without the paging token: the self link's query.
  std::string canonical;
  std::vector<std::string> ignored;  // parameters left out because the caller asked for lenient handling
};

}  // namespace gateway::record::search
