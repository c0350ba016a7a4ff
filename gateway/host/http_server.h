#pragma once
// The only HTTP listener: HTTP/1.1 behind a strict gate (RFC 9112; refuses what opens the door to request smuggling:
// two Content-Lengths, Content-Length with Transfer-Encoding, signs, bad chunk sizes, no Host, NUL, bare line feeds),
// with absolute deadlines for head and body and caps on connections, head and body (gateway/docs/operations.md).
// Poco::Net opens the socket; its HTTP parser is not used, because it lets all of the above through.
//
// A connection belongs to nobody while it waits: all of them wait in one epoll set, and a pool of workers takes
// whichever has bytes. Idle and trickling clients therefore cost a few hundred bytes and no thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"

namespace gateway::host {

struct HttpLimits {
  size_t request_line = 8 * 1024;
  size_t head = 32 * 1024;
  size_t header_count = 100;
  size_t body = 16u << 20;
  int head_deadline_ms = 10'000;
  int body_rate_after_ms = 10'000;  // from then on at least body_rate bytes per second
  size_t body_rate = 1024;
  int total_deadline_ms = 300'000;
  int keep_alive_ms = 30'000;
  int connections_per_address = 256;  // 4096 for loopback peers
  int connections = 8192;             // at most three quarters of the process's open files
  // Requests a second from one address, twice as many at once; beyond it 429. 0: no cap. Loopback peers (a proxy, the
  // operator) are counted only when count_loopback says so.
  int requests_per_second_per_address = 0;
  bool count_loopback = false;
  int workers = 128;                    // requests in handlers at once; threads are made when needed
  size_t buffered_bodies = 256u << 20;  // of all requests together; beyond it 503
  int write_stall_ms = 30'000;          // a client that reads nothing of its answer for so long is cut off
  int linger_ms = 2'000;                // after a refusal the rest of the request is read and dropped for so long
};

struct HttpRequest {
  std::string method;  // as sent, but HEAD arrives as GET: the listener leaves the body out itself
  std::string path;    // percent-encoded as sent, without the query
  std::string query;   // without "?", as sent
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::string peer;        // address without port
  std::string request_id;  // X-Request-Id of the client when it is well-formed, else ours

  std::string_view header(std::string_view lower_case_name) const;  // empty when absent
};

struct HttpResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string content_type;
};

// Called on many threads at once. Must not throw.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;
// Asked when the head of a request has come that has a body: an answer here (who are you?) spares reading the body
// and ends the connection. Called on many threads at once; must not throw and not block.
using HttpBodyGate = std::function<std::optional<HttpResponse>(const HttpRequest& head)>;

class HttpServer {
 public:
  struct Options {
    std::string address = "127.0.0.1";
    uint16_t port = 0;  // 0: any free one
    HttpLimits limits;
    // Makes the error bodies of the gate and of unknown paths: (status, sentence) -> response. Plain text when unset.
    std::function<HttpResponse(int status, std::string_view what)> on_error;
  };
  explicit HttpServer(Options options);
  ~HttpServer();  // stops

  // Unknown paths are answered with 404 before their body is read. The longest prefix that matches whole path
  // segments wins. Before start() only.
  void route(std::string_view path_prefix, HttpHandler handler, HttpBodyGate before_body = {});
  fhir::base::Done start();  // Why::Unavailable when the address is taken
  uint16_t port() const;
  void stop();  // answers what is under way, at most 5 s
  int connections() const;

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace gateway::host
