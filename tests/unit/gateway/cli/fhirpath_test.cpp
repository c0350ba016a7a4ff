// onecard fhirpath as scripts call it: the real program, its output and exit code.

#include <gtest/gtest.h>

#include "fhir/model/document.h"
#include "tests/support/gateway_process.h"

namespace {

using support::CommandResult;
using support::runCommand;

CommandResult fhirpath(std::vector<std::string> words, const std::string& input) {
  words.insert(words.begin(), {ONECARD_BINARY, "fhirpath"});
  return runCommand(words, input);
}

const std::string kPatient = R"({"resourceType":"Patient","birthDate":"1976-08-25","active":true,
  "name":[{"use":"official","family":"王","given":["小平"]},{"use":"usual","given":["Ping"]}],
  "extension":[{"url":"http://example.org/weight","valueQuantity":{"value":61.50,"unit":"kg",
  "system":"http://unitsofmeasure.org","code":"kg"}}]})";

TEST(Fhirpath, prints_a_json_array) {
  EXPECT_EQ(fhirpath({"name.given"}, kPatient).out, "[\"小平\",\"Ping\"]\n");
  EXPECT_EQ(fhirpath({"name.where(use='old')"}, kPatient).out, "[]\n");
  EXPECT_EQ(fhirpath({"birthDate + 1 year | @T10:30"}, kPatient).out, "[\"1977-08-25\",\"10:30\"]\n");
  EXPECT_EQ(fhirpath({"1.50 'mg' | 1.50 | 2 weeks"}, kPatient).out,
            "[{\"value\":1.50,\"unit\":\"mg\"},1.50,{\"value\":2,\"unit\":\"week\"}]\n");
  EXPECT_EQ(fhirpath({"name.last()"}, kPatient).out, "[{\"use\":\"usual\",\"given\":[\"Ping\"]}]\n");
  EXPECT_EQ(fhirpath({"active"}, kPatient).exit_code, 0);
  EXPECT_EQ(fhirpath({"-name.given.count()"}, kPatient).out, "[-2]\n");
  EXPECT_EQ(fhirpath({"--var", "n=2", "-%n * 3", "--strict"}, kPatient).out, "[-6]\n");
  EXPECT_EQ(fhirpath({"name", "--stric"}, kPatient).exit_code, 2);
}

TEST(Fhirpath, reads_xml_too) {
  auto result = fhirpath({"name.family | birthDate"},
                         "\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<Patient xmlns=\"http://hl7.org/fhir\">"
                         "<name><family value=\"Li\"/></name><birthDate value=\"1980-02\"/></Patient>");
  EXPECT_EQ(result.out, "[\"Li\",\"1980-02\"]\n");
  EXPECT_EQ(result.exit_code, 0);
}

TEST(Fhirpath, json_without_a_resource_type_is_a_plain_tree) {
  EXPECT_EQ(
      fhirpath({"rows.where(value > 4).code"}, R"({"rows":[{"code":"WBC","value":6.10},{"code":"RBC","value":3.9}]})")
          .out,
      "[\"WBC\"]\n");
  EXPECT_EQ(fhirpath({"Order.rows.code"}, R"({"resourceType":"Order","rows":[{"code":"WBC"}]})").out, "[\"WBC\"]\n");
  EXPECT_EQ(fhirpath({"Other.rows"}, R"({"resourceType":"Order","rows":[{"code":"WBC"}]})").out, "[]\n");
  EXPECT_EQ(fhirpath({"note.resourceType"}, R"({"note":{"resourceType":"no resource"}})").out, "[\"no resource\"]\n");
}

TEST(Fhirpath, the_codes_and_the_types_of_r4_are_at_hand) {
  const std::string patient = R"({"resourceType":"Patient","gender":"female"})";
  const std::string genders = "'http://hl7.org/fhir/ValueSet/administrative-gender'";
  EXPECT_EQ(fhirpath({"gender.memberOf(" + genders + ") | 'woman'.memberOf(" + genders + ")"}, patient).out,
            "[true,false]\n");
  EXPECT_EQ(fhirpath({"conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')"}, patient).out, "[true]\n");
  EXPECT_EQ(fhirpath({"conformsTo('http://hl7.org/fhir/StructureDefinition/DomainResource')"}, patient).out,
            "[true]\n");
  EXPECT_EQ(fhirpath({"conformsTo('http://hl7.org/fhir/StructureDefinition/Person')"}, patient).out, "[false]\n");
  EXPECT_EQ(fhirpath({"conformsTo('http://example.org/unknown')"}, patient).exit_code, 1);
}

