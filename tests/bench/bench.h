#pragma once
// What the parts of ./dev bench share: time, lines of the report, percentiles, and the floors.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace bench {

struct Options {
  uint64_t messages = 20'000;   // of the MLLP part
  uint64_t resources = 40'000;  // of the transactions part
  uint64_t curve = 2'000'000;   // resources of the curve part
  uint64_t lines = 1'000'000;   // of a view
  int seconds = 5;              // of each read and search part
  std::string folder;           // scratch
};

void benchIntake(const Options& options);
void benchTransactions(const Options& options);
void benchReads(const Options& options);  // also the named searches, on the same data
void benchCurve(const Options& options);
void benchFhir(const Options& options);
void benchViews(const Options& options);
void benchValidate(const Options& options);
void benchPath(const Options& options);  // FHIRPath beside fhirpath.js, and its growth

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

inline double percentile(std::vector<double> values, double p) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<size_t>(p * static_cast<double>(values.size())))];
}

inline void line(const char* what, double rate, const char* unit, const char* floor, double floor_rate) {
  std::printf("  %-46s %12.0f %s; %s %12.0f %s; ratio %.2f\n", what, rate, unit, floor, floor_rate, unit,
              floor_rate > 0 ? rate / floor_rate : 0);
  std::fflush(stdout);
}

// The floor of everything that stores: a fresh SQLite file with the same tables and settings, the same rows, inserted
// in the same order in the same number of commits, and nothing else.
struct RawWrite {
  double seconds = 0;
  uint64_t rows = 0;
  uint64_t bytes = 0;  // of the values
  uint64_t commits = 0;
};
// `order` is the column by which rows are dealt out to commits ("vkey", "sequence"); tables without it are spread
// evenly.
RawWrite writeRaw(const std::string& source_file, const std::string& target_file, uint64_t commits,
                  const std::string& order);

// An HTTP/1.1 client that costs little: one keep-alive connection, answers with Content-Length.
class LoadClient {
 public:
  LoadClient(const std::string& host, uint16_t port);
  ~LoadClient();
  LoadClient(const LoadClient&) = delete;
  LoadClient& operator=(const LoadClient&) = delete;
  // Status, 0 when the connection broke. The body is kept until the next request.
  int request(const std::string& whole_request);
  const std::string& body() const { return body_; }

 private:
  int socket_ = -1;
  std::string pending_, body_;
};

// Requests per second of `clients` connections that repeat requests for a while; latencies in milliseconds of each.
struct Load {
  double per_second = 0;
  double p50 = 0, p99 = 0;
  uint64_t failed = 0;
};
Load runLoad(uint16_t port, int clients, int seconds, const std::vector<std::string>& requests);

// A process that answers every request with the same bytes through our own HTTP listener: the floor of reads.
class EmptyHandler {
 public:
  explicit EmptyHandler(const std::string& answer);
  ~EmptyHandler();
  uint16_t port() const { return port_; }

 private:
  int pid_ = -1;
  uint16_t port_ = 0;
};

// The value of a metric without labels in Prometheus text; 0 when it is not there.
double metric(const std::string& root_url, const std::string& name);

// Bytes that a process has written to disk (/proc/<pid>/io write_bytes).
uint64_t bytesWritten(int pid);

}  // namespace bench
