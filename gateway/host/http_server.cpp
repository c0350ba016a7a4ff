#include "gateway/host/http_server.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <map>
#include <mutex>
#include <thread>

#include "gateway/host/http_answer.h"
#include "gateway/host/http_connection.h"
#include "gateway/host/http_listener.h"
#include "gateway/host/threads.h"

// How it works. Every connection sits in a slot and in one epoll set, armed for a single event. A worker that gets
// the event owns the connection until it arms it again, so a connection is never touched by two. The doorkeeper
// thread accepts, and looks for passed deadlines: it touches nothing either, it only makes the event happen.

namespace gateway::host {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Why;

namespace {

constexpr int kFirstWorkers = 4;
constexpr int kRequestsInARow = 64;  // of one connection, then the others get their turn
constexpr int kStopPatience_ms = 5'000;
constexpr int kPauseWithoutDescriptors_ms = 100;
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
constexpr uint64_t kEverybodyHome = std::numeric_limits<uint64_t>::max();

int64_t now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

HttpResponse plainError(int status, std::string_view what) {
  HttpResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::string(what) + "\n";
  return response;
}

struct Slot {
  std::mutex mutex;
  uint32_t generation = 0;  // grows when the slot changes hands: events of a former tenant are known by it
  bool armed = false;
  bool waits_for_room = false;  // armed for writing only
  int64_t deadline = kNever;
  std::unique_ptr<HttpConnection> connection;
};

uint64_t eventKey(size_t index, uint32_t generation) { return uint64_t{generation} << 32 | index; }

// "/fhir" serves /fhir and /fhir/Patient, not /fhirx; "/" serves everything.
bool covers(std::string_view prefix, std::string_view path) {
  if (prefix == "/") return true;
  return path.substr(0, prefix.size()) == prefix && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

}  // namespace

std::string_view HttpRequest::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

struct HttpServer::Body {
  explicit Body(Options given)
      : options(std::move(given)),
        rates(options.limits.requests_per_second_per_address, options.limits.count_loopback),
        shared{options.limits, [this](std::string_view path) { return find(path); }, rates, {}, {}},
        listener(options.limits, tooMany()),
        slots(static_cast<size_t>(std::max(1, options.limits.connections))) {
    for (size_t i = slots.size(); i > 0; --i) free_slots.push_back(i - 1);
  }

  Options options;
  HttpRates rates;
  HttpConnection::Shared shared;
  HttpListener listener;
  std::vector<HttpRoute> routes;  // longest first

  std::vector<Slot> slots;
  std::mutex free_mutex;
  std::vector<size_t> free_slots;
  std::atomic<size_t> ever_used{0};  // slots from here on have never been taken

  int epoll = -1;
  int doorbell = -1;   // ends the doorkeeper
  int home_time = -1;  // ends the workers
  std::thread doorkeeper;
  std::mutex workers_mutex;
  std::vector<std::thread> workers;
  std::atomic<int> handling{0};  // workers in a handler
  std::atomic<int> worker_count{0};
  bool running = false;

  HttpResponse errorResponse(int status, std::string_view what) const {
    if (!options.on_error) return plainError(status, what);
    try {
      HttpResponse response = options.on_error(status, what);
      response.status = status;
      return response;
    } catch (...) {
      return plainError(status, what);
    }
  }

  std::string tooMany() const {
    const HttpResponse response = errorResponse(503, "Too many connections; try again.");
    HttpAnswerForm form;
    form.keep_alive = false;
    form.request_id = "-";
    return httpAnswerHead(response, form) + response.body;
  }

  const HttpRoute* find(std::string_view path) const {
    for (const HttpRoute& route : routes) {
      if (covers(route.prefix, path)) return &route;
    }
    return nullptr;
  }

  // ---- the doorkeeper ----------------------------------------------------------------------------------------

  int tick() const {
    const HttpLimits& limits = options.limits;
    const int shortest = std::min({limits.head_deadline_ms, limits.body_rate_after_ms, limits.keep_alive_ms,
                                   limits.total_deadline_ms, limits.write_stall_ms, limits.linger_ms});
    return std::clamp(shortest / 4, 10, 250);
  }

