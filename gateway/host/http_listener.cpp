#include "gateway/host/http_listener.h"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "gateway/host/http_rates.h"

namespace gateway::host {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Why;

namespace {

constexpr int kBacklog = 1024;
constexpr int kLoopbackShare = 16;  // a proxy or a test on this machine may hold so many times more

std::string textOf(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text, sizeof text);
    return text;
  }
  const auto& six = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&six)) {
    ::inet_ntop(AF_INET, six.s6_addr + 12, text, sizeof text);
  } else {
    ::inet_ntop(AF_INET6, &six, text, sizeof text);
  }
  return text;
}

// Connections leave the store and the logs their share of the process's file descriptors.
int mostConnections(int wanted) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return wanted;
  return static_cast<int>(std::min<rlim_t>(static_cast<rlim_t>(wanted), files.rlim_cur / 4 * 3));
}

}  // namespace

HttpListener::HttpListener(const HttpLimits& limits, std::string too_many_answer)
    : limits_(limits), too_many_answer_(std::move(too_many_answer)) {}

HttpListener::~HttpListener() { close(); }

Done HttpListener::open(const std::string& address, uint16_t port) {
  const std::string where = address + ":" + std::to_string(port);
  try {
    Poco::Net::ServerSocket listener;
    const Poco::Net::SocketAddress at(address, port);
    if (at.family() == Poco::Net::AddressFamily::IPv6) {
      listener.bind6(at, true, false, false);
    } else {
      listener.bind(at, true, false);  // reuse the address after a restart, share the port with nobody
    }
    listener.listen(kBacklog);
    listener.setBlocking(false);
    port_ = listener.address().port();
    // Poco closes its own descriptor when it leaves; ours lives on.
    socket_ = ::fcntl(listener.impl()->sockfd(), F_DUPFD_CLOEXEC, 0);
  } catch (const Poco::Exception& exception) {
    return Error{Why::Unavailable, "cannot listen: " + exception.displayText(), where};
  }
  if (socket_ < 0) return Error{Why::Unavailable, "cannot listen: no file descriptor left", where};
  most_ = mostConnections(limits_.connections);
  return {};
}

void HttpListener::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

HttpListener::Accepted HttpListener::accept(HttpVisitor& visitor) {
  for (;;) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int socket = ::accept4(socket_, reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      const bool exhausted = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
      return exhausted ? Accepted::NoDescriptors : Accepted::Nobody;
    }
    visitor.peer = textOf(address);
    if (admit(visitor.peer)) {
      const int on = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      visitor.socket = socket;
      return Accepted::Visitor;
    }
    (void)::send(socket, too_many_answer_.data(), too_many_answer_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::close(socket);
  }
}

bool HttpListener::admit(const std::string& peer) {
  const std::lock_guard lock(mutex_);
  const int most_of_address = limits_.connections_per_address * (isLoopback(peer) ? kLoopbackShare : 1);
  if (present_ >= most_) return false;
  int& here = by_address_[peer];
  if (here >= most_of_address) return false;
  ++here;
  ++present_;
  return true;
}

void HttpListener::leave(const std::string& peer) {
  const std::lock_guard lock(mutex_);
  --present_;
  const auto found = by_address_.find(peer);
  if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
}

int HttpListener::present() const {
  const std::lock_guard lock(mutex_);
  return present_;
}

}  // namespace gateway::host
