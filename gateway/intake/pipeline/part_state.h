#pragma once
// What became of each message and each of its parts: tables of the record database, written in the same commit as the
// resources (design decisions 1 and 2). A part is final when it is done, parked or refused; a message
// when all its parts are.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "gateway/record/store/resource_store.h"

namespace gateway::intake {

enum class PartOutcome : uint8_t {
  Done,
  Parked,   // waits for somebody here
  Refused,  // by the source's policy: waits for nobody here, the sender mends it
};
std::string_view toString(PartOutcome outcome);

struct PartState {
  std::string message;
  uint32_t part = 1;
  PartOutcome outcome = PartOutcome::Done;
  std::string mapping;
  std::string mapping_version;
  std::string part_key;
  std::string reason;     // not done: why, with its places; done: what somebody should look at, if anything
  std::string resources;  // "as Type/id" lines of what the part wrote or found unchanged
  uint32_t unread = 0;    // source fields carried nowhere and not ignored with a reason
  uint32_t attempts = 1;
  int64_t updated = 0;  // microseconds
};

// What became of a message as a whole.
struct MessageOutcome {
  bool finished = false;
  uint32_t done = 0;
  uint32_t parked = 0;
  uint32_t refused = 0;
  std::string reason;                            // of the first part by number that is parked or refused
  std::map<std::string, std::string> resources;  // $as name -> "Type/id", of the first part when it is done
};

struct MessageState {
  std::string id;
  std::string source;
  uint64_t sequence = 0;
  int64_t received = 0;
  uint32_t parts = 0;
  uint32_t unfinished = 0;
};

class PartLedger {
 public:
  explicit PartLedger(record::store::ResourceStore& store) : store_(store) {}

  fhir::base::Done createTables();
  fhir::base::Result<std::optional<MessageState>> message(std::string_view id);
  fhir::base::Result<std::vector<PartState>> parts(std::string_view message);
  // Numbers of the parts that are final, ascending.
  fhir::base::Result<std::vector<uint32_t>> finalParts(std::string_view message);
  // `finished` is false while a part is not final, and for an unknown message.
  fhir::base::Result<MessageOutcome> outcome(std::string_view message);
  // Parked parts of a source (of all when empty), oldest first.
  fhir::base::Result<std::vector<PartState>> parked(std::string_view source);
  // The same of refused parts.
  fhir::base::Result<std::vector<PartState>> refused(std::string_view source);
  fhir::base::Result<uint64_t> parkedCount();
  // The greatest sequence that the record knows of: new messages must have greater ones.
  fhir::base::Result<uint64_t> lastSequence();
  // Every message up to this sequence is final.
  fhir::base::Result<uint64_t> watermark();

  // The statements that record a part's outcome, to commit with its resources. `first_time`: no state was there
  // before.
  static std::vector<record::store::AlsoRun> statements(const MessageState& message, const PartState& part,
                                                        bool first_time);
  static record::store::AlsoRun watermarkStatement(uint64_t sequence);

 private:
  fhir::base::Result<std::vector<PartState>> withOutcome(PartOutcome outcome, std::string_view source);

  record::store::ResourceStore& store_;
};

}  // namespace gateway::intake
