// What an evaluation asks its host, and what it tells it: references, terminology, profiles, traces, budgets, places.

#include <gtest/gtest.h>

#include <map>

#include "fhir/model/document.h"
#include "fhir/path/conformance.h"
#include "fhir/path/expression.h"
#include "fhir/path/resolver.h"
#include "fhir/path/result_json.h"
#include "fhir/path/trace.h"
#include "fhir/terminology/terminology.h"

namespace fhir::path {
namespace {

model::Document read(std::string json) {
  base::Findings findings;
  auto document = model::Document::readResource(std::move(json), findings);
  if (!document) ADD_FAILURE() << document.error().text();
  return std::move(document).value();
}
Item rootOf(const model::Document& document) { return Item::node(document.root(), &model::Document::navigator()); }

const model::Document& observation() {
  static const model::Document document = read(
      R"({"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"6690-2"},
      {"system":"http://example.org/local","code":"WBC"}]},"subject":{"reference":"Patient/p1"},
      "performer":[{"reference":"Patient/none"}]})");
  return document;
}

class Ports : public ::testing::Test {
 protected:
  std::string run(std::string_view text, const CompileOptions& options = {}) {
    auto expression = Expression::compile(text, options);
    if (!expression) return "error " + expression.error().text();
    auto result = expression->evaluate(rootOf(observation()), evaluation);
    return result ? toJsonArray(*result) : "error " + result.error().text();
  }

  base::Arena arena;
  Evaluation evaluation{arena};
};

class OnePatient final : public Resolver {
 public:
  std::optional<Item> resolve(std::string_view reference, const Item& from) override {
    asked.emplace_back(reference);
    from_observation = from.node() == observation().root();
    if (reference != "Patient/p1") return std::nullopt;
    return rootOf(patient_);
  }
  std::vector<std::string> asked;
  bool from_observation = false;

 private:
  model::Document patient_ = read(R"({"resourceType":"Patient","id":"p1","name":[{"family":"Li"}]})");
};

TEST_F(Ports, resolve_asks_the_resolver_for_what_is_not_at_hand) {
  EXPECT_EQ(run("subject.resolve()"), "[]");
  OnePatient resolver;
  evaluation.resolver = &resolver;
  EXPECT_EQ(run("subject.resolve().name.family"), R"(["Li"])");
  EXPECT_TRUE(resolver.from_observation);
  EXPECT_EQ(run("(subject | performer).resolve().id"), R"(["p1"])");
  EXPECT_EQ(run("'#contained'.resolve()"), "[]");
  EXPECT_EQ(resolver.asked, (std::vector<std::string>{"Patient/p1", "Patient/p1", "Patient/none"}));
}

class BloodCounts final : public terminology::Terminology {
 public:
  std::optional<bool> memberOf(const terminology::Coding& coding, std::string_view value_set) override {
    asked = value_set;
    if (value_set.ends_with("unknown")) return std::nullopt;
    return coding.system == "http://loinc.org" && coding.code == "6690-2";
  }
  std::optional<bool> subsumes(std::string_view system, std::string_view above, std::string_view below) override {
    if (system != "http://loinc.org") return std::nullopt;
    return above == "24317-0" && below == "6690-2";
  }
  std::string asked;
};

TEST_F(Ports, memberOf_and_subsumes_ask_the_terminology) {
  EXPECT_EQ(run("code.memberOf('http://example.org/vs')"), "error 1:6: there is no terminology here to ask");
  BloodCounts terminology;
  evaluation.terminology = &terminology;
  EXPECT_EQ(run("code.memberOf('http://example.org/vs')"), "[true]");
  EXPECT_EQ(run("code.coding.last().memberOf('http://example.org/vs')"), "[false]");
  EXPECT_EQ(run("code.memberOf(%`vs-blood-counts`)"), "[true]");
  EXPECT_EQ(terminology.asked, "http://hl7.org/fhir/ValueSet/blood-counts");
  EXPECT_EQ(run("code.memberOf('http://example.org/unknown')"), "error 1:6: the value set is not known here");
  EXPECT_EQ(run("code.coding.first().subsumedBy(%panel)"), "error 1:32: there is no variable %panel");
  EXPECT_EQ(run("code.coding.first().subsumes(code.coding.first())"), "[true]");
  EXPECT_EQ(run("code.coding.first().subsumes(code.coding.last())"), "[]");
}

