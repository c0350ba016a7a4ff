// access.check_writes: all. Every way of writing asks the same; without it only the form is asked for.

#include <gtest/gtest.h>

#include "tests/support/trial_rest.h"

namespace {

using gateway::access::rest::WriteCheck;
using tests::support::TrialRest;

constexpr const char* kGood = R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"}})";
constexpr const char* kWithoutCode = R"({"resourceType":"Observation","id":"o","status":"final"})";
constexpr const char* kWrongCode = R"({"resourceType":"Observation","id":"o","status":"ready","code":{"text":"x"}})";

std::string bundle(const std::string& resource) {
  return R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":)" + resource +
         R"(,"request":{"method":"PUT","url":"Observation/o"}}]})";
}

TEST(WriteChecks, all_refuses_what_lacks_an_element_or_has_a_code_that_is_none) {
  TrialRest rest(WriteCheck::All);
  auto created = rest.ask("POST", "/Observation", kWithoutCode);
  EXPECT_EQ(created.status, 422);
  EXPECT_NE(created.body.find(R"("code":"required")"), std::string::npos) << created.body;
  EXPECT_NE(created.body.find(R"("expression":["Observation"])"), std::string::npos) << created.body;
  auto updated = rest.ask("PUT", "/Observation/o", kWrongCode);
  EXPECT_EQ(updated.status, 422);
  EXPECT_NE(updated.body.find(R"("expression":["Observation.status"])"), std::string::npos) << updated.body;
  EXPECT_EQ(updated.body.find("ready"), std::string::npos) << "values are not quoted";
  EXPECT_EQ(rest.ask("PUT", "/Observation?code=x", kWithoutCode).status, 422);
  auto transaction = rest.ask("POST", "", bundle(kWithoutCode));
  EXPECT_EQ(transaction.status, 422);
  EXPECT_NE(transaction.body.find("Bundle.entry[0].resource"), std::string::npos) << transaction.body;
  EXPECT_EQ(rest.ask("GET", "/Observation/o").status, 404);
}

TEST(WriteChecks, all_takes_what_is_right_and_keeps_a_patch_from_making_it_wrong) {
  TrialRest rest(WriteCheck::All);
  EXPECT_EQ(rest.ask("POST", "/Observation", kGood).status, 201);
  EXPECT_EQ(rest.ask("POST", "", bundle(kGood)).status, 200);
  const auto patched = rest.ask("PATCH", "/Observation/o", R"([{"op":"remove","path":"/code"}])",
                                {{"content-type", "application/json-patch+json"}});
  EXPECT_EQ(patched.status, 422);
  EXPECT_EQ(rest.ask("DELETE", "/Observation/o").status, 204);
}

TEST(WriteChecks, form_takes_what_only_lacks_elements) {
  TrialRest rest;
  EXPECT_EQ(rest.ask("POST", "/Observation", kWithoutCode).status, 201);
  EXPECT_EQ(rest.ask("POST", "/Observation", R"({"resourceType":"Observation","colour":"red"})").status, 400);
}

}  // namespace
