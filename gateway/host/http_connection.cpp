#include "gateway/host/http_connection.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <random>

#include "gateway/host/http_answer.h"

namespace gateway::host {
namespace {

constexpr size_t kReceiveSize = 16 * 1024;  // of each worker
constexpr size_t kKeptWhileIdle = 1024;     // of an empty input buffer
constexpr int kDrainRounds = 32;            // then others get their turn

bool isRequestId(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == ':';
  });
}

char* receiveBuffer() {
  thread_local std::string buffer(kReceiveSize, '\0');
  return buffer.data();
}

}  // namespace

std::string newRequestId() {
  static const uint64_t process = std::random_device{}() | uint64_t{std::random_device{}()} << 32;
  static std::atomic<uint64_t> count{0};
  char text[40];
  std::snprintf(text, sizeof text, "%012llx-%llx", static_cast<unsigned long long>(process & 0xFFFFFFFFFFFF),
                static_cast<unsigned long long>(count.fetch_add(1, std::memory_order_relaxed)));
  return text;
}

HttpConnection::HttpConnection(int socket, std::string peer, Shared& shared, int64_t now)
    : socket_(socket), peer_(std::move(peer)), shared_(shared), chunks_(shared.limits.body), since_(now) {}

HttpConnection::~HttpConnection() {
  releaseBody();
  ::close(socket_);
}

HttpConnection::Step HttpConnection::step(int64_t now) {
  for (;;) {
    Step next = Step::Close;
    switch (phase_) {
      case Phase::Idle:
      case Phase::Head: next = stepHead(now); break;
      case Phase::Body: next = stepBody(); break;
      case Phase::Ready: return Step::Handle;
      case Phase::Answer:
        next = stepAnswer(now);
        if (next == Step::Handle) continue;  // the answer is out: look for the next request
        return next;
      case Phase::Drain: return stepDrain();
    }
    if (next != Step::WaitForBytes) return next;
    switch (receive()) {
      case Received::Something: continue;
      case Received::Nothing: releaseInput(); return Step::WaitForBytes;
      case Received::End: return Step::Close;
    }
  }
}

HttpConnection::Step HttpConnection::stepHead(int64_t now) {
  if (shared_.stopping.load(std::memory_order_relaxed)) return Step::Close;
  if (waiting().empty()) return Step::WaitForBytes;
  if (phase_ == Phase::Idle) {
    phase_ = Phase::Head;
    since_ = request_began_ = now;
    scanner_ = HttpHeadScanner();
    head_ = HttpHead();
  }
  const size_t size = scanner_.scan(waiting(), shared_.limits, refusal_);
  if (refusal_) return refuse(refusal_.status, refusal_.what);
  if (size == 0) return Step::WaitForBytes;
  refusal_ = readHttpHead(waiting().substr(0, size), head_);
  take(size);
  if (refusal_) return refuse(refusal_.status, refusal_.what);
  const std::string_view id = head_.request.header("x-request-id");
  head_.request.request_id = isRequestId(id) ? std::string(id) : newRequestId();
  head_.request.peer = peer_;
  keep_alive_ = head_.keep_alive;
  return admit(now);
}

// What is decided by the head alone, before any of the body is read.
HttpConnection::Step HttpConnection::admit(int64_t now) {
  route_ = shared_.routes(head_.request.path);
  const bool has_body = head_.chunked || head_.content_length > 0;
  refusal_ = {};
  if (route_ == nullptr) refusal_ = {404, "There is nothing at this path."};
  if (!shared_.rates.take(peer_, now)) refusal_ = {429, "Too many requests from this address; try again."};
  if (refusal_) {
    keep_alive_ = keep_alive_ && !has_body;
    drain_ = has_body;
    return Step::Refuse;
  }
  if (has_body && route_->before_body) {
    if (auto response = route_->before_body(head_.request)) {
      turned_away_ = std::move(*response);
      keep_alive_ = false;
      drain_ = true;
      return Step::TurnAway;
    }
  }
  if (head_.content_length > shared_.limits.body) return refuse(413, "The body is too large.");
  if (has_body) return beginBody(now) ? Step::WaitForBytes : stepBody();
  phase_ = Phase::Ready;
  return Step::Handle;
}

