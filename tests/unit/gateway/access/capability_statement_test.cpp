// What the CapabilityStatement states works, tried out.

#include <gtest/gtest.h>

#include <set>

#include "tests/support/json_tree.h"
#include "tests/support/trial_rest.h"

namespace tests {
namespace {

using support::JsonTree;
using support::TrialRest;

JsonTree statement(TrialRest& rest) {
  auto tree = support::readJsonTree(rest.ask("GET", "/metadata").body);
  EXPECT_TRUE(tree.ok());
  return tree.ok() ? *tree : JsonTree{};
}

// A value that the parser takes for a parameter of this type.
std::string valueOf(const std::string& type) {
  if (type == "date") return "2024-01-01";
  if (type == "number" || type == "quantity") return "1.5";
  if (type == "uri") return "http://example.org/x";
  return "x";
}

TEST(CapabilityStatement, names_every_resource_type_once) {
  TrialRest rest;
  std::set<std::string> types;
  const JsonTree stated = statement(rest);
  for (const auto& resource : stated.at("rest.0.resource").items) {
    EXPECT_TRUE(types.insert(resource.at("type").text).second);
    EXPECT_EQ(resource.at("interaction").items.size(), 9u) << resource.at("type").text;
  }
  size_t known = 0;
  for (const auto& type : fhir::definitions::r4().types()) known += fhir::definitions::r4().isResource(type.number);
  EXPECT_EQ(types.size(), known);
  EXPECT_GT(known, 140u);
}

TEST(CapabilityStatement, every_search_parameter_and_modifier_that_it_names_is_taken) {
  TrialRest rest;
  size_t tried = 0;
  const JsonTree stated = statement(rest);
  for (const auto& resource : stated.at("rest.0.resource").items) {
    for (const auto& parameter : resource.at("searchParam").items) {
      const std::string& type = parameter.at("type").text;
      if (type == "composite") continue;  // their values are those of other parameters
      std::string query = "/" + resource.at("type").text + "?" + parameter.at("name").text;
      EXPECT_EQ(rest.ask("GET", query + "=" + valueOf(type)).status, 200) << query;
      const std::string& text = parameter.at("documentation").text;
      for (size_t at = text.find(" :"); at != std::string::npos; at = text.find(" :", at + 1)) {
        std::string modifier = text.substr(at + 1, text.find_first_of(" .", at + 1) - at - 1);
        std::string value = valueOf(type);
        if (modifier == ":missing") value = "true";
        if (modifier == ":of-type") value = "http://example.org/type%7CMR%7C1";
        EXPECT_EQ(rest.ask("GET", query + modifier + "=" + value).status, 200) << query << modifier;
        ++tried;
      }
    }
  }
  EXPECT_GT(tried, 1000u);
}

TEST(CapabilityStatement, every_include_that_it_names_is_taken) {
  TrialRest rest;
  size_t tried = 0;
  const JsonTree stated = statement(rest);
  for (const auto& resource : stated.at("rest.0.resource").items) {
    std::string query = "/" + resource.at("type").text + "?_count=1&";
    for (const auto& include : resource.at("searchInclude").items) {
      EXPECT_EQ(rest.ask("GET", query + "_include=" + include.text).status, 200) << query << include.text;
      ++tried;
    }
    // There are thousands: each seventh is enough to notice a wrong rule.
    const auto& reverse = resource.at("searchRevInclude").items;
    for (size_t i = 0; i < reverse.size(); i += 7)
      EXPECT_EQ(rest.ask("GET", query + "_revinclude=" + reverse[i].text).status, 200) << query << reverse[i].text;
  }
  EXPECT_GT(tried, 300u);
}

// What each code of an interaction means for a type whose resource `x` is there in two versions.
struct Trial {
  const char* code;
  const char* method;
  const char* path;  // behind "/Type"
  int status;
};
constexpr Trial kTrials[] = {
    {"create", "POST", "", 201},
    {"update", "PUT", "/x", 200},
    {"read", "GET", "/x", 200},
    {"vread", "GET", "/x/_history/1", 200},
    {"history-instance", "GET", "/x/_history?_since=2020", 200},
    {"history-type", "GET", "/_history?_count=1", 200},
    {"search-type", "GET", "?_id=x", 200},
    {"patch", "PATCH", "/x", 200},
    {"delete", "DELETE", "/x", 204},
};

int tried(TrialRest& rest, const Trial& trial, const std::string& type) {
  std::string body = R"({"resourceType":")" + type + R"(","id":"x","language":"zh"})";
  std::string path = "/" + type + trial.path;
  if (std::string_view(trial.method) == "PATCH")
    return rest
        .ask("PATCH", path, R"([{"op":"add","path":"/language","value":"en"}])",
             {{"content-type", "application/json-patch+json"}})
        .status;
  bool sends = std::string_view(trial.method).starts_with('P');
  return rest.ask(trial.method, path, sends ? body : "").status;
}

TEST(CapabilityStatement, every_interaction_that_it_names_works_and_no_other) {
  TrialRest rest;
  const JsonTree stated = statement(rest);
  for (const auto& resource : stated.at("rest.0.resource").items) {
    const std::string& type = resource.at("type").text;
    std::set<std::string> codes;
    for (const auto& interaction : resource.at("interaction").items) codes.insert(interaction.at("code").text);
    ASSERT_EQ(rest.ask("PUT", "/" + type + "/x", R"({"resourceType":")" + type + R"(","id":"x"})").status, 201)
        << type;
    for (const Trial& trial : kTrials) {
      EXPECT_EQ(tried(rest, trial, type), trial.status) << type << " " << trial.code;
      EXPECT_EQ(codes.erase(trial.code), 1u) << type << " does not state " << trial.code;
    }
    EXPECT_TRUE(codes.empty()) << type << " states " << *codes.begin() << ", which nobody tried";
  }
}

TEST(CapabilityStatement, what_it_says_of_conditions_holds) {
  TrialRest rest;
  const JsonTree stated = statement(rest);
  for (const auto& resource : stated.at("rest.0.resource").items) {
    const std::string& type = resource.at("type").text;
    auto body = [&](const char* id) { return R"({"resourceType":")" + type + R"(","id":")" + id + "\"}"; };
    EXPECT_EQ(resource.at("updateCreate").text, "true");
    ASSERT_EQ(rest.ask("PUT", "/" + type + "/a", body("a")).status, 201) << type;
    EXPECT_EQ(resource.at("conditionalCreate").text, "true");
    EXPECT_EQ(rest.ask("POST", "/" + type, body("b"), {{"if-none-exist", "_id=a"}}).status, 200) << type;
    EXPECT_EQ(resource.at("conditionalRead").text, "full-support");
    EXPECT_EQ(rest.ask("GET", "/" + type + "/a", {}, {{"if-none-match", "W/\"1\""}}).status, 304) << type;
    EXPECT_EQ(resource.at("conditionalUpdate").text, "true");
    EXPECT_EQ(rest.ask("PUT", "/" + type + "?_id=a", body("a")).status, 200) << type;
    EXPECT_EQ(rest.ask("PUT", "/" + type + "?_id=c", body("c")).status, 201) << type;
    EXPECT_EQ(resource.at("conditionalDelete").text, "single");
    EXPECT_EQ(rest.ask("DELETE", "/" + type + "?_id=a,c").status, 412) << type;
    EXPECT_EQ(rest.ask("DELETE", "/" + type + "?_id=a").status, 204) << type;
    EXPECT_EQ(resource.at("readHistory").text, "true");
    EXPECT_EQ(rest.ask("GET", "/" + type + "/a/_history/1").status, 200) << type;
    EXPECT_EQ(resource.at("versioning").text, "versioned-update");
    EXPECT_EQ(rest.ask("PUT", "/" + type + "/c", body("c"), {{"if-match", "W/\"9\""}}).status, 412) << type;
  }
}

TEST(CapabilityStatement, is_a_valid_resource) {
  TrialRest rest;
  fhir::base::Findings findings;
  fhir::model::ReadLimits limits;
  auto document = fhir::model::Document::readResource(rest.ask("GET", "/metadata").body, findings, limits);
  ASSERT_TRUE(document.ok()) << document.error().text();
  EXPECT_FALSE(findings.hasErrors()) << findings.list()[0].expression << findings.list()[0].what;
}

}  // namespace
}  // namespace tests
