#include "fhir/terminology/code_system.h"

#include <gtest/gtest.h>

#include "fhir/path/expression.h"
#include "fhir/terminology/concept_map.h"
#include "fhir/terminology/expansion.h"
#include "fhir/terminology/loaded_terminology.h"
#include "fhir/terminology/validate_code.h"

namespace fhir::terminology {
namespace {

std::shared_ptr<const LoadedTerminology> load(std::vector<std::string> resources,
                                              std::shared_ptr<const LoadedTerminology> below = nullptr) {
  LoadedTerminology::Builder builder(std::move(below));
  for (std::string& json : resources) {
    auto added = builder.addJson(std::move(json), "");
    EXPECT_TRUE(added) << added.error().text();
  }
  return builder.build();
}

std::string codeSystem(std::string_view concepts, std::string_view more = "") {
  return R"({"resourceType":"CodeSystem","url":"http://x/s","status":"active","content":"complete")" +
         std::string(more) + ",\"concept\":[" + std::string(concepts) + "]}";
}

base::Error refused(std::string json) {
  LoadedTerminology::Builder builder(nullptr);
  auto added = builder.addJson(std::move(json), "s.json");
  EXPECT_FALSE(added);
  return added ? base::Error{} : added.error();
}

TEST(CodeSystem, refuses_the_same_code_twice_and_concepts_without_one) {
  EXPECT_EQ(refused(codeSystem(R"({"code":"a"},{"code":"b","concept":[{"code":"a"}]})")).where,
            "s.json:CodeSystem.concept[1].concept[0]");
  EXPECT_EQ(refused(codeSystem(R"({"code":"a"},{"code":"A"})", R"(,"caseSensitive":false)")).where,
            "s.json:CodeSystem.concept[1]");
  EXPECT_EQ(refused(codeSystem(R"({"code":"a"},{"display":"B"})")).where, "s.json:CodeSystem.concept[1]");
  EXPECT_EQ(refused(R"({"resourceType":"CodeSystem","status":"active","content":"complete"})").where,
            "s.json:CodeSystem.url");
  EXPECT_EQ(refused(R"({"resourceType":"Patient"})").why, base::Why::Unsupported);
}

TEST(CodeSystem, knows_its_hierarchy_from_nesting_and_from_properties) {
  auto terminology = load({codeSystem(R"({"code":"a","concept":[{"code":"b"}]},
    {"code":"c","property":[{"code":"parent","valueCode":"a"},{"code":"parent","valueCode":"unknown"}]},
    {"code":"d","property":[{"code":"child","valueCode":"c"},{"code":"child","valueCode":"b"}]})")});
  const CodeSystem* system = terminology->codeSystem("http://x/s");
  auto at = [&](std::string_view code) { return system->find(code); };
  EXPECT_EQ(system->parents(at("b")).size(), 2u);
  EXPECT_EQ(system->parents(at("c")).size(), 2u);
  EXPECT_EQ(system->children(at("a")).size(), 2u);
  EXPECT_EQ(system->roots().size(), 2u);
  EXPECT_TRUE(system->isA(at("c"), at("d")));
  EXPECT_FALSE(system->isA(at("d"), at("c")));
  EXPECT_EQ(system->descendantsAndSelf(at("d")).size(), 3u);
}

TEST(CodeSystem, takes_the_meaning_of_properties_from_their_uri) {
  auto terminology = load({codeSystem(R"({"code":"a","property":[{"code":"group","valueBoolean":true}]},
      {"code":"b","property":[{"code":"notSelectable","valueBoolean":true}]})",
                                      R"(,"property":[{"code":"group","type":"boolean",
      "uri":"http://hl7.org/fhir/concept-properties#notSelectable"}])")});
  const CodeSystem* system = terminology->codeSystem("http://x/s");
  EXPECT_TRUE(system->isAbstract(system->find("a")));
  EXPECT_FALSE(system->isAbstract(system->find("b")));
}

// 100,000 concepts as a large national code system has them: two displays, a definition, a parent, two properties.
std::string largeSystem() {
  std::string concepts;
  for (int i = 0; i < 100'000; ++i) {
    std::string n = std::to_string(i);
    if (i != 0) concepts += ',';
    concepts += R"({"code":"A)" + n + R"(.x00","display":"某种疾病的诊断名称)" + n +
                R"(","designation":[{"language":"en","value":"Name of diagnosis )" + n +
                R"("}],"property":[{"code":"parent","valueCode":"A)" + std::to_string(i / 10) +
                R"(.x00"},{"code":"chapter","valueString":"第)" + std::to_string(i % 22) + R"(章"}]})";
  }
  return codeSystem(concepts);
}

TEST(CodeSystem, holds_100000_concepts_within_100_MiB_with_a_value_set_and_a_map_of_all) {
  std::string set =
      R"({"resourceType":"ValueSet","url":"http://x/v","status":"active","compose":{"include":[{"system":"http://x/s","concept":[)";
  std::string map =
      R"({"resourceType":"ConceptMap","url":"http://x/m","status":"active","group":[{"source":"http://x/s","target":"http://x/t","element":[)";
  for (int i = 0; i < 100'000; ++i) {
    std::string code = "A" + std::to_string(i) + ".x00";
    set += (i ? ",{\"code\":\"" : "{\"code\":\"") + code + "\"}";
    map += (i ? ",{\"code\":\"" : "{\"code\":\"") + code + R"(","target":[{"code":"B)" + code +
           R"(","equivalence":"equivalent"}]})";
  }
  auto terminology = load({largeSystem(), set + "]}]}}", map + "]}]}"});
  const CodeSystem* system = terminology->codeSystem("http://x/s");
  ASSERT_EQ(system->size(), 100'000u);
  EXPECT_LT(system->memory(), 30u << 20);
  EXPECT_LT(terminology->memory(), 100u << 20);
  EXPECT_TRUE(system->isA(system->find("A99999.x00"), system->find("A9.x00")));
  Coding coding{.system = "http://x/s", .code = "A77777.x00", .display = "某种疾病的诊断名称77777"};
  CodeQuestion question;
  question.codings = {&coding, 1};
  question.value_set = "http://x/v";
  EXPECT_TRUE(validateCode(*terminology, question).valid());
  ExpandQuestion page;
  page.offset = 99'990;
  page.count = 20;
  auto expansion = expand(*terminology, *terminology->valueSet("http://x/v"), page);
  ASSERT_TRUE(expansion);
  EXPECT_EQ(expansion->total, 100'000u);
  EXPECT_EQ(expansion->contains.size(), 10u);
  page.most_codes = 50'000;
  auto too_many = expand(*terminology, *terminology->valueSet("http://x/v"), page);
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().why, base::Why::TooCostly);
}

