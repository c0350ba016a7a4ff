// The runner itself: that it notices what differs.

#include "tests/support/scenario_runner.h"

#include <gtest/gtest.h>

namespace tests::support {
namespace {

using gateway::host::HttpRequest;
using gateway::host::HttpResponse;

// What the runner says when the answer is `response` and `expected` is the expected JSON.
std::string told(std::string story, const HttpResponse& response, HttpRequest* asked = nullptr) {
  auto scenario = readScenario(story);
  if (!scenario.ok()) return scenario.error().text();
  auto answer = [&](const HttpRequest& request) {
    if (asked != nullptr) *asked = request;
    return response;
  };
  return runScenario(*scenario, answer, "/fhir", {{"base", "http://example.org/fhir"}}, [] {});
}

std::string expecting(const std::string& json, const std::string& body) {
  HttpResponse response;
  response.body = body;
  return told("A story.\n\nGET /x\n----\n200\n\n" + json + "\n", response);
}

TEST(ScenarioRunner, a_part_of_the_body_is_enough) {
  EXPECT_EQ(expecting(R"({"a": 1})", R"({"a":1,"b":2})"), "");
  EXPECT_EQ(expecting(R"({"a": [{"b": "x"}]})", R"({"a":[{"b":"x","c":[]}]})"), "");
  EXPECT_EQ(expecting(R"({"a": ["x", "..."]})", R"({"a":["x","y"]})"), "");
  EXPECT_EQ(expecting(R"({"a": "<any>", "c": "<absent>"})", R"({"a":{"b":1}})"), "");
}

TEST(ScenarioRunner, tells_what_differs) {
  EXPECT_NE(expecting(R"({"a": 1})", R"({"a":1.0})"), "");
  EXPECT_NE(expecting(R"({"a": 1})", R"({"a":"1"})"), "");
  EXPECT_NE(expecting(R"({"a": 1})", R"({})"), "");
  EXPECT_NE(expecting(R"({"a": ["x"]})", R"({"a":["x","y"]})"), "");
  EXPECT_NE(expecting(R"({"a": ["x", "y"]})", R"({"a":["x"]})"), "");
  EXPECT_NE(expecting(R"({"a": "<absent>"})", R"({"a":null})"), "");
  EXPECT_NE(expecting(R"({"a": "<any>"})", R"({})"), "");
  EXPECT_NE(expecting(R"({"a": 1})", "no JSON"), "");
  EXPECT_NE(expecting("<empty>", "x"), "");
  EXPECT_NE(told("A story.\n\nGET /x\n----\n404\n", {}), "");
  EXPECT_NE(told("A story.\n\nGET /x\n----\n200\nETag: 1\n", {}), "");
}

TEST(ScenarioRunner, names_are_taken_once_and_compared_after_that) {
  EXPECT_EQ(expecting(R"({"a": "{{x}}/1", "b": "{{x}}"})", R"({"a":"y/1","b":"y"})"), "");
  EXPECT_NE(expecting(R"({"a": "{{x}}/1", "b": "{{x}}"})", R"({"a":"y/1","b":"z"})"), "");
  EXPECT_NE(expecting(R"({"a": "{{x}}/1"})", R"({"a":"/1"})"), "");
  EXPECT_EQ(expecting(R"({"a": "{{base}}/1"})", R"({"a":"http://example.org/fhir/1"})"), "");
}

TEST(ScenarioRunner, sends_what_is_written) {
  HttpRequest asked;
  EXPECT_EQ(told("A story.\n# a remark\nPOST /Patient?a=b\nPrefer: x\n\n{\"b\": 1}\n----\n200\n", {}, &asked), "");
  EXPECT_EQ(asked.method, "POST");
  EXPECT_EQ(asked.path, "/fhir/Patient");
  EXPECT_EQ(asked.query, "a=b");
  EXPECT_EQ(asked.header("prefer"), "x");
  EXPECT_EQ(asked.header("content-type"), "application/fhir+json");
  EXPECT_EQ(asked.body, "{\"b\": 1}");
  EXPECT_EQ(told("A story.\n\nGET {{base}}/Patient?a=b\n----\n200\n", {}, &asked), "");
  EXPECT_EQ(asked.path, "/fhir/Patient");
}

TEST(ScenarioRunner, refuses_a_file_that_is_no_story) {
  for (const char* text :
       {"", "\n", "A story.\n\nGET /x\n200\n", "A story.\n\nGET\n----\n200\n", "A story.\n\nGET /x\n----\n",
        "A story.\n\nGET /x\n----\n200\n----\n200\n", "A story.\n\nGET /x\nno header\n----\n200\n"})
    EXPECT_FALSE(readScenario(text).ok()) << text;
}

}  // namespace
}  // namespace tests::support
