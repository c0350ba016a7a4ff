#pragma once
// One FHIR Provenance for each part: from which message, by which mapping version, on whose word.

#include <string>

#include "mappings/engine/map_run.h"

namespace mappings::engine {

struct ProvenanceInput {
  const RunInput& run;
  const MappedPart& part;  // with its resources and its part key
  const std::string& institution;
  std::string patient_key;
  const std::string& occurred;  // FHIR dateTime or empty
};

// Written with mode ensure; its id comes from source, part key and mapping version, so a repeat makes nothing new.
MappedResource makeProvenance(const ProvenanceInput& input);

}  // namespace mappings::engine
