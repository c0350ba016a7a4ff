#pragma once
// Pipeline: from bytes in the inbox to resources in the record. The stages, in order:
//
//   read      bytes -> parts (mappings/source); the mapping is chosen by the source and its `accept`
//   map       part -> resources, ids, write modes, Provenance (mappings/engine)
//   check     each resource is read as FHIR; errors park the part; the source's policy grades what validation finds
//   store     one commit: resources and the part's state together (record/store)
//
// A stage that says no parks the part with its reason: nothing is dropped, and it can be replayed. A policy may
// refuse a part: it is the sender's to mend and send again, and nobody's work here. Trouble of ours (the disk is
// full) is not the part's fault: it is tried again, later and later, and what shares a key with it waits. Parts that
// share an order key run one after the other in inbox order; others run side by side. After a start every message
// without a final state is processed again; effects are idempotent. All public functions are thread-safe.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "gateway/host/clock.h"
#include "gateway/host/log.h"
#include "gateway/host/metrics.h"
#include "gateway/intake/inbox/inbox.h"
#include "gateway/intake/pipeline/part_state.h"
#include "mappings/engine/map_runner.h"

namespace gateway::intake {

class Validation;

// A configured source, as far as processing needs it.
struct Source {
  std::string name;
  std::string institution;                 // default owner of what it sends
  std::string format;                      // "hl7v2", "xml", "json", "delimited"
  std::string encoding;                    // empty: declared in the message, else sniffed
  std::vector<std::string> mappings;       // candidates, in order
  std::shared_ptr<Validation> validation;  // validation.h; nullptr: resources are only read
};

class Pipeline {
 public:
  struct Options {
    record::store::ResourceStore* store = nullptr;
    Inbox* inbox = nullptr;
    const mappings::engine::MapLibrary* library = nullptr;
    host::Clock* clock = nullptr;
    host::Log* log = nullptr;
    host::Metrics* metrics = nullptr;
    std::vector<Source> sources;
    int zone_minutes = 480;
    int workers = 2;
    size_t max_parts_under_way = 2000;
    size_t max_bytes_under_way = 32u << 20;  // of their trees; beyond it one message at a time
    size_t max_bytes_kept = 16u << 20;       // of messages just accepted; others are read back from the inbox
  };
  explicit Pipeline(Options options);
  ~Pipeline();  // stops

  fhir::base::Done start();
  // Ends the parts under way and returns; the rest is processed after the next start.
  void stop();

  // Tells of a message just accepted; spares reading it back. Large ones are better read back when it is their turn:
  // tell of them without the message.
  void arrived(Message message);
  void arrived();
  static constexpr size_t kLargeMessage = 256 * 1024;
  // Waits until the message is final, at most `milliseconds`; `finished` says whether it is. What it says comes from
  // the record, so it is the same for a message just processed and for one of last year.
  MessageOutcome wait(std::string_view message, int64_t milliseconds);
  // Processes a message (part 0: all its parts) again with today's mappings.
  fhir::base::Done replay(std::string_view message, uint32_t part);
  // Reads the policies of all sources again; on an error (its place named) that source goes on with the old one.
  fhir::base::Done reloadPolicies();
  // Returns when everything accepted until now is final.
  void drain();

  // Reads and parses only, for the ACK point `read`: why the message cannot be read, if it cannot.
  fhir::base::Done readable(const Source& source, std::string_view bytes) const;

  int64_t oldestUnprocessedMicroseconds() const;  // age; 0 when nothing waits
  uint64_t partsUnderWay() const;
  const Source* source(std::string_view name) const;
  PartLedger& ledger();

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace gateway::intake
