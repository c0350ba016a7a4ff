#pragma once
// How many requests an address may make: a bucket of tokens for each (as many a second flow in as are allowed, twice
// as many fit). Thread-safe.

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace gateway::host {

class HttpRates {
 public:
  // `per_second` 0: no cap.
  HttpRates(int per_second, bool count_loopback) : per_second_(per_second), count_loopback_(count_loopback) {}
  // Takes one token of the peer; false when it has none left. `now` in milliseconds, never going back.
  bool take(const std::string& peer, int64_t now);

 private:
  struct Bucket {
    int64_t thousandths = 0;  // of tokens
    int64_t at = 0;
  };
  void forgetTheFull(int64_t now);

  const int per_second_;
  const bool count_loopback_;
  std::mutex mutex_;
  std::map<std::string, Bucket, std::less<>> buckets_;
  size_t forget_at_ = 4096;
};

bool isLoopback(const std::string& peer);  // 127.0.0.0/8 or ::1, as text

}  // namespace gateway::host
