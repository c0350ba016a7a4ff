// HL7 v2 messages acknowledged through MLLP by 32 connections, beside raw SQLite writing the same inbox rows.

#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/bench/bench.h"
#include "tests/demo_county/messages.h"
#include "tests/demo_county/mllp_client.h"
#include "tests/support/gateway_process.h"

namespace bench {

namespace {

constexpr int kConnections = 32;

// Message n: one of the demo county's reports under its own control, order and report numbers.
std::string numbered(const std::vector<std::string>& reports, uint64_t n) {
  std::string message = reports[n % reports.size()];
  std::string digits = std::to_string(1'000'000 + n).substr(1);
  for (const char* prefix : {"|LIS2503", "|SQ2503", "|BG2503"}) {
    for (size_t at = message.find(prefix); at != std::string::npos; at = message.find(prefix, at + 8)) {
      message.insert(at + std::char_traits<char>::length(prefix), digits);
    }
  }
  return message;
}

}  // namespace

void benchIntake(const Options& options) {
  support::GatewayProcess gateway(options.folder + "/data");
  if (!gateway.start()) {
    std::printf("  the gateway did not start: %s\n", gateway.log().c_str());
    return;
  }
  auto feed = demo_county::feedOf(demo_county::population(240));
  std::vector<std::string> reports(feed.hl7.begin() + 1, feed.hl7.end() - 1);
  std::atomic<uint64_t> next{0}, acknowledged{0};
  std::vector<std::thread> senders;
  Stopwatch watch;
  for (int c = 0; c < kConnections; ++c) {
    senders.emplace_back([&] {
      auto client = demo_county::MllpClient::connect("127.0.0.1", gateway.mllpPort());
      if (!client.ok()) return;
      for (uint64_t n = next++; n < options.messages; n = next++) {
        auto ack = client->exchange(numbered(reports, n));
        if (!ack.ok() || ack->find("MSA|AA") == std::string::npos) return;
        ++acknowledged;
      }
    });
  }
  for (auto& sender : senders) sender.join();
  double took = watch.seconds();
  double commits = metric(gateway.root(), "onecard_inbox_commits");
  gateway.processed();
  double whole = watch.seconds();
  double resources = metric(gateway.root(), "onecard_record_resources");
  gateway.terminate();

  RawWrite raw;
  for (const auto& entry : std::filesystem::directory_iterator(options.folder + "/data/inbox")) {
    if (entry.path().extension() != ".db") continue;
    raw = writeRaw(entry.path().string(), options.folder + "/raw.db", static_cast<uint64_t>(commits), "sequence");
  }
  double rate = static_cast<double>(acknowledged) / took;
  line("HL7 messages acknowledged, 32 connections", rate, "/s", "raw SQLite",
       static_cast<double>(raw.rows) / raw.seconds);
  std::printf("    rows %llu, commits and fsyncs %.0f, bytes %llu; floor: rows %llu, commits %llu\n",
              static_cast<unsigned long long>(acknowledged), commits, static_cast<unsigned long long>(raw.bytes),
              static_cast<unsigned long long>(raw.rows), static_cast<unsigned long long>(raw.commits));
  std::printf("    until everything was in the record: %.0f messages/s, %.0f resources\n",
              static_cast<double>(acknowledged) / whole, resources);
}

}  // namespace bench
