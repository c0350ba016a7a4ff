// kill -9 at random moments and at each named point: what was acknowledged is there, nothing is there twice, and the
// index equals its rebuild.

#include <gtest/gtest.h>

#include <atomic>
#include <sstream>
#include <thread>

#include "tests/demo_county/http_client.h"
#include "tests/demo_county/messages.h"
#include "tests/demo_county/mllp_client.h"
#include "tests/support/gateway_process.h"

namespace {

using demo_county::MllpClient;
using support::GatewayProcess;
using support::TemporaryFolder;

// Reports of the demo county; beyond its number each comes again under other message, order and report numbers.
std::vector<std::string> laboratoryMessages(size_t count) {
  auto reports = demo_county::feedOf(demo_county::population(60)).hl7;
  reports.pop_back();              // the one without PID
  reports.erase(reports.begin());  // another layout
  std::vector<std::string> messages;
  for (size_t n = 0; n < count; ++n) {
    std::string message = reports[n % reports.size()];
    std::string digits = std::to_string(1000 + n / reports.size());
    for (std::string prefix : {"|LIS2503", "|SQ2503", "|BG2503"}) {
      for (size_t at = message.find(prefix); at != std::string::npos; at = message.find(prefix, at + 8)) {
        message.insert(at + prefix.size(), digits);
      }
    }
    messages.push_back(std::move(message));
  }
  return messages;
}

// Sends messages from `next` on until the gateway goes away; counts a message only when its AA came.
void sendUntilGone(uint16_t port, const std::vector<std::string>& messages, std::atomic<size_t>& acknowledged) {
  auto client = MllpClient::connect("127.0.0.1", port);
  if (!client.ok()) return;
  while (acknowledged < messages.size()) {
    auto ack = client->exchange(messages[acknowledged]);
    if (!ack.ok()) return;
    ASSERT_NE(ack->find("\rMSA|AA|"), std::string::npos) << *ack;
    ++acknowledged;
  }
}

int64_t total(const GatewayProcess& gateway, const std::string& query) {
  demo_county::HttpClient client;
  auto answer = client.get(gateway.base() + "/" + query + (query.find('?') == std::string::npos ? "?" : "&") +
                           "_summary=count");
  if (!answer.ok()) return -1;
  size_t at = answer->body.find("\"total\":");
  return at == std::string::npos ? -1 : std::atoll(answer->body.c_str() + at + 8);
}

void expectWhole(GatewayProcess& gateway, size_t messages) {
  gateway.processed();
  EXPECT_EQ(total(gateway, "DiagnosticReport"), static_cast<int64_t>(messages)) << gateway.log();
  auto inbox = gateway.onecard({"inbox", "list"});
  EXPECT_NE(inbox.out.find("\n" + std::to_string(messages) + " messages\n"), std::string::npos)
      << inbox.out.substr(inbox.out.size() > 300 ? inbox.out.size() - 300 : 0) << inbox.err;
  EXPECT_EQ(inbox.out.find("waiting"), std::string::npos);
  EXPECT_EQ(inbox.out.find("parked"), std::string::npos);
  auto check = gateway.onecard({"reindex", "--check"});
  EXPECT_EQ(check.exit_code, 0) << check.out << check.err;
  // Every report has one version: nothing was written twice. Lines are type, id, version, ...
  auto dump = gateway.onecard({"dump"});
  size_t first_versions = 0;
  std::istringstream lines(dump.out);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("DiagnosticReport\t")) continue;
    size_t version = line.find('\t', line.find('\t') + 1) + 1;
    EXPECT_EQ(line.substr(version, 11), "0000000001\t") << line.substr(0, 100);
    ++first_versions;
  }
  EXPECT_GE(first_versions, messages);
  EXPECT_EQ(gateway.terminate(), 0);
}

TEST(Killed, at_random_moments_loses_nothing_acknowledged_and_doubles_nothing) {
  const char* wanted = std::getenv("ONECARD_KILLS");
  int kills = wanted == nullptr ? 50 : std::atoi(wanted);
  TemporaryFolder folder;
  auto messages = laboratoryMessages(6000);
  std::atomic<size_t> acknowledged{0};
  GatewayProcess gateway(folder.path() + "/data");
  uint32_t moment = 17;
  int killed = 0;
  for (; killed < kills && acknowledged < messages.size(); ++killed) {
    ASSERT_TRUE(gateway.start()) << gateway.log();
    std::thread sender([&] { sendUntilGone(gateway.mllpPort(), messages, acknowledged); });
    moment = moment * 1103515245 + 12345;
    std::this_thread::sleep_for(std::chrono::microseconds(500 + (moment >> 8) % 40'000));
    gateway.killHard();
    sender.join();
  }
  EXPECT_EQ(killed, kills) << "the feed ended before the kills did";
  ASSERT_TRUE(gateway.start()) << gateway.log();
  // The sender repeats the message whose answer it did not hear, and goes on.
  size_t heard = acknowledged;
  messages.resize(std::min(messages.size(), heard + 20));
  sendUntilGone(gateway.mllpPort(), messages, acknowledged);
  EXPECT_EQ(acknowledged, messages.size());
  expectWhole(gateway, acknowledged);
}

class KilledAt : public testing::TestWithParam<const char*> {};

TEST_P(KilledAt, a_named_point_it_goes_on_where_it_was) {
  TemporaryFolder folder;
  auto messages = laboratoryMessages(30);
  for (int pass : {1, 2}) {
    TemporaryFolder inner;
    GatewayProcess::Options options;
    options.environment = {std::string("ONECARD_CRASH_AT=") + GetParam() + ":" + std::to_string(pass)};
    GatewayProcess doomed(inner.path() + "/data", options);
    std::atomic<size_t> acknowledged{0};
    if (doomed.start()) {
      sendUntilGone(doomed.mllpPort(), messages, acknowledged);
      doomed.processed();
    }
    // The connection ends a moment before the process does.
    for (int waited = 0; waited < 500 && doomed.running(); ++waited) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_FALSE(doomed.running()) << "the point was never passed " << pass << " times";
    GatewayProcess gateway(inner.path() + "/data");
    ASSERT_TRUE(gateway.start()) << gateway.log();
    sendUntilGone(gateway.mllpPort(), messages, acknowledged);
    ASSERT_EQ(acknowledged, messages.size());
    expectWhole(gateway, messages.size());
  }
}

INSTANTIATE_TEST_SUITE_P(Points, KilledAt,
                         testing::Values("after inbox commit", "before the ACK", "while mapping",
                                         "before record commit", "after record commit"));

}  // namespace
