#pragma once
// Inbox: the bytes that sources sent, safe before anyone hears yes (design decision 1).
//
// One SQLite file per UTC day in <data>/inbox (20250306.db), append-only: a row is never updated after its receipt
// was given. One writer thread owns one connection per file, which both writes and checkpoints; many accepts share
// one commit and one fsync. A message's id is a function of its source and its bytes alone, so the same bytes from
// the same source are the same message, however often they come and even after the files were emptied. All functions
// are thread-safe.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"
#include "gateway/host/clock.h"

namespace gateway::intake {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Receipt {
  std::string id;         // of the message, 26 characters
  int64_t received = 0;   // first time, microseconds
  uint64_t sequence = 0;  // ascending over all messages of the gateway; the tie-breaker of write modes
  bool repeated = false;  // it was here before
};

struct Message {
  std::string id;
  std::string source;
  std::string media_type;
  Headers headers;
  std::string bytes;
  int64_t received = 0;
  uint64_t sequence = 0;
};

// What the record remembers of a message whose inbox row may be gone.
struct KnownMessage {
  int64_t received = 0;
  uint64_t sequence = 0;
};

class Inbox {
 public:
  struct Options {
    std::string folder;  // made when absent
    host::Clock* clock = nullptr;
    size_t max_message_bytes = 64u << 20;
    size_t max_queue = 4096;      // accepts waiting for a commit: beyond, Why::Busy
    uint64_t first_sequence = 1;  // greater than any the record remembers
    // Asked on the writer thread for a message that no file holds.
    std::function<std::optional<KnownMessage>(std::string_view id)> known;
  };
  static fhir::base::Result<std::unique_ptr<Inbox>> open(Options options);
  ~Inbox();  // commits what waits, closes the files

  // Returns after the commit. Why::TooCostly (too large), Why::Busy (queue full or stopping),
  // Why::Unavailable (disk full or failing; after a failed fsync the inbox takes nothing more until a restart).
  fhir::base::Result<Receipt> accept(std::string_view source, std::string_view media_type, const Headers& headers,
                                     std::string_view bytes);

  fhir::base::Result<Message> read(std::string_view id);
  fhir::base::Result<bool> holds(std::string_view id);
  // Rows in sequence order after `after`, without the bytes unless asked; stops when `row` returns false. Sequences
  // run through the files in any order, because a clock may be set back over midnight.
  fhir::base::Done scan(uint64_t after, bool with_bytes, const std::function<bool(Message&&)>& row);
  uint64_t lastSequence() const;

  struct Figures {
    uint64_t messages = 0;  // accepted since the start, repeats left out
    uint64_t repeats = 0;
    uint64_t commits = 0;  // each is one fsync
    uint64_t bytes = 0;
  };
  Figures figures() const;

  // 26 characters of base32 of HMAC-SHA-256(source as the key, bytes).
  static std::string idOf(std::string_view source, std::string_view bytes);

 private:
  struct Body;
  explicit Inbox(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace gateway::intake