// False when part of the body is here already; else the client may be waiting to be asked for it (RFC 9110 10.1.1).
bool HttpConnection::beginBody(int64_t now) {
  phase_ = Phase::Body;
  since_ = now;
  window_bytes_ = 0;
  chunks_ = HttpChunks(shared_.limits.body);
  if (!waiting().empty()) return false;
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  if (head_.expects_continue) (void)::send(socket_, kContinue.data(), kContinue.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return true;
}

HttpConnection::Step HttpConnection::stepBody() {
  std::string& body = head_.request.body;
  bool ended = false;
  if (head_.chunked) {
    std::string_view bytes = waiting();
    const size_t before = bytes.size();
    ended = chunks_.take(bytes, body, refusal_);
    take(before - bytes.size());
  } else {
    takeBody();
    ended = body.size() == head_.content_length;
  }
  if (refusal_) return refuse(refusal_.status, refusal_.what);
  if (!holdBody()) return refuse(503, "Too many large requests at once; try again.");
  if (!ended) return Step::WaitForBytes;
  phase_ = Phase::Ready;
  return Step::Handle;
}

void HttpConnection::takeBody() {
  std::string& body = head_.request.body;
  const size_t left = static_cast<size_t>(head_.content_length) - body.size();
  const std::string_view part = waiting().substr(0, left);
  // Room is made as bytes arrive, not as they are announced.
  if (body.size() + part.size() > body.capacity()) {
    body.reserve(std::min<size_t>(head_.content_length, std::max(body.size() * 2, body.size() + part.size())));
  }
  body.append(part);
  take(part.size());
}

bool HttpConnection::holdBody() {
  const size_t size = head_.request.body.size();
  shared_.buffered.fetch_add(size - held_, std::memory_order_relaxed);
  held_ = size;
  return shared_.buffered.load(std::memory_order_relaxed) <= shared_.limits.buffered_bodies;
}

void HttpConnection::releaseBody() {
  shared_.buffered.fetch_sub(held_, std::memory_order_relaxed);
  held_ = 0;
}

HttpConnection::Step HttpConnection::refuse(int status, std::string_view what) {
  refusal_ = {status, what};
  keep_alive_ = false;
  drain_ = true;
  in_.clear();
  taken_ = 0;
  return Step::Refuse;
}

void HttpConnection::answer(HttpResponse response, int64_t now) {
  if (shared_.stopping.load(std::memory_order_relaxed)) keep_alive_ = false;
  if (head_.request.request_id.empty()) head_.request.request_id = newRequestId();
  if (!keep_alive_ && !waiting().empty()) drain_ = true;
  HttpAnswerForm form;
  form.without_body = head_.is_head;
  form.keep_alive = keep_alive_;
  form.say_keep_alive = head_.one_point_zero;
  form.request_id = head_.request.request_id;
  out_head_ = httpAnswerHead(response, form);
  out_body_ = form.without_body || !mayHaveBody(response.status) ? std::string() : std::move(response.body);
  sent_ = 0;
  phase_ = Phase::Answer;
  since_ = now;
  refusal_ = {};
  head_.request = HttpRequest();
  releaseBody();
}

HttpConnection::Step HttpConnection::stepAnswer(int64_t now) {
  const size_t whole = out_head_.size() + out_body_.size();
  while (sent_ < whole) {
    iovec parts[2];
    int count = 0;
    if (sent_ < out_head_.size()) parts[count++] = {out_head_.data() + sent_, out_head_.size() - sent_};
    const size_t body_sent = sent_ > out_head_.size() ? sent_ - out_head_.size() : 0;
    if (body_sent < out_body_.size()) parts[count++] = {out_body_.data() + body_sent, out_body_.size() - body_sent};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = static_cast<size_t>(count);
    const ssize_t size = ::sendmsg(socket_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Step::WaitForRoom : Step::Close;
    sent_ += static_cast<size_t>(size);
    since_ = now;
  }
  if (!keep_alive_ && !drain_) return Step::Close;
  finishAnswer(now);
  return phase_ == Phase::Drain ? stepDrain() : Step::Handle;
}

void HttpConnection::finishAnswer(int64_t now) {
  out_head_ = std::string();
  out_body_ = std::string();
  since_ = now;
  phase_ = keep_alive_ ? Phase::Idle : Phase::Drain;
  if (!keep_alive_) ::shutdown(socket_, SHUT_WR);
}

// Who waits holds little.
void HttpConnection::releaseInput() {
  if (!waiting().empty() || in_.capacity() <= kKeptWhileIdle) return;
  in_ = std::string();
  taken_ = 0;
}

HttpConnection::Step HttpConnection::stepDrain() {
  for (int round = 0; round < kDrainRounds; ++round) {
    const ssize_t size = ::recv(socket_, receiveBuffer(), kReceiveSize, MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (size <= 0) return Step::Close;
  }
  return Step::WaitForBytes;
}

HttpConnection::Received HttpConnection::receive() {
  for (;;) {
    const ssize_t size = ::recv(socket_, receiveBuffer(), kReceiveSize, MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Received::Nothing;
    if (size <= 0) return Received::End;
    in_.append(receiveBuffer(), static_cast<size_t>(size));
    window_bytes_ += static_cast<size_t>(size);
    return Received::Something;
  }
}

void HttpConnection::take(size_t size) {
  taken_ += size;
  if (taken_ < in_.size()) return;
  in_.clear();
  taken_ = 0;
}

int64_t HttpConnection::deadline() const {
  const HttpLimits& limits = shared_.limits;
  switch (phase_) {
    case Phase::Idle: return since_ + limits.keep_alive_ms;
    case Phase::Head: return since_ + limits.head_deadline_ms;
    case Phase::Body: return std::min(since_ + limits.body_rate_after_ms, request_began_ + limits.total_deadline_ms);
    case Phase::Ready: return request_began_ + limits.total_deadline_ms;
    case Phase::Answer: return since_ + limits.write_stall_ms;
    case Phase::Drain: return since_ + limits.linger_ms;
  }
  return since_;
}

HttpConnection::Step HttpConnection::expire(int64_t now) {
  const HttpLimits& limits = shared_.limits;
  if (phase_ == Phase::Head) return refuse(408, "The head of the request did not arrive in time.");
  if (phase_ == Phase::Ready) return Step::Handle;
  if (phase_ != Phase::Body) return Step::Close;
  const auto expected = limits.body_rate * static_cast<size_t>(limits.body_rate_after_ms) / 1000;
  if (now >= request_began_ + limits.total_deadline_ms || window_bytes_ < expected) {
    return refuse(408, "The body of the request did not arrive in time.");
  }
  since_ = now;
  window_bytes_ = 0;
  return Step::WaitForBytes;
}

}  // namespace gateway::host