  void keepDoor() {
    nameThisThread("http door");
    int64_t next_round = now() + tick();
    int64_t paused_until = 0;
    for (;;) {
      const int64_t at = now();
      pollfd waited[2] = {{doorbell, POLLIN, 0}, {listener.socket(), POLLIN, 0}};
      const bool accepting = at >= paused_until;
      const int ready = ::poll(waited, accepting ? 2 : 1, static_cast<int>(std::max<int64_t>(0, next_round - at)));
      if (waited[0].revents != 0) return;
      if (ready > 0 && accepting && waited[1].revents != 0 && !letIn())
        paused_until = now() + kPauseWithoutDescriptors_ms;
      if (now() < next_round) continue;
      callOverdue(now());
      next_round = now() + tick();
    }
  }

  // False when there are no descriptors left.
  bool letIn() {
    HttpVisitor visitor;
    for (;;) {
      switch (listener.accept(visitor)) {
        case HttpListener::Accepted::Nobody: return true;
        case HttpListener::Accepted::NoDescriptors: return false;
        case HttpListener::Accepted::Visitor: seat(visitor);
      }
    }
  }

  void seat(HttpVisitor& visitor) {
    size_t index = 0;
    {
      const std::lock_guard lock(free_mutex);
      index = free_slots.back();  // there is one: the listener admits no more than there are slots
      free_slots.pop_back();
      ever_used = std::max(ever_used.load(), index + 1);
    }
    Slot& slot = slots[index];
    const std::lock_guard lock(slot.mutex);
    slot.connection = std::make_unique<HttpConnection>(visitor.socket, std::move(visitor.peer), shared, now());
    slot.armed = true;
    slot.deadline = slot.connection->deadline();
    watch(index, *slot.connection, EPOLL_CTL_ADD, EPOLLIN);
  }

  void callOverdue(int64_t at) {
    for (size_t i = 0; i < ever_used; ++i) {
      Slot& slot = slots[i];
      const std::lock_guard lock(slot.mutex);
      if (!slot.armed || at < slot.deadline) continue;
      // Who reads nothing of its answer cannot be told anything: a hang-up is the only event there will be.
      if (slot.waits_for_room) ::shutdown(slot.connection->socket(), SHUT_RDWR);
      call(i);
    }
  }

  void callAll() {
    for (size_t i = 0; i < ever_used; ++i) {
      const std::lock_guard lock(slots[i].mutex);
      if (slots[i].armed) call(i);
    }
  }

  // Makes an event happen now or as soon as the socket can be written. The slot's mutex is held.
  void call(size_t index) { watch(index, *slots[index].connection, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT); }

  void watch(size_t index, const HttpConnection& connection, int operation, uint32_t events) {
    epoll_event event{};
    event.events = events | EPOLLONESHOT;
    event.data.u64 = eventKey(index, slots[index].generation);
    ::epoll_ctl(epoll, operation, connection.socket(), &event);
  }

  // ---- the workers -------------------------------------------------------------------------------------------

  void addWorker() {
    const std::lock_guard lock(workers_mutex);
    if (shared.stopping || workers.size() >= static_cast<size_t>(std::max(1, options.limits.workers))) return;
    workers.emplace_back([this] { work(); });
    worker_count = static_cast<int>(workers.size());
  }

  void work() {
    nameThisThread("http");
    for (;;) {
      epoll_event event{};
      const int count = ::epoll_wait(epoll, &event, 1, -1);
      if (count < 1) continue;
      if (event.data.u64 == kEverybodyHome) return;
      const size_t index = event.data.u64 & 0xFFFFFFFFu;
      Slot& slot = slots[index];
      {
        const std::lock_guard lock(slot.mutex);
        if (!slot.armed || slot.generation != event.data.u64 >> 32) continue;
        slot.armed = false;
      }
      serve(index, *slot.connection);
    }
  }

  void serve(size_t index, HttpConnection& connection) {
    using Step = HttpConnection::Step;
    int64_t at = now();
    bool overdue = at >= connection.deadline();
    for (int answered = 0;;) {
      Step step = connection.step(at);
      // Bytes that were there in time count, even if a worker was long in coming.
      if (overdue && (step == Step::WaitForBytes || step == Step::WaitForRoom) && at >= connection.deadline()) {
        overdue = false;
        step = connection.expire(at);
      }
      switch (step) {
        case Step::WaitForBytes: return arm(index, connection, EPOLLIN);
        case Step::WaitForRoom: return arm(index, connection, EPOLLOUT);
        case Step::Close: return leave(index);
        case Step::Refuse: refuse(connection); break;
        case Step::TurnAway: connection.answer(connection.takeTurnedAway(), now()); break;
        case Step::Handle:
          if (answered++ == kRequestsInARow) return arm(index, connection, EPOLLIN | EPOLLOUT);
          handle(connection);
          at = now();
      }
    }
  }

