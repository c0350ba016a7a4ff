#include "connectors/sdk/tcp_server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace connectors::sdk {
namespace {

constexpr int kBacklog = 512;
constexpr int kFirstWorkers = 4;
constexpr int kWorkInARow = 16;  // of one session, then the others get their turn
constexpr int kTick_ms = 50;
constexpr int kPauseWithoutDescriptors_ms = 100;
constexpr int kStopPatience_ms = 800;
constexpr uint64_t kEverybodyHome = std::numeric_limits<uint64_t>::max();

struct Slot {
  std::mutex mutex;
  uint32_t generation = 0;  // grows when the slot changes hands: events of a former tenant are known by it
  bool armed = false;
  bool waits_for_room = false;
  int64_t deadline = 0;
  int socket = -1;
  std::string peer;
  std::unique_ptr<TcpSession> session;
};

std::string textOf(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text, sizeof text);
    return text;
  }
  const in6_addr& six = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&six)) {
    ::inet_ntop(AF_INET, six.s6_addr + 12, text, sizeof text);
  } else {
    ::inet_ntop(AF_INET6, &six, text, sizeof text);
  }
  return text;
}

bool isLoopback(const std::string& peer) { return peer.rfind("127.", 0) == 0 || peer == "::1"; }

// Connections leave the rest of the process its share of file descriptors.
int mostConnections(int wanted) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return wanted;
  return static_cast<int>(std::min<rlim_t>(static_cast<rlim_t>(wanted), files.rlim_cur / 4 * 3));
}

// A bound and listening socket, or -1 with errno set.
int listenOn(const addrinfo& at) {
  const int socket = ::socket(at.ai_family, at.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at.ai_protocol);
  if (socket < 0) return -1;
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket, at.ai_addr, at.ai_addrlen) == 0 && ::listen(socket, kBacklog) == 0) return socket;
  const int trouble = errno;
  ::close(socket);
  errno = trouble;
  return -1;
}

uint16_t portOf(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

// Peers that vanish without a word are found by the kernel within minutes.
void tune(int socket) {
  const int on = 1, idle = 60, interval = 15, count = 4;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
}

// Reset by the peer. Such a socket reports a hang-up for ever: who waits for nothing but time would spin on it.
bool isGone(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_state == TCP_CLOSE;
}

}  // namespace

int64_t monotonicMilliseconds() {
  const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_boot).count();
}