class Everything final : public Conformance {
 public:
  std::optional<bool> conformsTo(const Item& element, std::string_view profile) override {
    if (profile == "http://example.org/unknown") return std::nullopt;
    return model::placeOf(element.node()) == "Observation";
  }
};

TEST_F(Ports, conformsTo_asks_for_the_profile) {
  EXPECT_EQ(run("conformsTo('http://example.org/p')"), "error 1:1: there are no profiles here to check");
  Everything conformance;
  evaluation.conformance = &conformance;
  EXPECT_EQ(run("conformsTo('http://example.org/p')"), "[true]");
  EXPECT_EQ(run("code.conformsTo('http://example.org/p')"), "[false]");
  EXPECT_EQ(run("code.conformsTo('http://example.org/unknown')"), "error 1:6: the profile is not known here");
}

TEST_F(Ports, the_environment_names_value_sets_extensions_and_systems) {
  EXPECT_EQ(run("%`vs-administrative-gender`"), R"(["http://hl7.org/fhir/ValueSet/administrative-gender"])");
  EXPECT_EQ(run("%`ext-patient-birthTime`"), R"(["http://hl7.org/fhir/StructureDefinition/patient-birthTime"])");
  EXPECT_EQ(run("%sct | %loinc | %ucum"),
            R"(["http://snomed.info/sct","http://loinc.org","http://unitsofmeasure.org"])");
  Item patient = rootOf(observation());
  evaluation.resource = &patient;
  EXPECT_EQ(run("code.coding.select(%resource.status).distinct()"), R"(["final"])");
}

struct Written final : TraceSink, StepSink {
  void trace(std::string_view name, const Collection& values) override {
    lines.push_back(std::string(name) + " " + toJsonArray(values));
  }
  void step(const EvaluationStep& step) override {
    steps.push_back(std::to_string(step.position) + "," + std::to_string(step.length) + "," + std::string(step.name) +
                    " " + std::to_string(step.focus.size()) + " " + std::to_string(step.results.size()));
  }
  std::vector<std::string> lines, steps;
};

TEST_F(Ports, trace_writes_what_it_sees_and_changes_nothing) {
  Written written;
  evaluation.trace = &written;
  EXPECT_EQ(run("code.coding.trace('all').code.trace('each', length())"), R"(["6690-2","WBC"])");
  ASSERT_EQ(written.lines.size(), 2u);
  EXPECT_EQ(written.lines[1], "each [6,3]");
}

// The steps that HL7's FHIRPath Lab shows: arguments first, then the function; positions of names and operators.
TEST_F(Ports, steps_are_told_with_their_place_in_the_expression) {
  Written written;
  evaluation.steps = &written;
  run("code.coding.where(code = '王' or $index > 0).count()");
  EXPECT_EQ(written.steps, (std::vector<std::string>{
                               "0,4,code 1 1", "5,6,coding 1 2", "18,4,code 1 1", "25,3,constant 1 1", "23,1,= 1 1",
                               "32,6,$index 1 1", "41,1,constant 1 1", "39,1,> 1 1", "29,2,or 1 1", "18,4,code 1 1",
                               "25,3,constant 1 1", "23,1,= 1 1", "32,6,$index 1 1", "41,1,constant 1 1",
                               "39,1,> 1 1", "29,2,or 1 1", "12,5,where 2 1", "44,5,count 1 1"}));
}

TEST_F(Ports, budgets_end_what_takes_too_long_or_goes_too_deep) {
  evaluation.step_budget = 50;
  auto expression = Expression::compile("repeat($this | children()).count()");
  auto result = expression->evaluate(rootOf(observation()), evaluation);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().why, base::Why::TooCostly);
  EXPECT_FALSE(result.error().where.empty());
  evaluation.step_budget = 10'000'000;
  evaluation.depth_budget = 3;
  expression = Expression::compile("1 + (1 + (1 + (1 + 1)))");
  result = expression->evaluate(rootOf(observation()), evaluation);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().why, base::Why::TooCostly);
}

TEST_F(Ports, errors_stand_in_the_file_that_holds_the_expression) {
  CompileOptions options;
  options.file = "oru_r01.yaml";
  options.line = 33;
  options.column = 14;
  EXPECT_EQ(run("code.coding.single()", options), "error oru_r01.yaml:33:26: single() found several items");
  EXPECT_EQ(run("code\n  .coding.single()", options), "error oru_r01.yaml:34:11: single() found several items");
  EXPECT_EQ(run("code..coding", options), "error oru_r01.yaml:33:19: expected a member or a function after '.'");
}

}  // namespace
}  // namespace fhir::path
