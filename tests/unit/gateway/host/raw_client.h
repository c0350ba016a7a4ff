#pragma once
// A TCP client that sends exactly the bytes it is given and waits with a deadline: for what no well-behaved HTTP
// client would send.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <string_view>

namespace tests {

class RawClient {
 public:
  struct Unconnected {};
  explicit RawClient(Unconnected) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  explicit RawClient(uint16_t port) : RawClient(Unconnected{}) { connect(port); }
  ~RawClient() { close(); }
  RawClient(RawClient&& other) noexcept : socket_(other.socket_), connected_(other.connected_) { other.socket_ = -1; }
  RawClient(const RawClient&) = delete;

  bool connect(uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  bool connected() const { return connected_; }
  int socket() const { return socket_; }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  void halfClose() { ::shutdown(socket_, SHUT_WR); }

  // False when the other side has gone before it took all.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(size));
    }
    return true;
  }

  // Everything until the other side closes, or until the time is up (then `closed` is false).
  std::string readAll(bool& closed, int milliseconds = 5000) {
    std::string all;
    closed = false;
    while (wait(milliseconds)) {
      char bytes[64 * 1024];
      const ssize_t size = ::recv(socket_, bytes, sizeof bytes, 0);
      if (size <= 0) {
        closed = true;
        break;
      }
      all.append(bytes, static_cast<size_t>(size));
    }
    return all;
  }

  // One HTTP answer with a Content-Length (or with none and no body); empty when none comes.
  std::string readAnswer(int milliseconds = 5000) {
    for (;;) {
      const size_t head_end = buffer_.find("\r\n\r\n");
      if (head_end != std::string::npos) {
        size_t length = 0;
        const size_t at = buffer_.find("Content-Length: ");
        if (at < head_end) length = std::stoul(buffer_.substr(at + 16));
        const size_t whole = head_end + 4 + length;
        if (buffer_.size() >= whole) {
          std::string answer = buffer_.substr(0, whole);
          buffer_.erase(0, whole);
          return answer;
        }
      }
      if (!more(milliseconds)) return {};
    }
  }

  // Up to and with `end`; empty when it does not come.
  std::string readUntil(std::string_view end, int milliseconds = 5000) {
    for (;;) {
      const size_t at = buffer_.find(end);
      if (at != std::string::npos) {
        std::string text = buffer_.substr(0, at + end.size());
        buffer_.erase(0, at + end.size());
        return text;
      }
      if (!more(milliseconds)) return {};
    }
  }

 private:
  bool wait(int milliseconds) {
    pollfd waited{socket_, POLLIN, 0};
    return ::poll(&waited, 1, milliseconds) > 0;
  }

  bool more(int milliseconds) {
    char bytes[64 * 1024];
    if (!wait(milliseconds)) return false;
    const ssize_t size = ::recv(socket_, bytes, sizeof bytes, 0);
    if (size <= 0) return false;
    buffer_.append(bytes, static_cast<size_t>(size));
    return true;
  }

  int socket_ = -1;
  bool connected_ = false;
  std::string buffer_;
};

}  // namespace tests