Transfer receiveSome(int socket, std::string& into) {
  constexpr size_t kSize = 16 * 1024;
  thread_local std::string buffer(kSize, '\0');
  for (;;) {
    const ssize_t size = ::recv(socket, buffer.data(), kSize, MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Transfer::Nothing;
    if (size <= 0) return Transfer::Ended;
    into.append(buffer.data(), static_cast<size_t>(size));
    return Transfer::Some;
  }
}

Transfer sendSome(int socket, const std::string& bytes, size_t& sent) {
  while (sent < bytes.size()) {
    const ssize_t size = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Transfer::Nothing;
    if (size < 0) return Transfer::Ended;
    sent += static_cast<size_t>(size);
  }
  return Transfer::Some;
}

struct TcpServer::Body {
  Body(Options given, Open opener)
      : options(std::move(given)),
        open(std::move(opener)),
        slots(static_cast<size_t>(std::max(1, options.connections))) {
    for (size_t i = slots.size(); i > 0; --i) free_slots.push_back(i - 1);
  }

  Options options;
  Open open;
  int listener = -1;
  uint16_t port = 0;
  int most = 0;
  int epoll = -1;
  int doorbell = -1;
  int home_time = -1;
  bool running = false;

  std::vector<Slot> slots;
  std::mutex door_mutex;  // the three below
  std::vector<size_t> free_slots;
  std::map<std::string, int> by_address;
  int present = 0;
  std::atomic<uint64_t> turned_away{0};
  std::atomic<size_t> ever_used{0};  // slots from here on have never been taken

  std::thread doorkeeper;
  std::mutex workers_mutex;
  std::vector<std::thread> workers;
  std::atomic<int> worker_count{0};
  std::atomic<int> working{0};  // workers inside work()
  std::atomic<bool> stopping{false};

  // ---- the doorkeeper ----------------------------------------------------------------------------------------

  void keepDoor() {
    int64_t next_round = monotonicMilliseconds() + kTick_ms;
    int64_t paused_until = 0;
    for (;;) {
      const int64_t at = monotonicMilliseconds();
      pollfd waited[2] = {{doorbell, POLLIN, 0}, {listener, POLLIN, 0}};
      const bool accepting = at >= paused_until;
      const int ready = ::poll(waited, accepting ? 2 : 1, static_cast<int>(std::max<int64_t>(0, next_round - at)));
      if (waited[0].revents != 0) return;
      if (ready > 0 && accepting && waited[1].revents != 0 && !letIn()) {
        paused_until = monotonicMilliseconds() + kPauseWithoutDescriptors_ms;
      }
      if (monotonicMilliseconds() < next_round) continue;
      callOverdue();
      next_round = monotonicMilliseconds() + kTick_ms;
    }
  }

  // False when there are no descriptors left.
  bool letIn() {
    for (;;) {
      sockaddr_storage address{};
      socklen_t size = sizeof address;
      const int socket =
          ::accept4(listener, reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (socket < 0) {
        if (errno == EINTR || errno == ECONNABORTED) continue;
        return errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM;
      }
      size_t index = 0;
      const std::string peer = textOf(address);
      if (!admit(peer, index)) {
        turned_away.fetch_add(1, std::memory_order_relaxed);
        ::close(socket);
        continue;
      }
      tune(socket);
      seat(index, socket, peer);
    }
  }

  bool admit(const std::string& peer, size_t& index) {
    const std::lock_guard lock(door_mutex);
    if (present >= most || free_slots.empty()) return false;
    int& here = by_address[peer];
    if (!isLoopback(peer) && here >= options.connections_per_address) return false;
    ++here;
    ++present;
    index = free_slots.back();
    free_slots.pop_back();
    ever_used = std::max(ever_used.load(), index + 1);
    return true;
  }

  void seat(size_t index, int socket, const std::string& peer) {
    Slot& slot = slots[index];
    const std::lock_guard lock(slot.mutex);
    slot.socket = socket;
    slot.peer = peer;
    slot.session = open(socket, peer);
    slot.armed = true;
    slot.waits_for_room = false;
    slot.deadline = slot.session->deadline();
    watch(index, EPOLL_CTL_ADD, EPOLLIN);
  }

  void callOverdue() {
    const int64_t at = monotonicMilliseconds();
    for (size_t i = 0; i < ever_used; ++i) {
      Slot& slot = slots[i];
      const std::lock_guard lock(slot.mutex);
      if (!slot.armed || at < slot.deadline) continue;
      // Who reads nothing cannot be told anything: a hang-up is the only event there will be.
      if (slot.waits_for_room) ::shutdown(slot.socket, SHUT_RDWR);
      watch(i, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    }
  }

  void callAll() {
    for (size_t i = 0; i < ever_used; ++i) {
      const std::lock_guard lock(slots[i].mutex);
      if (slots[i].armed) watch(i, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    }
  }

  // The slot's mutex is held.
  void watch(size_t index, int operation, uint32_t events) {
    epoll_event event{};
    event.events = events | EPOLLONESHOT;
    event.data.u64 = uint64_t{slots[index].generation} << 32 | index;
    ::epoll_ctl(epoll, operation, slots[index].socket, &event);
  }

  // ---- the workers -------------------------------------------------------------------------------------------

  void addWorker() {
    const std::lock_guard lock(workers_mutex);
    if (stopping || workers.size() >= static_cast<size_t>(std::max(1, options.workers))) return;
    workers.emplace_back([this] { run(); });
    worker_count = static_cast<int>(workers.size());
  }

  void run() {
    for (;;) {
      epoll_event event{};
      if (::epoll_wait(epoll, &event, 1, -1) < 1) continue;
      if (event.data.u64 == kEverybodyHome) return;
      const size_t index = event.data.u64 & 0xFFFFFFFFu;
      Slot& slot = slots[index];
      {
        const std::lock_guard lock(slot.mutex);
        if (!slot.armed || slot.generation != event.data.u64 >> 32) continue;
        slot.armed = false;
      }
      serve(index, *slot.session);
    }
  }

  void serve(size_t index, TcpSession& session) {
    using Step = TcpSession::Step;
    bool overdue = monotonicMilliseconds() >= session.deadline();
    for (int worked = 0;;) {
      const int64_t at = monotonicMilliseconds();
      Step step = session.step(at, stopping);
      const bool waits = step == Step::WaitForBytes || step == Step::WaitForRoom || step == Step::WaitForTime;
      // Bytes that were there in time count, even if a worker was long in coming.
      if (overdue && waits && at >= session.deadline()) {
        overdue = false;
        step = session.expire(at);
      }
      switch (step) {
        case Step::WaitForBytes: return arm(index, session, EPOLLIN);
        case Step::WaitForRoom: return arm(index, session, EPOLLOUT);
        case Step::WaitForTime: return isGone(slots[index].socket) ? leave(index) : arm(index, session, 0);
        case Step::Close: return leave(index);
        case Step::Work:
          // When every worker is in work(), nobody is left to read: one more is needed.
          if (working.fetch_add(1) + 1 >= worker_count.load()) addWorker();
          session.work();
          working.fetch_sub(1);
          if (++worked == kWorkInARow) return arm(index, session, EPOLLIN | EPOLLOUT);
      }
    }
  }

  void arm(size_t index, const TcpSession& session, uint32_t events) {
    Slot& slot = slots[index];
    const std::lock_guard lock(slot.mutex);
    slot.armed = true;
    slot.waits_for_room = events == EPOLLOUT;
    slot.deadline = session.deadline();
    watch(index, EPOLL_CTL_MOD, events);
  }

  void leave(size_t index) {
    Slot& slot = slots[index];
    std::unique_ptr<TcpSession> session;
    int socket = -1;
    std::string peer;
    {
      const std::lock_guard lock(slot.mutex);
      session = std::move(slot.session);
      socket = std::exchange(slot.socket, -1);
      peer = std::move(slot.peer);
      slot.armed = false;
      ++slot.generation;
    }
    session.reset();
    ::close(socket);
    const std::lock_guard lock(door_mutex);
    free_slots.push_back(index);
    --present;
    const auto found = by_address.find(peer);
    if (found != by_address.end() && --found->second == 0) by_address.erase(found);
  }

  // ---- beginning and end -------------------------------------------------------------------------------------

  bool start(std::string& error) {
    addrinfo wanted{}, *found = nullptr;
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    const std::string service = std::to_string(options.port);
    const std::string where = options.address + " port " + service;
    if (const int trouble = ::getaddrinfo(options.address.c_str(), service.c_str(), &wanted, &found); trouble != 0) {
      error = "no address to listen on: " + where + ": " + ::gai_strerror(trouble);
      return false;
    }
    listener = listenOn(*found);
    const int trouble = errno;
    ::freeaddrinfo(found);
    if (listener < 0) {
      error = "cannot listen on " + where + ": " + std::strerror(trouble);
      return false;
    }
    epoll = ::epoll_create1(EPOLL_CLOEXEC);
    doorbell = ::eventfd(0, EFD_CLOEXEC);
    home_time = ::eventfd(0, EFD_CLOEXEC);
    if (epoll < 0 || doorbell < 0 || home_time < 0) {
      error = "no file descriptors left";
      closeDescriptors();
      return false;
    }
    port = portOf(listener);
    most = mostConnections(options.connections);
    running = true;
    for (int i = 0; i < kFirstWorkers; ++i) addWorker();
    doorkeeper = std::thread([this] { keepDoor(); });
    return true;
  }

  void stop() {
    if (!std::exchange(running, false)) return;
    {
      const std::lock_guard lock(workers_mutex);
      stopping = true;
    }
    const uint64_t one = 1;
    (void)!::write(doorbell, &one, sizeof one);
    doorkeeper.join();
    ::close(std::exchange(listener, -1));
    callAll();
    const int64_t patience_ends = monotonicMilliseconds() + kStopPatience_ms;
    while (presentNow() > 0 && monotonicMilliseconds() < patience_ends) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    for (Slot& slot : slots) {
      const std::lock_guard lock(slot.mutex);
      if (slot.socket >= 0) ::shutdown(slot.socket, SHUT_RDWR);
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = kEverybodyHome;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, home_time, &event);
    (void)!::write(home_time, &one, sizeof one);
  }

  void finish() {
    stop();
    for (std::thread& worker : workers) worker.join();
    workers.clear();
    for (size_t i = 0; i < slots.size(); ++i) {
      if (slots[i].session) leave(i);
    }
    closeDescriptors();
  }

  void closeDescriptors() {
    for (int* descriptor : {&listener, &epoll, &doorbell, &home_time}) {
      if (*descriptor >= 0) ::close(*descriptor);
      *descriptor = -1;
    }
  }

  int presentNow() {
    const std::lock_guard lock(door_mutex);
    return present;
  }
};

TcpServer::TcpServer(Options options, Open open)
    : body_(std::make_unique<Body>(std::move(options), std::move(open))) {}
TcpServer::~TcpServer() { body_->finish(); }
bool TcpServer::start(std::string& error) { return body_->start(error); }
uint16_t TcpServer::port() const { return body_->port; }
void TcpServer::stop() { body_->stop(); }
int TcpServer::connections() const { return body_->presentNow(); }
uint64_t TcpServer::turnedAway() const { return body_->turned_away; }

}  // namespace connectors::sdk
