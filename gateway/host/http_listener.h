#pragma once
// The listening socket: who may come in. Counts connections in all and by address, pauses when the process has no
// file descriptors left (without spinning), and answers those who are too many with a ready-made text.

#include <map>
#include <mutex>
#include <string>

#include "gateway/host/http_server.h"

namespace gateway::host {

struct HttpVisitor {
  int socket = -1;   // non-blocking, ours to close
  std::string peer;  // address without port
};

class HttpListener {
 public:
  enum class Accepted { Visitor, Nobody, NoDescriptors };

  HttpListener(const HttpLimits& limits, std::string too_many_answer);
  ~HttpListener();
  fhir::base::Done open(const std::string& address, uint16_t port);
  void close();
  int socket() const { return socket_; }
  uint16_t port() const { return port_; }

  // Skips those who are too many. Each visitor must be given back with leave().
  Accepted accept(HttpVisitor& visitor);
  void leave(const std::string& peer);
  int present() const;

 private:
  bool admit(const std::string& peer);

  const HttpLimits& limits_;
  const std::string too_many_answer_;
  int socket_ = -1;
  uint16_t port_ = 0;
  int most_ = 0;
  mutable std::mutex mutex_;
  int present_ = 0;
  std::map<std::string, int, std::less<>> by_address_;
};

}  // namespace gateway::host
