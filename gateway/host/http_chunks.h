#pragma once
// The strict reader of chunked bodies (RFC 9112 7.1): sizes are hexadecimal digits and nothing else, every line ends
// in CR LF, extensions and trailers are checked and dropped.

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/host/http_head.h"

namespace gateway::host {

class HttpChunks {
 public:
  explicit HttpChunks(size_t longest_body) : longest_body_(longest_body) {}
  // Takes what it can from the front of `bytes` and appends the content to `body`. True when the body has ended;
  // false when more is needed or `refusal` was set. What is left in `bytes` must be offered again, with more behind.
  bool take(std::string_view& bytes, std::string& body, HttpRefusal& refusal);

 private:
  bool takeSize(std::string_view& bytes, size_t so_far, HttpRefusal& refusal);
  bool takeTrailer(std::string_view& bytes, HttpRefusal& refusal);

  enum class State { Size, Content, ContentEnd, Trailer, Ended };
  size_t longest_body_;
  State state_ = State::Size;
  uint64_t left_ = 0;   // of this chunk
  size_t dropped_ = 0;  // bytes of extensions and trailers
};

}  // namespace gateway::host
