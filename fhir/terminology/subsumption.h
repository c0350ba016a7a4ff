#pragma once
// CodeSystem/$subsumes (FHIR R4 4.8.22.3): how two concepts of one system stand to one another. Thread-safe.

#include <string_view>

#include "fhir/base/result.h"
#include "fhir/terminology/loaded_terminology.h"

namespace fhir::terminology {

enum class Subsumption : uint8_t { Equivalent, Subsumes, SubsumedBy, NotSubsumed };
std::string_view toString(Subsumption subsumption);  // "equivalent", "subsumes", "subsumed-by", "not-subsumed"

// `system` is a canonical. Subsumes: A is above B. Hierarchies that mean part-of or grouped-by subsume nothing.
// Why::NotFound: the system, or a code in it, is not here; `where` is "system", "codeA" or "codeB".
base::Result<Subsumption> testSubsumption(const LoadedTerminology& terminology, std::string_view system,
                                          std::string_view code_a, std::string_view code_b);

}  // namespace fhir::terminology
