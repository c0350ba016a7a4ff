#pragma once
// Where the index keeps what a reference parameter refers to (rows "r" of index_rows.h). The fewer rows a resource
// has, the faster it is written; so nothing is kept twice:
//
//   `patient` of Observation is `subject` where it refers to a Patient: its rows are those of `subject`;
//   an id without its type is looked for under each type that the parameter may refer to.
//
// Both the writer of rows and the reader of queries ask here. Thread-safe.

#include <string_view>
#include <vector>

#include "fhir/definitions/lookup.h"

namespace gateway::record::search {

struct ReferenceRows {
  fhir::definitions::ParameterNumber of = 0;           // the parameter whose "r" rows answer: itself, or `subject`
  std::vector<fhir::definitions::TypeNumber> targets;  // what an id can mean
};

const ReferenceRows& referenceRows(fhir::definitions::ParameterNumber parameter);

// Does the parameter itself refer to such a type? (The rows of `subject` also know Groups, which `patient` does not.)
bool mayReferTo(const fhir::definitions::SearchParameter& parameter, std::string_view type);

}  // namespace gateway::record::search
