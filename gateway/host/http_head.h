#pragma once
// The strict gate: from the bytes of a request's head to its parts, or the status that refuses it.
// RFC 9112 sections 2 to 6, read without any of the leniency that section 11.2 (request smuggling) warns of.

#include <cstdint>
#include <string_view>

#include "gateway/host/http_server.h"

namespace gateway::host {

struct HttpRefusal {
  int status = 0;         // 0: not refused
  std::string_view what;  // a sentence
  explicit operator bool() const { return status != 0; }
};

struct HttpHead {
  HttpRequest request;  // without body, peer and request id
  bool is_head = false;
  bool chunked = false;
  uint64_t content_length = 0;
  bool keep_alive = true;
  bool one_point_zero = false;
  bool expects_continue = false;
};

// Finds the end of a head that arrives in pieces, looking at each byte once.
class HttpHeadScanner {
 public:
  // `bytes` is all that has arrived of this request. The size of the head with its empty line, or 0 when more is
  // needed or `refusal` was set. Empty lines before the request line are counted to the head (RFC 9112 2.2).
  size_t scan(std::string_view bytes, const HttpLimits& limits, HttpRefusal& refusal);

 private:
  size_t position_ = 0;
  size_t line_begin_ = 0;
  int lines_ = 0;
  int empty_lines_before_ = 0;
};

// `head` as found by the scanner.
HttpRefusal readHttpHead(std::string_view head, HttpHead& out);

}  // namespace gateway::host
