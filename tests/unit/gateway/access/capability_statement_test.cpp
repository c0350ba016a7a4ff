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
        std::string value = modifier == ":missing" ? "true" : valueOf(type);
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