TEST(ValueSets, that_name_one_another_more_and_more_often_are_refused) {
  std::vector<std::string> resources{codeSystem(R"({"code":"a"})")};
  for (int i = 0; i < 30; ++i) {
    std::string next = "http://x/v" + std::to_string(i + 1);
    resources.push_back(R"({"resourceType":"ValueSet","url":"http://x/v)" + std::to_string(i) +
                        R"(","status":"active","compose":{"include":[{"valueSet":[")" + next +
                        R"("]},{"valueSet":[")" + next + R"("]}]}})");
  }
  resources.push_back(R"({"resourceType":"ValueSet","url":"http://x/v30","status":"active",
    "compose":{"include":[{"system":"http://x/s"}]}})");
  auto terminology = load(std::move(resources));
  Coding coding{.system = "http://x/s", .code = "b"};
  CodeQuestion question;
  question.codings = {&coding, 1};
  question.value_set = "http://x/v0";
  CodeAnswer answer = validateCode(*terminology, question);
  EXPECT_FALSE(answer.valid());
  EXPECT_EQ(answer.issues.back().kind, CodeIssueKind::FaultyValueSet);
  auto expansion = expand(*terminology, *terminology->valueSet("http://x/v0"), {});
  ASSERT_FALSE(expansion);
  EXPECT_EQ(expansion.error().why, base::Why::TooCostly);
}

TEST(ValueSets, deeper_than_32_are_refused) {
  std::vector<std::string> resources;
  for (int i = 0; i < 40; ++i) {
    resources.push_back(R"({"resourceType":"ValueSet","url":"http://x/v)" + std::to_string(i) +
                        R"(","status":"active","compose":{"include":[{"valueSet":["http://x/v)" +
                        std::to_string(i + 1) + R"("]}]}})");
  }
  auto terminology = load(std::move(resources));
  auto expansion = expand(*terminology, *terminology->valueSet("http://x/v0"), {});
  ASSERT_FALSE(expansion);
  EXPECT_EQ(expansion.error().why, base::Why::Invalid) << expansion.error().text();
}

TEST(LoadedTerminology, upper_layers_win_and_lower_ones_stay) {
  auto site =
      load({codeSystem(R"({"code":"a"})", R"(,"version":"1")"),
            R"({"resourceType":"CodeSystem","url":"http://hl7.org/fhir/administrative-gender","version":"4.0.1",
      "status":"active","content":"complete","concept":[{"code":"male"},{"code":"third"}]})"},
           LoadedTerminology::r4());
  auto top = load({codeSystem(R"({"code":"b"})", R"(,"version":"0.9")")}, site);
  EXPECT_NE(top->codeSystem("http://x/s")->find("b"), kNoConcept);
  EXPECT_NE(top->codeSystem("http://x/s|1")->find("a"), kNoConcept);
  EXPECT_EQ(top->codeSystem("http://x/s|2"), nullptr);
  EXPECT_EQ(top->codeSystemVersions("http://x/s").size(), 2u);
  Coding third{.code = "third"};
  EXPECT_EQ(
      const_cast<LoadedTerminology&>(*top).memberOf(third, "http://hl7.org/fhir/ValueSet/administrative-gender"),
      true);
  EXPECT_EQ(const_cast<LoadedTerminology&>(*LoadedTerminology::r4())
                .memberOf(third, "http://hl7.org/fhir/ValueSet/administrative-gender"),
            false);
}

TEST(LoadedTerminology, answers_fhirpath) {
  auto terminology = load({codeSystem(R"({"code":"a","concept":[{"code":"b"}]})", R"(,"valueSet":"http://x/v")")});
  base::Findings findings;
  auto observation = model::Document::readResource(
      R"({"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://x/s","code":"b"}]}})",
      findings);
  ASSERT_TRUE(observation);
  auto truth = [&](std::string_view text) -> std::string {
    auto expression = path::Expression::compile(text);
    base::Arena arena;
    path::Evaluation evaluation(arena);
    evaluation.terminology = const_cast<LoadedTerminology*>(terminology.get());
    auto result =
        expression->evaluate(path::Item::node(observation->root(), &model::Document::navigator()), evaluation);
    if (!result) return result.error().text();
    std::string_view out;
    if (!result->empty()) (*result)[0].text(arena, out);
    return std::string(out);
  };
  EXPECT_EQ(truth("code.memberOf('http://x/v')"), "true");
  EXPECT_EQ(truth("code.coding.first().memberOf('http://x/v')"), "true");
  EXPECT_EQ(truth("status.memberOf('http://x/v')"), "false");
  EXPECT_NE(truth("code.memberOf('http://x/unknown')").find("not known"), std::string::npos);
}

}  // namespace
}  // namespace fhir::terminology
