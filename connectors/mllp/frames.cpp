#include "connectors/mllp/frames.h"

#include <algorithm>

namespace connectors::mllp {
namespace {

constexpr size_t kMostNoise = 4096;
constexpr size_t kKeptWhileIdle = 512;

}  // namespace

// Bytes before a frame are dropped; line ends between frames are common and mean nothing.
void Frames::skipToBegin() {
  const size_t begin = std::min(bytes_.find(kFrameBegin), bytes_.size());
  noise_ += static_cast<size_t>(std::count_if(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin),
                                              [](char c) { return c != '\r' && c != '\n'; }));
  bytes_.erase(0, begin);
  inside_ = !bytes_.empty();
  begin_ = 0;
  scanned_ = inside_ ? 1 : 0;
}

Frames::Found Frames::find() {
  if (!inside_) skipToBegin();
  if (noise_ > kMostNoise) return Found::Noise;
  while (inside_ && scanned_ < bytes_.size()) {
    const char c = bytes_[scanned_];
    if (c == kFrameBegin) {
      // The peer gave up its frame and began again: two halves must never become one message.
      ++restarted_;
      bytes_.erase(0, scanned_);
      scanned_ = 1;
      continue;
    }
    if (c == kFrameEnd) {
      if (scanned_ + 1 == bytes_.size()) break;
      if (bytes_[scanned_ + 1] == kFrameEndSecond) {
        end_ = scanned_;
        return end_ - begin_ - 1 > longest_ ? Found::TooLarge : Found::Message;
      }
    }
    ++scanned_;
  }
  return inside_ && scanned_ - begin_ > longest_ + 1 ? Found::TooLarge : Found::Nothing;
}

void Frames::next() {
  bytes_.erase(0, end_ + 2);
  inside_ = false;
  scanned_ = 0;
}

void Frames::shrink() {
  if (bytes_.empty() && bytes_.capacity() > kKeptWhileIdle) bytes_ = std::string();
}

std::string framed(std::string_view message) {
  std::string frame;
  frame.reserve(message.size() + 3);
  return frame.append(1, kFrameBegin).append(message).append(1, kFrameEnd).append(1, kFrameEndSecond);
}

}  // namespace connectors::mllp
