#include "gateway/access/rest/negotiation.h"

#include <gtest/gtest.h>

namespace gateway::access::rest {
namespace {

using record::search::QueryParameters;

// The media type of the answer, or the status that refuses.
std::string chosen(std::string_view accept, QueryParameters parameters = {}) {
  auto form = negotiate(accept, parameters);
  if (auto* refusal = std::get_if<Answer>(&form)) return std::to_string(refusal->status);
  return std::get<Form>(form).media_type;
}

TEST(Negotiation, answers_in_fhir_json_unless_plain_json_is_asked_for) {
  EXPECT_EQ(chosen(""), "application/fhir+json");
  EXPECT_EQ(chosen("*/*"), "application/fhir+json");
  EXPECT_EQ(chosen("application/fhir+json"), "application/fhir+json");
  EXPECT_EQ(chosen("Application/FHIR+JSON; charset=UTF-8"), "application/fhir+json");
  EXPECT_EQ(chosen("application/json"), "application/json");
  EXPECT_EQ(chosen("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), "application/fhir+json");
}

TEST(Negotiation, answers_in_xml_when_asked) {
  EXPECT_EQ(chosen("application/fhir+xml"), "application/fhir+xml");
  EXPECT_EQ(chosen("application/xml"), "application/xml");
  EXPECT_EQ(chosen("text/xml, */*;q=0.1"), "text/xml");
  EXPECT_EQ(chosen("", {{"_format", "xml"}}), "application/fhir+xml");
  QueryParameters none;
  EXPECT_TRUE(std::get<Form>(negotiate("application/fhir+xml", none)).xml);
  EXPECT_FALSE(std::get<Form>(negotiate("application/fhir+json", none)).xml);
}

TEST(Negotiation, follows_the_quality_of_each_range) {
  EXPECT_EQ(chosen("application/json;q=0.5, application/fhir+json;q=0.9"), "application/fhir+json");
  EXPECT_EQ(chosen("application/json;q=0.9, application/fhir+json;q=0.5"), "application/json");
  EXPECT_EQ(chosen("application/json;q=0"), "406");
}

TEST(Negotiation, what_is_not_offered_is_406) {
  EXPECT_EQ(chosen("text/turtle"), "406");
  EXPECT_EQ(chosen("text/html"), "406");
  EXPECT_EQ(chosen("application/fhir+json; fhirVersion=5.0"), "406");
  EXPECT_EQ(chosen("application/fhir+json; charset=gb18030"), "406");
  EXPECT_EQ(chosen("application/fhir+json; fhirVersion=4.0"), "application/fhir+json");
}

TEST(Negotiation, the_format_parameter_wins_over_accept) {
  EXPECT_EQ(chosen("application/fhir+xml", {{"_format", "json"}}), "application/fhir+json");
  EXPECT_EQ(chosen("", {{"_format", "application/fhir+json"}}), "application/fhir+json");
  EXPECT_EQ(chosen("", {{"_format", "application/fhir json"}}), "application/fhir+json");
  EXPECT_EQ(chosen("", {{"_format", "application/json"}}), "application/json");
  EXPECT_EQ(chosen("application/fhir+json", {{"_format", "ttl"}}), "406");
}

TEST(Negotiation, takes_its_own_parameters_out_of_the_query) {
  QueryParameters parameters = {{"name", "x"}, {"_format", "json"}, {"_pretty", "true"}};
  auto form = negotiate("", parameters);
  ASSERT_TRUE(std::holds_alternative<Form>(form));
  EXPECT_TRUE(std::get<Form>(form).pretty);
  EXPECT_EQ(parameters, (QueryParameters{{"name", "x"}}));
  QueryParameters odd = {{"_pretty", "yes"}};
  EXPECT_TRUE(std::holds_alternative<Answer>(negotiate("", odd)));
}

TEST(Negotiation, bodies_are_json_or_xml_in_utf8) {
  EXPECT_TRUE(isJson("application/fhir+json"));
  EXPECT_TRUE(isJson("application/json; charset=\"utf-8\""));
  EXPECT_TRUE(isJson("application/fhir+json;fhirVersion=4.0"));
  EXPECT_FALSE(isJson(""));
  EXPECT_FALSE(isJson("application/json; charset=gbk"));
  EXPECT_FALSE(isJson("application/fhir+xml"));
  EXPECT_FALSE(isJson("application/fhir+json; fhirVersion=3.0"));
  EXPECT_TRUE(isXml("application/fhir+xml; charset=UTF-8"));
  EXPECT_FALSE(isXml("application/xml; charset=gbk"));
  EXPECT_FALSE(isXml("application/fhir+json"));
  EXPECT_TRUE(isForm("application/x-www-form-urlencoded; charset=UTF-8"));
}

}  // namespace
}  // namespace gateway::access::rest
