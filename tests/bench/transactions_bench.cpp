// Resources through HTTP transactions of 100 entries by 8 clients, beside raw SQLite writing the same rows.

#include <atomic>
#include <thread>

#include "tests/bench/bench.h"
#include "tests/bench/resources.h"
#include "tests/support/gateway_process.h"

namespace bench {

namespace {

constexpr int kClients = 8;
constexpr uint64_t kEntries = 100;

}  // namespace

void benchTransactions(const Options& options) {
  support::GatewayProcess gateway(options.folder + "/data");
  if (!gateway.start()) {
    std::printf("  the gateway did not start: %s\n", gateway.log().c_str());
    return;
  }
  // Made beforehand: the clients share the processors with the gateway.
  std::vector<std::string> requests;
  for (uint64_t n = 0; n + kEntries <= options.resources; n += kEntries) {
    std::string body = madeTransaction(n, kEntries);
    requests.push_back(
        "POST /fhir HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/fhir+json\r\nPrefer: return=minimal\r\n"
        "Content-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  uint16_t port = static_cast<uint16_t>(std::atoi(gateway.root().substr(gateway.root().rfind(':') + 1).c_str()));
  std::atomic<size_t> next{0};
  std::atomic<uint64_t> stored{0};
  std::vector<std::thread> clients;
  Stopwatch watch;
  for (int c = 0; c < kClients; ++c) {
    clients.emplace_back([&] {
      LoadClient client("127.0.0.1", port);
      for (size_t n = next++; n < requests.size(); n = next++) {
        int status = client.request(requests[n]);
        if (status != 200) {
          std::printf("  status %d: %s\n", status, client.body().substr(0, 300).c_str());
          return;
        }
        stored += kEntries;
      }
    });
  }
  for (auto& client : clients) client.join();
  double took = watch.seconds();
  double commits = metric(gateway.root(), "onecard_record_group_commits");
  double bytes = static_cast<double>(bytesWritten(gateway.pid()));
  gateway.terminate();
  RawWrite raw = writeRaw(options.folder + "/data/record.db", options.folder + "/raw.db",
                          static_cast<uint64_t>(commits), "vkey");
  line("resources by transactions of 100, 8 clients", static_cast<double>(stored) / took, "/s", "raw SQLite",
       static_cast<double>(stored) / raw.seconds);
  std::printf("    rows %llu, commits and fsyncs %.0f, bytes of rows %llu, written to disk %.0f; floor: %.2f s\n",
              static_cast<unsigned long long>(raw.rows), commits, static_cast<unsigned long long>(raw.bytes), bytes,
              raw.seconds);
}

}  // namespace bench
