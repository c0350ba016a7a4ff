#pragma once
// One client's connection: bytes in, requests out; answers in, bytes out. Never blocks, knows no threads and no
// epoll. Driven by one worker at a time (http_server.cpp), which asks step() until it says what to wait for.

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "gateway/host/http_chunks.h"
#include "gateway/host/http_head.h"
#include "gateway/host/http_rates.h"
#include "gateway/host/http_server.h"

namespace gateway::host {

struct HttpRoute {
  std::string prefix;
  HttpHandler handler;
  HttpBodyGate before_body;  // may be empty
};
// nullptr for a path that nobody serves.
using HttpRoutes = std::function<const HttpRoute*(std::string_view path)>;

class HttpConnection {
 public:
  enum class Step {
    WaitForBytes,  // wait until the client has sent something
    WaitForRoom,   // wait until the client has read something
    Handle,        // request() is complete: call handler(), then answer()
    Refuse,        // refusal() says why: make a response, then answer()
    TurnAway,      // takeTurnedAway() is the response: answer() it
    Close
  };

  // What all connections of a server share. `buffered` counts the bytes of all bodies held.
  struct Shared {
    const HttpLimits& limits;
    HttpRoutes routes;
    HttpRates& rates;
    std::atomic<size_t> buffered{0};
    std::atomic<bool> stopping{false};
  };

  // Owns the socket, which must be non-blocking. Times are milliseconds of one monotonic clock.
  HttpConnection(int socket, std::string peer, Shared& shared, int64_t now);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  Step step(int64_t now);
  // When expire() must be asked if nothing happens before.
  int64_t deadline() const;
  // The deadline has passed: WaitForBytes gives more time, Refuse is 408, Close ends it.
  Step expire(int64_t now);

  const HttpRequest& request() const { return head_.request; }
  const HttpHandler& handler() const { return route_->handler; }
  HttpResponse takeTurnedAway() { return std::move(turned_away_); }
  const HttpRefusal& refusal() const { return refusal_; }
  // A refusal ends the connection when the rest of the request cannot be trusted or would have to be read.
  void answer(HttpResponse response, int64_t now);

  int socket() const { return socket_; }
  const std::string& peer() const { return peer_; }

 private:
  enum class Phase { Idle, Head, Body, Ready, Answer, Drain };

  Step stepHead(int64_t now);
  Step admit(int64_t now);
  Step stepBody();
  Step stepAnswer(int64_t now);
  Step stepDrain();
  Step refuse(int status, std::string_view what);
  bool beginBody(int64_t now);
  void takeBody();
  bool holdBody();
  void releaseBody();
  void releaseInput();
  void finishAnswer(int64_t now);
  std::string_view waiting() const { return std::string_view(in_).substr(taken_); }
  void take(size_t size);

  enum class Received { Something, Nothing, End };
  Received receive();

  const int socket_;
  const std::string peer_;
  Shared& shared_;

  Phase phase_ = Phase::Idle;
  std::string in_;  // bytes not yet understood, from taken_ on
  size_t taken_ = 0;
  HttpHeadScanner scanner_;
  HttpHead head_;
  HttpChunks chunks_;
  const HttpRoute* route_ = nullptr;
  HttpResponse turned_away_;
  HttpRefusal refusal_;
  size_t held_ = 0;  // bytes of our body counted in shared_.buffered

  std::string out_head_;
  std::string out_body_;
  size_t sent_ = 0;
  bool keep_alive_ = true;
  bool drain_ = false;  // the client may still be sending: read its bytes before closing, or it would miss the answer

  int64_t since_;              // beginning of the phase, or the last progress of an answer
  int64_t request_began_ = 0;  // first byte of the request
  size_t window_bytes_ = 0;    // of the body since since_
};

// Our own id for a request whose client gave none.
std::string newRequestId();

}  // namespace gateway::host
