#include "connectors/mllp/session.h"

#include <sys/socket.h>

#include <algorithm>

namespace connectors::mllp {
namespace {

constexpr std::string_view kMediaType = "x-application/hl7-v2+er7";
constexpr int64_t kShortestPause_ms = 50;
constexpr int64_t kLongestPause_ms = 5'000;
constexpr int kDrainRounds = 32;  // then others get their turn

}  // namespace

Session::Session(int socket, std::string peer, const Limits& limits, sdk::Host host, std::atomic<size_t>& buffered)
    : socket_(socket),
      peer_(std::move(peer)),
      limits_(limits),
      host_(host),
      buffered_(buffered),
      frames_(limits.max_frame),
      since_(sdk::monotonicMilliseconds()) {}

Session::~Session() { buffered_.fetch_sub(held_, std::memory_order_relaxed); }

sdk::TcpSession::Step Session::step(int64_t now, bool stopping) {
  for (;;) {
    switch (phase_) {
      case Phase::Reading: return stepReading(now, stopping);
      case Phase::Ready: return stopping ? Step::Close : Step::Work;
      case Phase::TooLarge: return Step::Work;
      case Phase::Paused: return stopping ? Step::Close : Step::WaitForTime;
      case Phase::Draining: return stopping ? Step::Close : stepDraining();
      case Phase::Broken: return Step::Close;
      case Phase::Writing:
        const Step next = stepWriting(now);
        if (phase_ == Phase::Writing) return next;
        if (stopping) return Step::Close;
    }
  }
}

sdk::TcpSession::Step Session::stepReading(int64_t now, bool stopping) {
  if (stopping) return Step::Close;
  for (;;) {
    const Frames::Found found = frames_.find();
    if (frames_.inside() && !frame_begun_) since_ = now;
    frame_begun_ = frames_.inside();
    if (frames_.restarted() > restarts_told_) {
      restarts_told_ = frames_.restarted();
      complain("frame_restarted");
    }
    switch (found) {
      case Frames::Found::Message: phase_ = Phase::Ready; return Step::Work;
      case Frames::Found::TooLarge: phase_ = Phase::TooLarge; return Step::Work;
      case Frames::Found::Noise: return complain("not_mllp");
      case Frames::Found::Nothing: break;
    }
    std::string bytes;
    switch (sdk::receiveSome(socket_, bytes)) {
      case sdk::Transfer::Ended: return frames_.inside() ? complain("frame_truncated") : Step::Close;
      case sdk::Transfer::Nothing: frames_.shrink(); return Step::WaitForBytes;
      case sdk::Transfer::Some:
        if (!frames_.inside()) since_ = now;
        frames_.add(bytes);
        if (!hold()) return complain("frames_too_large_together");
    }
  }
}

bool Session::hold() {
  const size_t now_held = frames_.held();
  buffered_.fetch_add(now_held - held_, std::memory_order_relaxed);
  held_ = now_held;
  return buffered_.load(std::memory_order_relaxed) <= limits_.max_buffered;
}

// The sender is told before the connection ends, or it would send the same frame for ever.
void Session::refuse() {
  complain("frame_too_large");
  const std::string why =
      "the message is larger than the " + std::to_string(limits_.max_frame) + " bytes allowed here";
  const sdk::Receipt receipt = host_.refuse(kMediaType, frames_.beginning(), why);
  hold();
  if (receipt.reply().empty()) return;
  answer_ = framed(receipt.reply());
  sent_ = 0;
  last_answer_ = true;
  since_ = sdk::monotonicMilliseconds();
  phase_ = Phase::Writing;
}

void Session::work() {
  if (phase_ == Phase::TooLarge) return refuse();
  const int64_t now = sdk::monotonicMilliseconds();
  const sdk::Receipt receipt = host_.deliver(kMediaType, frames_.message(), {{"peer", peer_}});
  if (receipt.busy()) {
    // Not reading is the only way to slow an MLLP sender down; its frame stays with us and is offered again.
    if (busy_since_ == 0) {
      busy_since_ = now;
      host_.count("mllp_busy_total");
    }
    resume_at_ = sdk::monotonicMilliseconds() +
                 std::clamp<int64_t>(receipt.retryAfterMs(), kShortestPause_ms, kLongestPause_ms);
    phase_ = Phase::Paused;
    return;
  }
  busy_since_ = 0;
  if ((!receipt.stored() && !receipt.refused()) || receipt.reply().empty()) {
    complain(receipt.stored() || receipt.refused() ? "no_reply_configured" : "not_acknowledged");
    return;
  }
  host_.count(receipt.stored() ? "mllp_stored_total" : "mllp_refused_total");
  answer_ = framed(receipt.reply());
  sent_ = 0;
  since_ = sdk::monotonicMilliseconds();
  phase_ = Phase::Writing;
}

sdk::TcpSession::Step Session::stepWriting(int64_t now) {
  const size_t before = sent_;
  const sdk::Transfer sending = sdk::sendSome(socket_, answer_, sent_);
  if (sent_ > before) since_ = now;
  if (sending == sdk::Transfer::Nothing) return Step::WaitForRoom;
  if (sending == sdk::Transfer::Ended) {
    phase_ = Phase::Broken;
    return Step::Close;
  }
  answer_ = std::string();
  since_ = now;
  if (last_answer_) {
    ::shutdown(socket_, SHUT_WR);
    frames_ = Frames(limits_.max_frame);
    hold();
    phase_ = Phase::Draining;
    return Step::WaitForBytes;
  }
  frames_.next();
  hold();
  frame_begun_ = false;
  phase_ = Phase::Reading;
  return Step::WaitForBytes;
}

// A connection closed with unread bytes in it is reset, and the reset would overtake the answer.
sdk::TcpSession::Step Session::stepDraining() {
  std::string dropped;
  for (int round = 0; round < kDrainRounds; ++round) {
    switch (sdk::receiveSome(socket_, dropped)) {
      case sdk::Transfer::Ended: return Step::Close;
      case sdk::Transfer::Nothing: return Step::WaitForBytes;
      case sdk::Transfer::Some: dropped.clear();
    }
  }
  return Step::WaitForBytes;
}

int64_t Session::deadline() const {
  switch (phase_) {
    case Phase::Reading: return since_ + (frame_begun_ ? limits_.frame_timeout_ms : limits_.idle_timeout_ms);
    case Phase::Paused: return resume_at_;
    case Phase::Writing: return since_ + limits_.write_timeout_ms;
    case Phase::Draining: return since_ + limits_.linger_ms;
    case Phase::Ready:
    case Phase::TooLarge:
    case Phase::Broken: return since_;
  }
  return since_;
}

sdk::TcpSession::Step Session::expire(int64_t now) {
  if (phase_ == Phase::Paused) {
    if (now - busy_since_ >= limits_.busy_timeout_ms) return complain("host_busy_too_long");
    phase_ = Phase::Ready;
    return Step::Work;
  }
  if (phase_ == Phase::Draining) return Step::Close;
  if (phase_ == Phase::Reading) return frame_begun_ ? complain("frame_too_slow") : Step::Close;
  return complain("answer_not_read");
}

// Ends the conversation without an acknowledgement, except where a frame was only begun again.
sdk::TcpSession::Step Session::complain(std::string_view event) {
  const std::string held = std::to_string(frames_.held());
  host_.warn(event, {{"peer", peer_}, {"bytes", held}});
  host_.count(std::string("mllp_") + std::string(event) + "_total");
  if (event != "frame_restarted") phase_ = Phase::Broken;
  return Step::Close;
}

}  // namespace connectors::mllp
