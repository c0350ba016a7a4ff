// The feed of the demo county sent again: as it is, with an emptied inbox, with the rows of its files shuffled. The
// record stays as it was after the first time, and repeats get equal answers.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "tests/demo_county/http_client.h"
#include "tests/demo_county/messages.h"
#include "tests/demo_county/mllp_client.h"
#include "tests/support/gateway_process.h"

namespace {

using demo_county::Feed;
using demo_county::HttpClient;
using demo_county::MllpClient;
using support::GatewayProcess;
using support::TemporaryFolder;

// Sends everything and returns the answers, in order.
std::vector<std::string> send(const GatewayProcess& gateway, const Feed& feed) {
  std::vector<std::string> answers;
  std::string drop = gateway.data() + "/village_drop";
  std::filesystem::create_directories(drop);
  for (const auto& [name, bytes] : feed.files) {
    std::ofstream(drop + "/" + name + ".part", std::ios::binary) << bytes;
    std::filesystem::rename(drop + "/" + name + ".part", drop + "/" + name);
  }
  HttpClient http;
  for (const auto& message : feed.soap) {
    auto answer = http.post(gateway.sourceHttp() + "/soap", message, {"Content-Type: text/xml; charset=utf-8"});
    answers.push_back(answer.ok() ? std::to_string(answer->status) + answer->body : answer.error().text());
  }
  auto mllp = MllpClient::connect("127.0.0.1", gateway.mllpPort());
  if (!mllp.ok()) return answers;
  for (const auto& message : feed.hl7) {
    auto answer = mllp->exchange(message);
    answers.push_back(answer.ok() ? *answer : answer.error().text());
  }
  for (int waited = 0; waited < 300; ++waited) {
    bool left = false;
    for (const auto& [name, bytes] : feed.files) left = left || std::filesystem::exists(drop + "/" + name);
    if (!left) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  gateway.processed();
  return answers;
}

std::string dumpOf(const GatewayProcess& gateway) {
  auto dump = gateway.onecard({"dump"});
  EXPECT_EQ(dump.exit_code, 0) << dump.err;
  return dump.out;
}

// The first line in which two dumps differ.
std::string difference(const std::string& a, const std::string& b) {
  std::istringstream left(a), right(b);
  std::string x, y;
  while (std::getline(left, x) && std::getline(right, y)) {
    if (x != y) return x.substr(0, 600) + "\n" + y.substr(0, 600);
  }
  return "one is longer than the other: " + x.substr(0, 600) + " / " + y.substr(0, 600);
}

// Data rows of each file turned by one: other bytes, same rows. Rows about one person keep their order.
Feed shuffled(Feed feed) {
  for (auto& [name, bytes] : feed.files) {
    std::vector<std::string> lines;
    size_t at = 0;
    while (at < bytes.size()) {
      size_t end = bytes.find("\r\n", at);
      end = end == std::string::npos ? bytes.size() : end + 2;
      lines.push_back(bytes.substr(at, end - at));
      at = end;
    }
    if (lines.size() > 2) std::rotate(lines.begin() + 1, lines.begin() + 2, lines.end());
    bytes.clear();
    for (const auto& line : lines) bytes += line;
    name = "shuffled_" + name;
  }
  std::reverse(feed.soap.begin(), feed.soap.end());
  return feed;
}

TEST(Resent, the_record_stays_as_it_was_and_answers_are_equal) {
  TemporaryFolder folder;
  Feed feed = demo_county::feedOf(demo_county::population(80));
  feed.hl7.erase(feed.hl7.begin() + 200, feed.hl7.end() - 1);
  feed.files.resize(6);
  GatewayProcess gateway(folder.path() + "/data");
  ASSERT_TRUE(gateway.start()) << gateway.log();
  auto first_answers = send(gateway, feed);
  std::string first = dumpOf(gateway);
  EXPECT_GT(std::count(first.begin(), first.end(), '\n'), 5000);

  EXPECT_EQ(send(gateway, feed), first_answers);
  std::string again = dumpOf(gateway);
  EXPECT_TRUE(again == first) << "sent again as it is:\n" << difference(first, again);

  ASSERT_EQ(gateway.terminate(), 0);
  std::filesystem::remove_all(gateway.data() + "/inbox");
  ASSERT_TRUE(gateway.start()) << gateway.log();
  EXPECT_EQ(send(gateway, feed), first_answers);
  again = dumpOf(gateway);
  EXPECT_TRUE(again == first) << "with an emptied inbox:\n" << difference(first, again);

  send(gateway, shuffled(feed));
  again = dumpOf(gateway);
  EXPECT_TRUE(again == first) << "with rows shuffled:\n" << difference(first, again);
  EXPECT_EQ(gateway.terminate(), 0);
}

}  // namespace
