// The order of fdatasync and acknowledgement, seen from outside by strace; and a disk whose fsync fails.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/demo_county/messages.h"
#include "tests/demo_county/mllp_client.h"
#include "tests/support/gateway_process.h"

namespace {

using demo_county::MllpClient;
using support::GatewayProcess;
using support::TemporaryFolder;

bool straceWorks() { return support::runCommand({"strace", "-V"}).exit_code == 0; }

// System calls of the trace, whole lines in order, with the calls that strace split put together.
std::vector<std::string> callsOf(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> calls;
  for (std::string line; std::getline(file, line);) calls.push_back(line);
  return calls;
}

TEST(Durability, a_sync_of_the_inbox_stands_between_each_message_and_its_acknowledgement) {
  if (!straceWorks()) GTEST_SKIP() << "strace is not installed";
  TemporaryFolder folder;
  std::string trace = folder.path() + "/trace";
  GatewayProcess::Options options;
  options.wrapper = {
      "strace", "-f", "-y", "-s", "400", "-o", trace, "-e", "trace=recvfrom,read,sendto,write,fdatasync,fsync"};
  GatewayProcess gateway(folder.path() + "/data", options);
  ASSERT_TRUE(gateway.start()) << gateway.log();
  auto feed = demo_county::feedOf(demo_county::population(60));
  auto client = MllpClient::connect("127.0.0.1", gateway.mllpPort());
  ASSERT_TRUE(client.ok());
  constexpr size_t kMessages = 1000;
  // Each message differs in its control id, so that none is a repeat.
  for (size_t i = 0; i < kMessages; ++i) {
    std::string message = feed.hl7[i % 700];
    size_t at = message.find("|LIS2");
    if (at == std::string::npos) at = message.find("|LIS");
    message.insert(at + 4, "N" + std::to_string(i));
    auto ack = client->exchange(message);
    ASSERT_TRUE(ack.ok());
    ASSERT_NE(ack->find("\rMSA|AA|"), std::string::npos) << *ack;
  }
  gateway.killHard();

  size_t acknowledged = 0, after_sync = 0;
  bool synced = false;
  for (const std::string& call : callsOf(trace)) {
    bool inbox_sync = (call.find("fdatasync(") != std::string::npos || call.find("fsync(") != std::string::npos ||
                       call.find("fdatasync resumed") != std::string::npos) &&
                      call.find("= 0") != std::string::npos;
    bool named_other = call.find("record.db") != std::string::npos;
    if (inbox_sync && !named_other) synced = true;
    bool sent = call.find("sendto(") != std::string::npos || call.find("write(") != std::string::npos;
    if (sent && call.find("MSA|AA") != std::string::npos) {
      ++acknowledged;
      after_sync += synced ? 1 : 0;
      synced = false;
    }
  }
  EXPECT_EQ(acknowledged, kMessages);
  EXPECT_EQ(after_sync, kMessages);
}

TEST(Durability, no_acknowledgement_is_sent_when_the_sync_fails) {
  if (!straceWorks()) GTEST_SKIP() << "strace is not installed";
  TemporaryFolder folder;
  std::string data = folder.path() + "/data";
  auto feed = demo_county::feedOf(demo_county::population(60));
  {
    GatewayProcess first(data);
    ASSERT_TRUE(first.start()) << first.log();
    auto client = MllpClient::connect("127.0.0.1", first.mllpPort());
    ASSERT_TRUE(client.ok() && client->exchange(feed.hl7[0]).ok());
    first.processed();
    EXPECT_EQ(first.terminate(), 0);
  }
  GatewayProcess::Options options;
  options.wrapper = {"strace", "-f",
                     "-o",     "/dev/null",
                     "-e",     "trace=fdatasync,fsync",
                     "-e",     "inject=fdatasync,fsync:error=EIO:when=1+"};
  GatewayProcess gateway(data, options);
  if (!gateway.start()) return;  // it may refuse to start on such a disk: then nothing is acknowledged either
  auto client = MllpClient::connect("127.0.0.1", gateway.mllpPort());
  ASSERT_TRUE(client.ok());
  for (size_t i = 1; i < 4; ++i) {
    auto ack = client->exchange(feed.hl7[i]);
    EXPECT_TRUE(!ack.ok() || ack->find("MSA|AA") == std::string::npos) << *ack;
    client = MllpClient::connect("127.0.0.1", gateway.mllpPort());
    if (!client.ok()) break;
  }
}

}  // namespace
