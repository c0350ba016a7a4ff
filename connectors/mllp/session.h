#pragma once
// One sender's MLLP connection in HL7's original acknowledgement mode: a frame in, an answer out, in order. The
// answer is whatever the host's receipt holds; without a receipt that says "safe" or "never" nothing is acknowledged.

#include <string>

#include "connectors/mllp/frames.h"
#include "connectors/sdk/connector.h"
#include "connectors/sdk/tcp_server.h"

namespace connectors::mllp {

struct Limits {
  size_t max_frame = 16u << 20;
  size_t max_buffered = 256u << 20;  // bytes of all unfinished frames together
  int64_t frame_timeout_ms = 60'000;
  int64_t idle_timeout_ms = 12 * 3'600'000;
  int64_t busy_timeout_ms = 60'000;
  int64_t write_timeout_ms = 30'000;
  int64_t linger_ms = 5'000;  // after a refusal the rest of the frame is read and dropped for so long
};

class Session : public sdk::TcpSession {
 public:
  // `buffered` counts the bytes held by all sessions.
  Session(int socket, std::string peer, const Limits& limits, sdk::Host host, std::atomic<size_t>& buffered);
  ~Session() override;

  Step step(int64_t now, bool stopping) override;
  void work() override;
  int64_t deadline() const override;
  Step expire(int64_t now) override;

 private:
  enum class Phase { Reading, Ready, TooLarge, Paused, Writing, Draining, Broken };

  Step stepReading(int64_t now, bool stopping);
  Step stepWriting(int64_t now);
  Step stepDraining();
  void refuse();  // a frame that is too large
  bool hold();    // false when all sessions together hold too much
  Step complain(std::string_view event);

  const int socket_;
  const std::string peer_;
  const Limits& limits_;
  const sdk::Host host_;
  std::atomic<size_t>& buffered_;
  size_t held_ = 0;

  Phase phase_ = Phase::Reading;
  Frames frames_;
  size_t restarts_told_ = 0;
  bool frame_begun_ = false;
  int64_t since_;           // last progress: of reading outside of frames, of writing, or the frame's beginning
  int64_t busy_since_ = 0;  // 0: the host is not busy
  int64_t resume_at_ = 0;
  std::string answer_;
  size_t sent_ = 0;
  bool last_answer_ = false;  // then the connection ends
};

}  // namespace connectors::mllp
