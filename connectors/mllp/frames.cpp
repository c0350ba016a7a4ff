#include "connectors/mllp/frames.h"

#include <algorithm>

namespace connectors::mllp {
namespace {

constexpr size_t kMostNoise = 4096;
constexpr size_t kKeptWhileIdle = 512;
constexpr size_t kBeginning = 64 * 1024;

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

// Grows by doubling, but never beyond what the largest frame and one reading need.
void Frames::add(std::string_view bytes) {
  const size_t size = bytes_.size() + bytes.size();
  if (size > bytes_.capacity()) bytes_.reserve(std::max(size, std::min(2 * bytes_.capacity(), longest_ + 4096)));
  bytes_.append(bytes);
}

// One move for all the frames that were begun again within one reading.
void Frames::dropBefore(size_t begin) {
  if (begin == 0) return;
  bytes_.erase(0, begin);
  scanned_ -= begin;
  end_ -= std::min(end_, begin);
  begin_ = 0;
}

Frames::Found Frames::find() {
  if (!inside_) skipToBegin();
  if (noise_ > kMostNoise) return Found::Noise;
  while (inside_ && scanned_ < bytes_.size()) {
    const char c = bytes_[scanned_];
    if (c == kFrameBegin) {
      // The peer gave up its frame and began again: two halves must never become one message.
      ++restarted_;
      begin_ = scanned_++;
      continue;
    }
    if (c == kFrameEnd) {
      if (scanned_ + 1 == bytes_.size()) break;
      if (bytes_[scanned_ + 1] == kFrameEndSecond) {
        end_ = scanned_;
        dropBefore(begin_);
        return end_ - begin_ - 1 > longest_ ? Found::TooLarge : Found::Message;
      }
    }
    ++scanned_;
  }
  dropBefore(begin_);
  return inside_ && scanned_ - begin_ > longest_ + 1 ? Found::TooLarge : Found::Nothing;
}

void Frames::next() {
  bytes_.erase(0, end_ + 2);
  inside_ = false;
  scanned_ = 0;
}

std::string_view Frames::beginning() {
  bytes_.resize(std::min(bytes_.size(), kBeginning));
  bytes_.shrink_to_fit();
  scanned_ = std::min(scanned_, bytes_.size());
  return std::string_view(bytes_).substr(1);
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
