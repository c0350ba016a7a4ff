#include "gateway/host/admin_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

#include "fhir/base/json.h"
#include "gateway/host/unix_socket.h"

// The answer is a row of frames: "T <size>\n" and that many bytes of text, at last "X <exit code>\n".

namespace gateway::host {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

namespace {

constexpr size_t kLongestRequest = 1u << 20;
constexpr int kMostConnections = 32;
constexpr int kRequestDeadlineSeconds = 10;

// Accepts exactly one array of strings.
class WordsHandler : public fhir::base::JsonHandler {
 public:
  std::vector<std::string> words;

  bool null(size_t) override { return false; }
  bool boolean(bool, size_t) override { return false; }
  bool number(std::string_view, size_t) override { return false; }
  bool string(std::string_view text, bool, size_t) override {
    if (!inside_) return false;
    words.emplace_back(text);
    return true;
  }
  bool key(std::string_view, bool, size_t) override { return false; }
  bool startObject(size_t) override { return false; }
  bool endObject(size_t) override { return false; }
  bool startArray(size_t) override { return !std::exchange(inside_, true); }
  bool endArray(size_t) override { return true; }

 private:
  bool inside_ = false;
};

std::string jsonArray(const std::vector<std::string>& words) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text = "[";
  for (const std::string& word : words) {
    if (text.size() > 1) text += ',';
    text += '"';
    for (const char c : word) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20) {
        text.append("\\u00").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
      } else {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
      }
    }
    text += '"';
  }
  return text + "]\n";
}

// Buffered reading of lines and counted bytes.
class Incoming {
 public:
  explicit Incoming(int socket) : socket_(socket) {}

  bool line(std::string& out, size_t longest) {
    out.clear();
    for (;;) {
      const size_t end = buffer_.find('\n');
      if (end != std::string::npos) {
        out = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return true;
      }
      if (buffer_.size() > longest || !more()) return false;
    }
  }

  bool text(size_t size, const AdminOutput& out) {
    while (size > 0) {
      if (buffer_.empty() && !more()) return false;
      const size_t part = std::min(size, buffer_.size());
      if (!out(std::string_view(buffer_).substr(0, part))) return false;
      buffer_.erase(0, part);
      size -= part;
    }
    return true;
  }

 private:
  bool more() {
    char bytes[16 * 1024];
    for (;;) {
      const ssize_t size = ::recv(socket_, bytes, sizeof bytes, 0);
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) return false;
      buffer_.append(bytes, static_cast<size_t>(size));
      return true;
    }
  }

  int socket_;
  std::string buffer_;
};

bool sendFrame(int socket, std::string_view text) {
  return text.empty() || (sendAll(socket, "T " + std::to_string(text.size()) + "\n") && sendAll(socket, text));
}

bool sameUserOrRoot(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

void serve(int socket, const AdminHandler& handler) {
  const timeval deadline{kRequestDeadlineSeconds, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
  int exit_code = 1;
  std::string request;
  WordsHandler words;
  const AdminOutput out = [socket](std::string_view text) { return sendFrame(socket, text); };
  if (!sameUserOrRoot(socket)) {
    out("this gateway answers its own user only\n");
  } else if (!Incoming(socket).line(request, kLongestRequest) || !fhir::base::readJson(request, words).ok()) {
    out("a request is one JSON array of words and a line feed\n");
  } else {
    exit_code = handler(words.words, out);
  }
  sendAll(socket, "X " + std::to_string(exit_code) + "\n");
}

}  // namespace

struct AdminSocket::Body {
  struct Client {
    int socket = -1;
    std::atomic<bool> finished{false};
    std::thread thread;
  };

  std::string path;
  AdminHandler handler;
  int listener = -1;
  int stop_pipe[2] = {-1, -1};
  std::thread accepting;
  std::mutex mutex;
  std::list<Client> clients;

  void reap() {
    const std::lock_guard lock(mutex);
    for (auto it = clients.begin(); it != clients.end();) {
      if (!it->finished) {
        ++it;
        continue;
      }
      it->thread.join();
      ::close(it->socket);
      it = clients.erase(it);
    }
  }

  void accept() {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const std::lock_guard lock(mutex);
    if (clients.size() >= kMostConnections) {
      sendFrame(socket, "too many commands at once\n");
      sendAll(socket, "X 1\n");
      ::close(socket);
      return;
    }
    Client& client = clients.emplace_back();
    client.socket = socket;
    client.thread = std::thread([this, &client] {
      serve(client.socket, handler);
      ::shutdown(client.socket, SHUT_RDWR);
      client.finished = true;
    });
  }

  void run() {
    for (;;) {
      pollfd waited[2] = {{listener, POLLIN, 0}, {stop_pipe[0], POLLIN, 0}};
      // Once a second the threads of finished commands are collected.
      const int ready = ::poll(waited, 2, 1000);
      if (waited[1].revents != 0) return;
      if (ready > 0 && waited[0].revents != 0) accept();
      reap();
    }
  }
};

AdminSocket::AdminSocket(std::string path, AdminHandler handler) : body_(std::make_unique<Body>()) {
  body_->path = std::move(path);
  body_->handler = std::move(handler);
}

AdminSocket::~AdminSocket() { stop(); }

Done AdminSocket::start() {
  ASSIGN_OR_RETURN(body_->listener, listenOnUnixSocket(body_->path));
  if (::pipe2(body_->stop_pipe, O_CLOEXEC) != 0) return Error{Why::Unavailable, "no pipe to be had", body_->path};
  body_->accepting = std::thread([this] { body_->run(); });
  return {};
}

void AdminSocket::stop() {
  if (!body_->accepting.joinable()) return;
  (void)!::write(body_->stop_pipe[1], "x", 1);
  body_->accepting.join();
  ::unlink(body_->path.c_str());
  ::close(body_->listener);
  // A command under way sees its client gone at its next output, and ends.
  for (Body::Client& client : body_->clients) ::shutdown(client.socket, SHUT_RDWR);
  for (Body::Client& client : body_->clients) {
    client.thread.join();
    ::close(client.socket);
  }
  body_->clients.clear();
  ::close(body_->stop_pipe[0]);
  ::close(body_->stop_pipe[1]);
}

Result<int> askAdminSocket(const std::string& path, const std::vector<std::string>& words, const AdminOutput& out) {
  ASSIGN_OR_RETURN(const int socket, connectToUnixSocket(path));
  const Error broken{Why::Unavailable, "the gateway ended the conversation", path};
  Result<int> outcome = broken;
  if (sendAll(socket, jsonArray(words))) {
    Incoming incoming(socket);
    std::string line;
    while (incoming.line(line, 64)) {
      size_t number = 0;
      const bool framed =
          line.size() > 2 && std::from_chars(line.data() + 2, line.data() + line.size(), number).ec == std::errc{};
      if (!framed || (line[0] == 'T' && !incoming.text(number, out))) break;
      if (line[0] == 'X') {
        outcome = static_cast<int>(number);
        break;
      }
    }
  }
  ::close(socket);
  return outcome;
}

}  // namespace gateway::host
