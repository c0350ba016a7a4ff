#include "gateway/access/rest/router.h"

#include <gtest/gtest.h>

namespace gateway::access::rest {
namespace {

// "read Patient 1", or the status that refuses.
std::string routed(std::string_view method, std::string_view path) {
  auto found = route(fhir::definitions::r4(), method, path);
  if (auto* refusal = std::get_if<Answer>(&found))
    return std::to_string(refusal->status) + (refusal->allow.empty() ? "" : " " + refusal->allow);
  const Route& route = std::get<Route>(found);
  std::string text(route.interaction->code);
  for (const std::string& part : {route.type_name, route.id})
    if (!part.empty()) text += " " + part;
  if (route.version != 0) text += " " + std::to_string(route.version);
  return text;
}

TEST(Router, finds_each_interaction) {
  EXPECT_EQ(routed("GET", "/metadata"), "");
  EXPECT_EQ(routed("GET", "/Patient/1"), "read Patient 1");
  EXPECT_EQ(routed("HEAD", "Patient/1"), "read Patient 1");
  EXPECT_EQ(routed("GET", "/Patient/1/_history/2"), "vread Patient 1 2");
  EXPECT_EQ(routed("GET", "/Patient/1/_history"), "history-instance Patient 1");
  EXPECT_EQ(routed("PUT", "/Patient/1"), "update Patient 1");
  EXPECT_EQ(routed("DELETE", "/Patient/1"), "delete Patient 1");
  EXPECT_EQ(routed("POST", "/Patient"), "create Patient");
  EXPECT_EQ(routed("GET", "/Patient/"), "search-type Patient");
  EXPECT_EQ(routed("POST", "/Patient/_search"), "search-type Patient");
  EXPECT_EQ(routed("POST", ""), "transaction");
  EXPECT_EQ(routed("POST", "/"), "transaction");
  EXPECT_EQ(routed("GET", "/Pat%69ent/a%2Eb"), "read Patient a.b");
}

TEST(Router, says_what_a_path_takes) {
  EXPECT_EQ(routed("POST", "/Patient/1"), "405 GET, HEAD, PUT, PATCH, DELETE");
  EXPECT_EQ(routed("MERGE", "/Patient"), "405 POST, PUT, PATCH, DELETE, GET, HEAD");
  EXPECT_EQ(routed("POST", "/Patient/_history"), "405 GET, HEAD");
  EXPECT_EQ(routed("GET", ""), "405 POST");
  EXPECT_EQ(routed("PUT", "/Patient/1/_history/2"), "405 GET, HEAD");
}

TEST(Router, what_is_not_there_is_404) {
  for (const char* path : {"/Patients/1", "/patient/1", "/HumanName/1", "/DomainResource/1", "/Patient/1/name",
                           "/Patient/1/_history/2/3", "/Patient/1/_history/x", "/Patient/1/_history/0", "/$export",
                           "/Patient/$everything", "/Patient/1/$everything", "/_history/1", "/Patient/_history/1",
                           "/Patient/1/Observation", "/Patient//1", "/Patient/_foo", "//Patient"})
    EXPECT_EQ(routed("GET", path), "404") << path;
}

TEST(Router, a_broken_escape_is_400) {
  EXPECT_EQ(routed("GET", "/Patient/%"), "400");
  EXPECT_EQ(routed("GET", "/Patient/%2F"), "400");
}

}  // namespace
}  // namespace gateway::access::rest
