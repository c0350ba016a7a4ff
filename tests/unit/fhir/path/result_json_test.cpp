#include "fhir/path/result_json.h"

#include <gtest/gtest.h>

#include "fhir/model/document.h"
#include "fhir/path/expression.h"
#include "fhir/path/json_variables.h"

namespace fhir::path {
namespace {

// The results of an expression over a document as the command line prints them.
std::string results(std::string_view json, std::string_view expression, const ResultFormat& format = {},
                    const Variables* variables = nullptr) {
  base::Findings findings;
  bool resource = json.find("resourceType") != std::string_view::npos;
  auto document = resource ? model::Document::readResource(std::string(json), findings)
                           : model::Document::readPlain(std::string(json));
  if (!document) return document.error().text();
  auto compiled = Expression::compile(expression);
  if (!compiled) return compiled.error().text();
  base::Arena arena;
  Evaluation evaluation(arena);
  evaluation.variables = variables;
  auto result = compiled->evaluate(Item::node(document->root(), &model::Document::navigator()), evaluation);
  return result ? toJsonArray(*result, format) : result.error().text();
}

constexpr std::string_view kPatient =
    R"({"resourceType":"Patient","active":true,"name":[{"family":"Li","given":["Ping","A\"b"]}],
  "birthDate":"1980-02-29","_gender":{"extension":[{"url":"http://x","valueCode":"u"}]},"multipleBirthInteger":2})";

TEST(ResultJson, values) {
  EXPECT_EQ(results("{}", "1 | 1.50 | 'a\\n\"' | true"), R"([1,1.50,"a\n\"",true])");
  EXPECT_EQ(results("{}", "@2024-02-29 | @2024-02-29T10:30:00+08:00 | @T10:30"),
            R"(["2024-02-29","2024-02-29T10:30:00+08:00","10:30"])");
  EXPECT_EQ(results("{}", "1.50 'mg' | 3 days"), R"([{"value":1.50,"unit":"mg"},{"value":3,"unit":"day"}])");
  EXPECT_EQ(results("{}", "{}"), "[]");
  EXPECT_EQ(results("{}", "1.type()"), R"([{"namespace":"System","name":"Integer"}])");
}

TEST(ResultJson, elements) {
  EXPECT_EQ(results(kPatient, "name"), R"([{"family":"Li","given":["Ping","A\"b"]}])");
  EXPECT_EQ(results(kPatient, "name.given | birthDate | active"), R"(["Ping","A\"b","1980-02-29",true])");
  EXPECT_EQ(results(kPatient, "multipleBirth"), "[2]");
  EXPECT_EQ(results(kPatient, "gender"), R"([{"extension":[{"url":"http://x","valueCode":"u"}]}])");
}

TEST(ResultJson, plain_json_keeps_its_numbers) {
  EXPECT_EQ(results(R"({"a":[{"b":1.10},{"b":2}],"c":"x"})", "a.b"), "[1.10,2]");
  EXPECT_EQ(results(R"({"a":[{"b":1.10},{"b":2}],"c":"x"})", "a.where(b > 1.5)"), R"([{"b":2}])");
}

TEST(ResultJson, typed) {
  EXPECT_EQ(results(kPatient, "name.family | 1", {.typed = true}),
            R"([{"type":"FHIR.string","value":"Li"},{"type":"System.Integer","value":1}])");
}

TEST(JsonVariables, hold_values_arrays_and_resources) {
  JsonVariables variables;
  ASSERT_TRUE(variables.add("number", "1.50"));
  ASSERT_TRUE(variables.add("list", "[1, \"a\", true]"));
  ASSERT_TRUE(variables.add("patient", std::string(kPatient)));
  ASSERT_TRUE(variables.add("nothing", "null"));
  EXPECT_EQ(results("{}", "%number * 2", {}, &variables), "[3.00]");
  EXPECT_EQ(results("{}", "%list", {}, &variables), R"([1,"a",true])");
  EXPECT_EQ(results("{}", "%patient.name.family", {}, &variables), R"(["Li"])");
  EXPECT_EQ(results("{}", "%nothing.empty()", {}, &variables), "[true]");
  EXPECT_EQ(results("{}", "%other", {}, &variables), "1:1: there is no variable %other");
  auto wrong = variables.add("wrong", "{");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().where.substr(0, 6), "wrong:");
}

}  // namespace
}  // namespace fhir::path
