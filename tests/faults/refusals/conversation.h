#pragma once
// Sends a case's bytes over a real socket and watches what comes back, reading while it still sends: a gateway that
// has heard enough answers in the middle.

#include <atomic>
#include <string>
#include <string_view>

#include "tests/faults/refusals/refusal_case.h"

namespace refusals {

struct Heard {
  std::string bytes;
  bool closed = false;  // by the gateway
  bool all_sent = false;
  int64_t answer_ms = -1;  // from the last byte sent to the first one heard
};

// Ends when `enough` says so of what was heard, when the gateway closes, or after `patience_ms`; then stays for
// `linger_ms` to see whether the gateway closes.
Heard converse(uint16_t port, const Pieces& bytes, bool half_close,
               const std::function<bool(std::string_view)>& enough, int patience_ms, int linger_ms);

// An HTTP answer's parts; status 0 when it is none.
struct HttpAnswerParts {
  int status = 0;
  std::string body;
  bool whole = false;
};
HttpAnswerParts httpAnswer(std::string_view bytes);
// The message inside the first MLLP frame; false when there is none.
bool mllpAnswer(std::string_view bytes, std::string& message);

struct CrowdHeard {
  int connected = 0;
  int answered = 0;     // at least one byte came
  int closed = 0;       // by the gateway
  std::string example;  // one of the answers
};
CrowdHeard runCrowd(uint16_t port, const Crowd& crowd, const std::atomic<bool>& give_up);

}  // namespace refusals
