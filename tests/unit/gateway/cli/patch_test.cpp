// onecard patch as scripts call it.

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/gateway_process.h"

namespace {

using support::CommandResult;
using support::runCommand;

class PatchCommand : public testing::Test {
 protected:
  std::string file(const std::string& name, std::string_view text) {
    std::string path = folder_.path() + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  CommandResult patch(std::string_view text, const std::string& input) {
    return runCommand({ONECARD_BINARY, "patch", file("patch.json", text)}, input);
  }

 private:
  support::TemporaryFolder folder_;
};

const std::string kPatient = R"({"resourceType":"Patient","id":"a","gender":"male"})";

TEST_F(PatchCommand, tells_the_kind_by_what_it_reads) {
  auto json = patch(R"([{"op":"replace","path":"/gender","value":"female"}])", kPatient);
  EXPECT_EQ(json.out, "{\"resourceType\":\"Patient\",\"id\":\"a\",\"gender\":\"female\"}\n");
  EXPECT_EQ(json.exit_code, 0);
  auto fhirpath = patch(R"({"resourceType":"Parameters","parameter":[{"name":"operation","part":[
      {"name":"type","valueCode":"delete"},{"name":"path","valueString":"Patient.gender"}]}]})",
                        kPatient);
  EXPECT_EQ(fhirpath.out, "{\"resourceType\":\"Patient\",\"id\":\"a\"}\n");
  EXPECT_EQ(fhirpath.exit_code, 0);
}

TEST_F(PatchCommand, takes_XML_and_gives_XML_back) {
  auto result = patch(
      "<Parameters xmlns=\"http://hl7.org/fhir\"><parameter><name value=\"operation\"/><part><name value=\"type\"/>"
      "<valueCode value=\"replace\"/></part><part><name value=\"path\"/><valueString "
      "value=\"Patient.gender\"/></part>"
      "<part><name value=\"value\"/><valueCode value=\"female\"/></part></parameter></Parameters>",
      "<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"a\"/><gender value=\"male\"/></Patient>");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(
      result.out.find("<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"a\"/><gender value=\"female\"/></Patient>"),
      std::string::npos)
      << result.out;
}

TEST_F(PatchCommand, a_patch_that_fails_is_exit_1_with_the_operation) {
  auto result = patch(R"([{"op":"test","path":"/gender","value":"male"},{"op":"remove","path":"/photo"}])", kPatient);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("operation 1 /photo"), std::string::npos) << result.err;
  EXPECT_EQ(patch("[{}]", kPatient).exit_code, 1);
}

TEST_F(PatchCommand, what_cannot_be_read_is_exit_2) {
  EXPECT_EQ(patch("[]", "{").exit_code, 2);
  EXPECT_EQ(patch("[]", R"({"resourceType":"Foo"})").exit_code, 2);
  EXPECT_EQ(runCommand({ONECARD_BINARY, "patch", "/nowhere"}, kPatient).exit_code, 2);
  EXPECT_EQ(runCommand({ONECARD_BINARY, "patch"}, kPatient).exit_code, 2);
}

TEST_F(PatchCommand, makes_a_patch_of_either_kind) {
  std::string other = file("other.json", R"({"resourceType":"Patient","id":"a","gender":"female"})");
  auto json = runCommand({ONECARD_BINARY, "patch", "--diff", other}, kPatient);
  EXPECT_EQ(json.out, "[{\"op\":\"replace\",\"path\":\"/gender\",\"value\":\"female\"}]\n");
  auto fhirpath = runCommand({ONECARD_BINARY, "patch", "--diff", other, "--as", "fhirpath"}, kPatient);
  EXPECT_EQ(fhirpath.exit_code, 0) << fhirpath.err;
  EXPECT_EQ(patch(fhirpath.out, kPatient).out, "{\"resourceType\":\"Patient\",\"id\":\"a\",\"gender\":\"female\"}\n");
}

}  // namespace
