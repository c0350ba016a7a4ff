#pragma once
// A TCP server for connectors whose peers keep many connections that are mostly silent. All connections wait in one
// epoll set; a worker that gets one's event owns it until it waits again, so a session needs no locks, thousands of
// idle or trickling peers need no threads, and one that blocks in deliver() holds up nobody else. Deadlines are
// watched from outside.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace connectors::sdk {

// One peer's conversation. Called by one thread at a time. Times are milliseconds of one monotonic clock.
class TcpSession {
 public:
  enum class Step {
    WaitForBytes,  // until the peer has sent something or the deadline has passed
    WaitForRoom,   // until the peer has read something or the deadline has passed
    WaitForTime,   // until the deadline has passed; the peer may send meanwhile, nobody reads it
    Work,          // call work(), then step() again
    Close
  };
  virtual ~TcpSession() = default;  // must not close the socket
  // Goes on as far as it can without blocking. When stopping, only what has begun is finished.
  virtual Step step(int64_t now, bool stopping) = 0;
  // May block, in deliver() above all.
  virtual void work() = 0;
  virtual int64_t deadline() const = 0;
  // The deadline has passed.
  virtual Step expire(int64_t now) = 0;
};

class TcpServer {
 public:
  struct Options {
    std::string address = "127.0.0.1";
    uint16_t port = 0;  // 0: any free one
    int connections = 4096;
    int connections_per_address = 256;  // loopback peers: no cap but the one above
    int workers = 64;                   // most threads; they are made when needed
  };
  // `socket` is non-blocking and stays the server's.
  using Open = std::function<std::unique_ptr<TcpSession>(int socket, const std::string& peer)>;
  TcpServer(Options options, Open open);
  ~TcpServer();  // stop(), then waits for workers that are still in work()

  bool start(std::string& error);
  uint16_t port() const;
  // Closes what waits, lets work under way finish and answer; returns within a second even if some has not.
  void stop();
  int connections() const;
  uint64_t turnedAway() const;  // peers refused because there were too many

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

int64_t monotonicMilliseconds();

// What a session's reading and writing come to.
enum class Transfer { Some, Nothing, Ended };
// Appends what has arrived, at most 16 KiB. Nothing: wait. Ended: the peer has closed or is gone.
Transfer receiveSome(int socket, std::string& into);
// Sends from bytes[sent] on and moves `sent`. Some: all of it is out. Nothing: wait for room.
Transfer sendSome(int socket, const std::string& bytes, size_t& sent);

}  // namespace connectors::sdk
