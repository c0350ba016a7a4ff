// The raw requests of tests/cases/http, sent over real sockets.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "gateway/host/http_server.h"
#include "tests/support/raw_bytes.h"
#include "tests/unit/gateway/host/raw_client.h"

namespace gateway::host {
namespace {

struct Case {
  std::string sentence;
  int status = 0;
  std::string bytes;
};

std::vector<Case> readCases(const std::string& file) {
  std::ifstream in(std::string(ONECARD_SOURCE_DIR) + "/tests/cases/http/" + file);
  std::vector<Case> cases;
  std::string line;
  while (std::getline(in, line)) {
    if (line.rfind("== ", 0) == 0) {
      cases.push_back({line.substr(7), std::stoi(line.substr(3, 3)), ""});
    } else if (!line.empty() && line.back() == '\\') {
      cases.back().bytes += tests::support::unescaped(std::string_view(line).substr(0, line.size() - 1));
    } else {
      cases.back().bytes += tests::support::unescaped(line) + "\r\n";
    }
  }
  return cases;
}

class HttpGate : public testing::Test {
 protected:
  void SetUp() override {
    server_ = std::make_unique<HttpServer>(HttpServer::Options{});
    server_->route("/echo", [](const HttpRequest& request) {
      HttpResponse response;
      response.content_type = "text/plain";
      response.body = request.method + " " + request.path + "?" + request.query + " " + request.body;
      return response;
    });
    ASSERT_TRUE(server_->start().ok());
  }
  std::unique_ptr<HttpServer> server_;
};

int statusOf(const std::string& answer) {
  return answer.rfind("HTTP/1.1 ", 0) == 0 ? std::stoi(answer.substr(9, 3)) : 0;
}

TEST_F(HttpGate, refuses_what_rfc_9112_says_to_refuse_and_closes) {
  const std::vector<Case> cases = readCases("refused.txt");
  ASSERT_GT(cases.size(), 50u);
  for (const Case& one : cases) {
    SCOPED_TRACE(one.sentence);
    tests::RawClient client(server_->port());
    ASSERT_TRUE(client.send(one.bytes));
    if (one.sentence.rfind("open:", 0) == 0) {
      EXPECT_EQ(one.status, statusOf(client.readAnswer()));
      ASSERT_TRUE(client.send("GET /echo HTTP/1.1\r\nHost: gateway\r\n\r\n"));
      EXPECT_EQ(200, statusOf(client.readAnswer()));
      continue;
    }
    client.halfClose();
    bool closed = false;
    const std::string answer = client.readAll(closed);
    EXPECT_EQ(one.status, statusOf(answer)) << answer;
    EXPECT_TRUE(closed);
    EXPECT_EQ(answer.find("HTTP/1.1 ", 1), std::string::npos) << "a second answer: the request was read as two";
    EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos);
  }
}

TEST_F(HttpGate, accepts_unusual_but_valid_requests_and_keeps_the_connection) {
  const std::vector<Case> cases = readCases("accepted.txt");
  ASSERT_GT(cases.size(), 10u);
  for (const Case& one : cases) {
    SCOPED_TRACE(one.sentence);
    tests::RawClient client(server_->port());
    ASSERT_TRUE(client.send(one.bytes));
    EXPECT_EQ(one.status, statusOf(client.readAnswer()));
    if (one.bytes.find("HTTP/1.0") != std::string::npos) continue;
    ASSERT_TRUE(client.send("GET /echo HTTP/1.1\r\nHost: gateway\r\n\r\n"));
    EXPECT_EQ(200, statusOf(client.readAnswer()));
  }
}

// Every request must be understood alike however the network cuts it.
TEST_F(HttpGate, understands_requests_that_arrive_byte_by_byte) {
  for (const char* file : {"accepted.txt", "refused.txt"}) {
    for (const Case& one : readCases(file)) {
      if (one.bytes.size() > 400) continue;
      SCOPED_TRACE(one.sentence);
      tests::RawClient client(server_->port());
      for (const char byte : one.bytes) {
        if (!client.send(std::string_view(&byte, 1))) break;
      }
      EXPECT_EQ(one.status, statusOf(client.readAnswer()));
    }
  }
}

}  // namespace
}  // namespace gateway::host
