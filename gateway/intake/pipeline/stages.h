#pragma once
// The stages of the pipeline as plain functions: no threads, no state. See pipeline.h for their order.

#include <cstdint>
#include <string>
#include <vector>

#include "fhir/base/result.h"
#include "gateway/intake/inbox/inbox.h"
#include "gateway/intake/pipeline/part_state.h"
#include "gateway/intake/pipeline/pipeline.h"
#include "gateway/intake/pipeline/validation.h"
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
  uint32_t replaced = 0;                   // characters that could not be decoded (quirk Q40)
  size_t bytes() const;                    // of memory, about
};

// read: bytes -> parts with their mapping and order keys, a few at a time. What is given outlives this object, the
// library and the source do not end before it.
class ReadStage {
 public:
  // Chooses the mapping by the first parts. An error is about the message as a whole. The message's bytes are gone
  // afterwards: its parts hold what they need.
  static fhir::base::Result<ReadStage> open(const mappings::engine::MapLibrary& library, const Source& source,
                                            Message& message, int zone_minutes);
  uint32_t total() const { return reader_.total(); }  // parts in the whole message
  // At most `most` further parts; empty at the end.
  std::vector<PartWork> next(size_t most);

 private:
  ReadStage(const mappings::engine::MapLibrary& library, const Source& source, const Message& message,
            int zone_minutes, std::string mapping, mappings::source::PartReader reader);
  PartWork workOf(mappings::source::Part part) const;
  void readFirst();

  const mappings::engine::MapLibrary& library_;
  const Source& source_;
  std::string message_id_;
  std::string received_;
  std::string mapping_;
  mappings::source::PartReader reader_;
  std::vector<PartWork> first_;  // read to choose the mapping, not given yet
};

// map and check: part -> the batch to commit, and the part's state with it. Never fails: what cannot go on is a state
// with outcome Parked or Refused and no writes.
struct MappedWork {
  std::vector<record::store::Write> writes;
  PartState state;
  std::string institution;
  std::vector<GradedFinding> findings;  // of the source's policy
  bool told = false;                    // the log says what is to be looked at in a part that is done
};
MappedWork mapStage(const mappings::engine::MapLibrary& library, const Source& source, const Message& message,
                    const PartWork& work, int zone_minutes);

// A FHIR instant of microseconds since the epoch in a zone: "2025-03-06T08:15:28.000+08:00".
std::string instantText(int64_t microseconds, int zone_minutes);

}  // namespace gateway::intake
