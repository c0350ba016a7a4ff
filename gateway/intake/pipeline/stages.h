#pragma once
// The stages of the pipeline as plain functions: no threads, no state. See pipeline.h for their order.

#include <cstdint>
#include <string>
#include <vector>

#include "fhir/base/result.h"
#include "gateway/intake/inbox/inbox.h"
#include "gateway/intake/pipeline/part_state.h"
#include "gateway/intake/pipeline/pipeline.h"
#include "gateway/record/store/resource_store.h"
#include "mappings/engine/map_runner.h"
#include "mappings/source/source_reader.h"

namespace gateway::intake {

// One part on its way, with the mapping that was chosen for it.
struct PartWork {
  mappings::source::Part part;
  std::string mapping;  // empty when none fits: `error` says so
  std::vector<std::string> order_keys;
  std::optional<fhir::base::Error> error;  // the part cannot go on
};

// read: bytes -> parts with their mapping and order keys. An error is about the message as a whole.
fhir::base::Result<std::vector<PartWork>> readStage(const mappings::engine::MapLibrary& library, const Source& source,
                                                    const Message& message, int zone_minutes);

// map and check: part -> the batch to commit, and the part's state with it. Never fails: what cannot go on is a state
// with outcome Parked and no writes.
struct MappedWork {
  std::vector<record::store::Write> writes;
  PartState state;
  std::string institution;
};
MappedWork mapStage(const mappings::engine::MapLibrary& library, const Source& source, const Message& message,
                    const PartWork& work, int zone_minutes);

// A FHIR instant of microseconds since the epoch in a zone: "2025-03-06T08:15:28.000+08:00".
std::string instantText(int64_t microseconds, int zone_minutes);

}  // namespace gateway::intake