  void handle(HttpConnection& connection) {
    // When every worker is in a handler, nobody is left to read: one more is needed.
    if (handling.fetch_add(1) + 1 >= worker_count.load()) addWorker();
    HttpResponse response;
    try {
      response = connection.handler()(connection.request());
    } catch (...) {
      response = errorResponse(500, "The request could not be answered.");
    }
    handling.fetch_sub(1);
    connection.answer(std::move(response), now());
  }

  void refuse(HttpConnection& connection) {
    HttpResponse response = errorResponse(connection.refusal().status, connection.refusal().what);
    if (response.status == 503 || response.status == 429) response.headers.emplace_back("Retry-After", "1");
    connection.answer(std::move(response), now());
  }

  void arm(size_t index, HttpConnection& connection, uint32_t events) {
    Slot& slot = slots[index];
    const std::lock_guard lock(slot.mutex);
    slot.armed = true;
    slot.waits_for_room = events == EPOLLOUT;
    slot.deadline = connection.deadline();
    watch(index, connection, EPOLL_CTL_MOD, events);
  }

  void leave(size_t index) {
    Slot& slot = slots[index];
    std::unique_ptr<HttpConnection> connection;
    {
      const std::lock_guard lock(slot.mutex);
      connection = std::move(slot.connection);
      slot.armed = false;
      ++slot.generation;
    }
    const std::string peer = connection->peer();
    connection.reset();
    {
      const std::lock_guard lock(free_mutex);
      free_slots.push_back(index);
    }
    listener.leave(peer);
  }

  // ---- beginning and end -------------------------------------------------------------------------------------

  Done start() {
    RETURN_IF_ERROR(listener.open(options.address, options.port));
    epoll = ::epoll_create1(EPOLL_CLOEXEC);
    doorbell = ::eventfd(0, EFD_CLOEXEC);
    home_time = ::eventfd(0, EFD_CLOEXEC);
    if (epoll < 0 || doorbell < 0 || home_time < 0) {
      closeAll();
      return Error{Why::Unavailable, "cannot listen: no file descriptor left", options.address};
    }
    std::sort(routes.begin(), routes.end(),
              [](const auto& a, const auto& b) { return a.prefix.size() > b.prefix.size(); });
    running = true;
    shared.stopping = false;
    for (int i = 0; i < kFirstWorkers; ++i) addWorker();
    doorkeeper = std::thread([this] { keepDoor(); });
    return {};
  }

  void stop() {
    if (!std::exchange(running, false)) return;
    {
      const std::lock_guard lock(workers_mutex);
      shared.stopping = true;  // from here on no worker is added, and who has no whole request is sent away
    }
    const uint64_t one = 1;
    (void)!::write(doorbell, &one, sizeof one);
    doorkeeper.join();
    listener.close();
    callAll();
    const int64_t patience_ends = now() + kStopPatience_ms;
    while (listener.present() > 0 && now() < patience_ends) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    for (Slot& slot : slots) {
      const std::lock_guard lock(slot.mutex);
      if (slot.connection) ::shutdown(slot.connection->socket(), SHUT_RDWR);
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = kEverybodyHome;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, home_time, &event);
    (void)!::write(home_time, &one, sizeof one);
    for (std::thread& worker : workers) worker.join();
    workers.clear();
    worker_count = 0;
    for (size_t i = 0; i < slots.size(); ++i) {
      if (slots[i].connection) leave(i);
    }
    closeAll();
  }

  void closeAll() {
    for (int* descriptor : {&epoll, &doorbell, &home_time}) {
      if (*descriptor >= 0) ::close(*descriptor);
      *descriptor = -1;
    }
    listener.close();
  }
};

HttpServer::HttpServer(Options options) : body_(std::make_unique<Body>(std::move(options))) {}
HttpServer::~HttpServer() { stop(); }

void HttpServer::route(std::string_view path_prefix, HttpHandler handler, HttpBodyGate before_body) {
  while (path_prefix.size() > 1 && path_prefix.back() == '/') path_prefix.remove_suffix(1);
  body_->routes.push_back({std::string(path_prefix), std::move(handler), std::move(before_body)});
}

Done HttpServer::start() { return body_->start(); }
uint16_t HttpServer::port() const { return body_->listener.port(); }
void HttpServer::stop() { body_->stop(); }
int HttpServer::connections() const { return body_->listener.present(); }

}  // namespace gateway::host