TEST(Fhirpath, an_invalid_expression_or_an_evaluation_error_is_exit_1_with_its_position) {
  auto invalid = fhirpath({"name.where("}, kPatient);
  EXPECT_EQ(invalid.exit_code, 1);
  EXPECT_EQ(invalid.out, "");
  EXPECT_EQ(invalid.err.rfind("expression:1:12: ", 0), 0u) << invalid.err;
  auto failed = fhirpath({"name.given.single().length()"}, kPatient);
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_EQ(failed.err.rfind("expression:1:12: ", 0), 0u) << failed.err;
}

TEST(Fhirpath, unreadable_input_is_exit_2_with_its_position) {
  auto json = fhirpath({"name"}, "{\"resourceType\":\"Patient\",\n \"active\":tru}");
  EXPECT_EQ(json.exit_code, 2);
  EXPECT_EQ(json.err.rfind("input:2:", 0), 0u) << json.err;
  auto xml = fhirpath({"name"}, "<Patient xmlns=\"http://hl7.org/fhir\">\n<active></Patient>");
  EXPECT_EQ(xml.exit_code, 2);
  EXPECT_EQ(xml.err.rfind("input:2:", 0), 0u) << xml.err;
  EXPECT_EQ(fhirpath({"name"}, "").exit_code, 2);
}

TEST(Fhirpath, strict_refuses_a_member_that_the_type_cannot_have) {
  EXPECT_EQ(fhirpath({"name.surname"}, kPatient).out, "[]\n");
  auto strict = fhirpath({"name.surname", "--strict"}, kPatient);
  EXPECT_EQ(strict.exit_code, 1);
  EXPECT_EQ(strict.err.rfind("expression:1:6: ", 0), 0u) << strict.err;
  EXPECT_EQ(fhirpath({"name.family", "--strict"}, kPatient).out, "[\"王\"]\n");
}

TEST(Fhirpath, typed_says_what_each_result_is) {
  EXPECT_EQ(fhirpath({"--typed", "name.use.first() | 1.0 | now().type().name"}, kPatient).out,
            "[{\"type\":\"FHIR.code\",\"value\":\"official\"},{\"type\":\"System.Decimal\",\"value\":1.0},"
            "{\"type\":\"System.String\",\"value\":\"DateTime\"}]\n");
}

TEST(Fhirpath, variables_are_json) {
  EXPECT_EQ(fhirpath({"%limit * 2 | %names | %who.name.family", "--var", "limit=1.5", "--var", "names=[\"a\",\"b\"]",
                      "--var", R"(who={"resourceType":"Patient","name":[{"family":"Li"}]})"},
                     kPatient)
                .out,
            "[3.0,\"a\",\"b\",\"Li\"]\n");
  auto wrong = fhirpath({"%x", "--var", "x={"}, kPatient);
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_EQ(wrong.err.rfind("variable:x:1:", 0), 0u) << wrong.err;
  EXPECT_EQ(fhirpath({"%x", "--var", "x"}, kPatient).exit_code, 2);
  EXPECT_EQ(fhirpath({"%y"}, kPatient).exit_code, 1);
}

TEST(Fhirpath, trace_goes_to_standard_error_and_ends_with_the_debug_trace) {
  auto result = fhirpath({"name.given.trace('given', length()).count()", "--trace"}, kPatient);
  EXPECT_EQ(result.out, "[2]\n");
  size_t line = result.err.find('\n');
  ASSERT_NE(line, std::string::npos);
  EXPECT_EQ(result.err.substr(0, line), "trace given: [2,4]");
  fhir::base::Findings findings;
  auto parameters = fhir::model::Document::readResource(result.err.substr(line + 1), findings);
  ASSERT_TRUE(parameters.ok()) << parameters.error().text();
  EXPECT_EQ(parameters->resourceType(), "Parameters");
  auto failed = fhirpath({"name.given.single()", "--trace"}, kPatient);
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_NE(failed.err.find("{\"name\":\"5,5,given\""), std::string::npos) << failed.err;
  EXPECT_NE(failed.err.find("expression:1:12: "), std::string::npos) << failed.err;
  EXPECT_TRUE(findings.empty());
}

}  // namespace
