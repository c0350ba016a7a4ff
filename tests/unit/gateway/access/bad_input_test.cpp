// Bad input gives a 4xx with an OperationOutcome, never a 500 and never a crash: requests that are good are broken at
// random places.

#include <gtest/gtest.h>

#include <random>

#include "tests/support/county_records.h"
#include "tests/support/json_tree.h"
#include "tests/support/trial_rest.h"

namespace tests {
namespace {

using gateway::host::HttpRequest;
using gateway::host::HttpResponse;
using support::TrialRest;

class Breaker {
 public:
  explicit Breaker(uint64_t seed) : random_(seed) {}

  void breakText(std::string& text) {
    static const std::string kPieces[] = {"\"",
                                          "{",
                                          "}",
                                          "[",
                                          ":",
                                          ",",
                                          "\\",
                                          "%",
                                          "&",
                                          "?",
                                          "/",
                                          "..",
                                          "$",
                                          "|",
                                          "\xff",
                                          "\xe5\xbc",
                                          std::string(1, '\0'),
                                          "null",
                                          "1e999999999",
                                          "urn:uuid:",
                                          "#",
                                          "_id",
                                          "*"};
    size_t times = 1 + random_() % 3;
    for (size_t i = 0; i < times; ++i) {
      size_t at = text.empty() ? 0 : random_() % text.size();
      switch (random_() % 4) {
        case 0: text.insert(at, kPieces[random_() % std::size(kPieces)]); break;
        case 1: text.erase(at, 1 + random_() % 8); break;
        case 2:
          if (!text.empty()) text[at] = static_cast<char>(random_());
          break;
        default: text.insert(at, text.substr(at / 2, random_() % 20)); break;
      }
    }
  }
  bool oneIn(unsigned n) { return random_() % n == 0; }
  size_t below(size_t n) { return random_() % n; }

 private:
  std::mt19937_64 random_;
};

void check(const HttpRequest& request, const HttpResponse& response) {
  ASSERT_LT(response.status, 500) << request.method << " " << request.path << "?" << request.query << "\n"
                                  << request.body << "\n"
                                  << response.body;
  if (response.body.empty()) return;
  auto tree = support::readJsonTree(response.body);
  ASSERT_TRUE(tree.ok()) << tree.error().text() << "\n" << response.body;
  if (response.status >= 400) {
    ASSERT_EQ(tree->at("resourceType").text, "OperationOutcome");
    ASSERT_FALSE(tree->at("issue.0.code").text.empty());
  }
}

TEST(BadInput, never_gives_a_500_for_broken_resources_and_bundles) {
  TrialRest rest;
  Breaker breaker(42);
  auto records = support::countyRecords("anna", {"boris"});
  std::string transaction = R"({"resourceType":"Bundle","type":"transaction","entry":[)";
  for (size_t i = 0; i < 4; ++i)
    transaction += std::string(i > 0 ? "," : "") + R"({"fullUrl":"urn:uuid:05efabf0-4be2-4561-91ce-51548425acb)" +
                   std::to_string(i) + R"(","resource":)" + records[i + 2].json +
                   R"(,"request":{"method":"PUT","url":")" + records[i + 2].type + "/" + records[i + 2].id +
                   R"(","ifMatch":"W/\"1\""}})";
  transaction += "]}";
  for (int i = 0; i < 3000; ++i) {
    const auto& record = records[breaker.below(records.size())];
    HttpRequest request;
    bool bundle = breaker.oneIn(3);
    request.method = bundle || breaker.oneIn(2) ? "POST" : "PUT";
    request.path = bundle ? "/fhir" : "/fhir/" + record.type + (request.method == "PUT" ? "/" + record.id : "");
    request.body = bundle ? transaction : record.json;
    breaker.breakText(request.body);
    request.headers.emplace_back("content-type", "application/fhir+json");
    check(request, rest.handle(request));
    if (HasFatalFailure()) return;
  }
}

TEST(BadInput, never_gives_a_500_for_broken_urls_and_headers) {
  TrialRest rest;
  Breaker breaker(43);
  auto records = support::countyRecords("anna", {"boris"});
  support::QuerySource queries(44, records);
  for (int i = 0; i < 5000; ++i) {
    std::string target = "/fhir" + queries.next();
    breaker.breakText(target);
    HttpRequest request;
    static const char* kMethods[] = {"GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "get", ""};
    request.method = kMethods[breaker.below(std::size(kMethods))];
    size_t question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string::npos) request.query = target.substr(question + 1);
    static const char* kHeaders[] = {"accept",        "prefer",      "if-match", "if-none-match", "if-modified-since",
                                     "if-none-exist", "content-type"};
    std::string value = "W/\"1\", return=minimal; q=0.5, application/fhir+json";
    breaker.breakText(value);
    if (breaker.oneIn(2)) request.headers.emplace_back(kHeaders[breaker.below(std::size(kHeaders))], value);
    check(request, rest.handle(request));
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace tests
