#include "tests/faults/refusals/conversation.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace refusals {

namespace {

int64_t now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

int connectTo(uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket);
    return -1;
  }
  ::fcntl(socket, F_SETFL, O_NONBLOCK);
  return socket;
}

bool waitFor(int socket, short events, int64_t milliseconds) {
  pollfd waited{socket, events, 0};
  return ::poll(&waited, 1, static_cast<int>(std::max<int64_t>(0, milliseconds))) > 0;
}

// Takes what has come; false when the gateway has closed.
bool hear(int socket, Heard& heard) {
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t size = ::recv(socket, buffer, sizeof buffer, MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) return true;
    if (size <= 0) {
      heard.closed = true;
      return false;
    }
    heard.bytes.append(buffer, static_cast<size_t>(size));
  }
}

}  // namespace

Heard converse(uint16_t port, const Pieces& bytes, bool half_close,
               const std::function<bool(std::string_view)>& enough, int patience_ms, int linger_ms) {
  Heard heard;
  const int socket = connectTo(port);
  if (socket < 0) return heard;
  const int64_t patience_ends = now() + patience_ms;
  heard.all_sent = forEachBlock(bytes, [&](std::string_view block) {
    while (!block.empty()) {
      const ssize_t size = ::send(socket, block.data(), block.size(), MSG_NOSIGNAL);
      if (size > 0) {
        block.remove_prefix(static_cast<size_t>(size));
        continue;
      }
      if (errno != EAGAIN || now() > patience_ends) return false;
      waitFor(socket, POLLIN | POLLOUT, 100);
      if (!hear(socket, heard) || enough(heard.bytes)) return false;
    }
    return true;
  });
  const int64_t last_byte = now();
  if (half_close) ::shutdown(socket, SHUT_WR);
  bool open = !heard.closed;
  while (open && !enough(heard.bytes) && now() < patience_ends) {
    if (waitFor(socket, POLLIN, patience_ends - now())) open = hear(socket, heard);
  }
  heard.answer_ms = now() - last_byte;
  const int64_t linger_ends = now() + linger_ms;
  while (open && now() < linger_ends) {
    if (waitFor(socket, POLLIN, linger_ends - now())) open = hear(socket, heard);
  }
  ::close(socket);
  return heard;
}

HttpAnswerParts httpAnswer(std::string_view bytes) {
  HttpAnswerParts parts;
  if (bytes.substr(0, 9) != "HTTP/1.1 " || bytes.size() < 12) return parts;
  parts.status = std::stoi(std::string(bytes.substr(9, 3)));
  const size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return parts;
  size_t length = 0;
  const size_t at = bytes.find("Content-Length: ");
  if (at < end) length = std::stoul(std::string(bytes.substr(at + 16, 12)));
  parts.body = bytes.substr(end + 4, length);
  parts.whole = bytes.size() >= end + 4 + length;
  return parts;
}

bool mllpAnswer(std::string_view bytes, std::string& message) {
  const size_t end = bytes.find("\x1C\r");
  if (bytes.empty() || bytes[0] != '\x0B' || end == std::string_view::npos) return false;
  message = bytes.substr(1, end - 1);
  return true;
}

CrowdHeard runCrowd(uint16_t port, const Crowd& crowd, const std::atomic<bool>& give_up) {
  CrowdHeard result;
  struct Member {
    int socket = -1;
    Heard heard;
  };
  std::vector<Member> members(static_cast<size_t>(crowd.connections));
  for (Member& member : members) {
    member.socket = connectTo(port);
    if (member.socket < 0) continue;
    ++result.connected;
    forEachBlock(crowd.first, [&](std::string_view block) {
      return ::send(member.socket, block.data(), block.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(block.size());
    });
  }
  const int64_t ends = now() + crowd.for_ms;
  while (now() < ends && !give_up) {
    const int64_t round_ends = now() + crowd.every_ms;
    for (Member& member : members) {
      if (member.socket < 0 || member.heard.closed) continue;
      if (!crowd.then.empty()) (void)!::send(member.socket, crowd.then.data(), crowd.then.size(), MSG_NOSIGNAL);
      if (crowd.reads) hear(member.socket, member.heard);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(std::max<int64_t>(1, std::min(round_ends, ends) - now())));
  }
  for (Member& member : members) {
    if (member.socket < 0) continue;
    if (!member.heard.closed && crowd.reads) hear(member.socket, member.heard);
    result.answered += member.heard.bytes.empty() ? 0 : 1;
    result.closed += member.heard.closed ? 1 : 0;
    if (result.example.empty()) result.example = member.heard.bytes;
    ::close(member.socket);
  }
  return result;
}

}  // namespace refusals
