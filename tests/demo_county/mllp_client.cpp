#include "tests/demo_county/mllp_client.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace demo_county {

using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

Result<MllpClient> MllpClient::connect(const std::string& host, uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return Error{Why::Unavailable, "cannot resolve the host", host};
  }
  int socket = -1;
  for (addrinfo* a = found; a != nullptr && socket < 0; a = a->ai_next) {
    socket = ::socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
    if (socket >= 0 && ::connect(socket, a->ai_addr, a->ai_addrlen) != 0) {
      ::close(socket);
      socket = -1;
    }
  }
  ::freeaddrinfo(found);
  if (socket < 0) return Error{Why::Unavailable, std::strerror(errno), host + ":" + std::to_string(port)};
  int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  timeval patience{60, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return MllpClient(socket);
}

MllpClient::~MllpClient() {
  if (socket_ >= 0) ::close(socket_);
}

Result<std::string> MllpClient::exchange(std::string_view message) {
  std::string frame = "\x0b";
  frame.append(message).append("\x1c\r");
  for (size_t sent = 0; sent < frame.size();) {
    ssize_t n = ::send(socket_, frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return Error{Why::Unavailable, "the connection was closed while sending", {}};
    sent += static_cast<size_t>(n);
  }
  for (;;) {
    size_t end = pending_.find("\x1c\r");
    if (end != std::string::npos) {
      size_t start = pending_.find('\x0b');
      std::string answer = start < end ? pending_.substr(start + 1, end - start - 1) : std::string();
      pending_.erase(0, end + 2);
      return answer;
    }
    char buffer[16 * 1024];
    ssize_t n = ::recv(socket_, buffer, sizeof buffer, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      return Error{
          Why::Unavailable,
          std::string("no acknowledgement came: ") + (n == 0 ? "the connection was closed" : std::strerror(errno)),
          {}};
    }
    pending_.append(buffer, static_cast<size_t>(n));
  }
}

}  // namespace demo_county
