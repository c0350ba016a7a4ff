#pragma once
// The trace of a run, recomputed on demand: which source fields and which line of the mapping every output value
// came from. For the engineer's own terminal: it shows values.

#include <cstdint>
#include <string>
#include <vector>

#include "mappings/engine/map_runner.h"
#include "mappings/source/source_tree.h"

namespace mappings::engine {

struct OutputOrigin {
  std::string resource;           // "Observation/00ab-..."
  std::string element;            // "Observation.valueQuantity"
  std::string json;               // the value as written
  std::string rule;               // "hl7v2/oru_r01/oru_r01.yaml:33:14"
  std::vector<uint32_t> records;  // of the source tree
};

// The source tree with values, one line for each node: "OBX[3].5 = <5   byte 612".
std::string printTree(const source::SourceTree& tree);

// One line for each output value: "Patient.gender = \"female\"  <- PID[1].8  oru_r01.yaml:33:14".
std::string printOrigins(const std::vector<OutputOrigin>& origins, const source::SourceTree& tree);

// An expression that writes a value. One that never does over all cases may hold a misspelt field, or lacks a case.
struct WritingLine {
  std::string rule;     // as in OutputOrigin
  std::string element;  // "Patient.address.country"
};
std::vector<WritingLine> writingLines(const Map& map);  // in the order of the file

}  // namespace mappings::engine
