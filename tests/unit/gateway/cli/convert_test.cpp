// onecard convert as scripts call it.

#include <gtest/gtest.h>

#include "tests/support/gateway_process.h"

namespace {

using support::CommandResult;
using support::runCommand;

CommandResult convert(const std::string& to, const std::string& input) {
  return runCommand({ONECARD_BINARY, "convert", "--to", to}, input);
}

const std::string kJson =
    R"({"resourceType":"Observation","id":"o","status":"final","_status":{"id":"s"},"valueQuantity":{"value":1.50}})";
const std::string kXml =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Observation xmlns=\"http://hl7.org/fhir\"><id value=\"o\"/>"
    "<status id=\"s\" value=\"final\"/><valueQuantity><value value=\"1.50\"/></valueQuantity></Observation>";

TEST(Convert, goes_both_ways_whatever_comes_in) {
  EXPECT_EQ(convert("xml", kJson).out, kXml + "\n");
  EXPECT_EQ(convert("json", kXml).out, kJson + "\n");
  EXPECT_EQ(convert("json", kJson).out, kJson + "\n");
  EXPECT_EQ(convert("xml", kXml).out, kXml + "\n");
  EXPECT_EQ(convert("xml", kJson).exit_code, 0);
}

TEST(Convert, tells_of_the_comments_it_drops) {
  auto result = convert("json",
                        "<Patient xmlns=\"http://hl7.org/fhir\">\n<!-- one --><active value=\"true\"/><!-- two -->"
                        "</Patient>");
  EXPECT_EQ(result.out, "{\"resourceType\":\"Patient\",\"active\":true}\n");
  EXPECT_EQ(result.err, "notice: 2:1: 2 comments are dropped\n");
  EXPECT_EQ(result.exit_code, 0);
}

TEST(Convert, unreadable_input_is_exit_2_with_its_position) {
  auto json = convert("xml", "{\"resourceType\":\"Patient\",\n\"active\":}");
  EXPECT_EQ(json.exit_code, 2);
  EXPECT_EQ(json.out, "");
  EXPECT_EQ(json.err.rfind("input:2:", 0), 0u) << json.err;
  auto xml = convert("json", "<Patient xmlns=\"http://hl7.org/fhir\">\n  <name>\n</Patient>");
  EXPECT_EQ(xml.exit_code, 2);
  EXPECT_EQ(xml.err.rfind("input:3:", 0), 0u) << xml.err;
  auto entity = convert("json", "<!DOCTYPE Patient [<!ENTITY a \"b\">]><Patient xmlns=\"http://hl7.org/fhir\"/>");
  EXPECT_EQ(entity.exit_code, 2);
  EXPECT_EQ(entity.err.rfind("input:1:1: ", 0), 0u) << entity.err;
  EXPECT_EQ(convert("json", "{}").exit_code, 2);
}

TEST(Convert, an_unknown_format_is_exit_2) { EXPECT_EQ(convert("yaml", kJson).exit_code, 2); }

}  // namespace
