#include "fhir/patch/patch.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "fhir/patch/diff.h"

namespace fhir::patch {
namespace {

using model::JsonValue;

TEST(JsonPatch, says_where_it_cannot_be_read) {
  auto twice = JsonPatch::read("[{\"op\": \"add\", \"op\": \"move\", \"path\": \"/a\", \"value\": 1}]");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().where, "1:16");
  auto second = JsonPatch::read("[{\"op\": \"remove\", \"path\": \"/a\"},\n {\"op\": \"remove\"}]");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().where, "operation 1 at 2:2");
  EXPECT_FALSE(JsonPatch::read("{}"));
  EXPECT_FALSE(JsonPatch::read("[1]"));
  EXPECT_FALSE(JsonPatch::read(""));
}

TEST(JsonPatch, stops_copies_that_grow_without_end) {
  std::string patch = "[";
  for (int i = 0; i < 40; ++i) {
    patch += std::string(i ? "," : "") + R"({"op": "copy", "from": "/a", "path": "/a/)" + std::to_string(i) + "\"}";
  }
  auto wide = JsonPatch::read(patch + "]")->apply(*JsonValue::read(R"({"a": {"x": [1, 2, 3]}})"));
  ASSERT_FALSE(wide);
  EXPECT_EQ(wide.error().why, base::Why::TooCostly);
}

TEST(JsonPatch, takes_no_more_operations_than_the_limit) {
  std::string patch = "[";
  for (int i = 0; i < 11; ++i) patch += std::string(i ? "," : "") + R"({"op": "test", "path": "", "value": {}})";
  PatchLimits limits;
  limits.operations = 10;
  auto read = JsonPatch::read(patch + "]", limits);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().why, base::Why::TooCostly);
}

TEST(JsonPatch, many_operations_on_a_large_document_end) {
  std::string array = "[0", patch = "[";
  for (int i = 0; i < 9'999; ++i) array += ",0";
  for (int i = 0; i < 10'000; ++i) patch += std::string(i ? "," : "") + R"({"op": "add", "path": "/0", "value": 1})";
  auto result = JsonPatch::read(patch + "]")->apply(*JsonValue::read(array + "]"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().why, base::Why::TooCostly);
}

TEST(FhirPathPatch, paths_that_cost_much_end) {
  auto patch = FhirPathPatch::read(R"json({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
      {"name": "type", "valueCode": "delete"},
      {"name": "path", "valueString": "Patient.name.where(%resource.repeat(descendants()).where(%resource.descendants().where(%resource.descendants().exists(false)).exists()).exists())"}]}]})json");
  ASSERT_TRUE(patch) << patch.error().text();
  std::string names;
  for (int i = 0; i < 300; ++i) names += std::string(i ? "," : "") + R"({"family": "a", "given": ["b"]})";
  auto result = patch->apply(*JsonValue::read(R"({"resourceType": "Patient", "name": [)" + names + "]}"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().why, base::Why::TooCostly);
}

TEST(JsonPatch, a_test_that_does_not_hold_is_a_conflict) {
  auto patch = JsonPatch::read(R"([{"op": "test", "path": "/a", "value": 2}])");
  EXPECT_EQ(patch->apply(*JsonValue::read(R"({"a": 1})")).error().why, base::Why::Conflict);
}

TEST(FhirPathPatchBetween, refuses_what_is_not_one_resource) {
  auto patient = *JsonValue::read(R"({"resourceType": "Patient", "id": "a"})");
  EXPECT_FALSE(fhirPathPatchBetween(patient, *JsonValue::read(R"({"resourceType": "Person", "id": "a"})")));
  EXPECT_FALSE(fhirPathPatchBetween(patient, *JsonValue::read(R"({"resourceType": "Patient", "id": "b"})")));
  EXPECT_FALSE(fhirPathPatchBetween(patient, *JsonValue::read(R"({"a": 1})")));
  auto odd =
      fhirPathPatchBetween(patient, *JsonValue::read(R"({"resourceType": "Patient", "id": "a", "colour": 1})"));
  ASSERT_FALSE(odd);
  EXPECT_EQ(odd.error().why, base::Why::Unsupported);
}

// HL7's examples, a few of each type: each is turned into the next one by both kinds of patch.
TEST(PatchBetween, examples_of_one_type_are_turned_into_each_other) {
  const char* folder = std::getenv("ONECARD_R4_EXAMPLES");
  if (!folder) GTEST_SKIP() << "HL7's examples are not there (set ONECARD_R4_EXAMPLES)";
  constexpr size_t kOfEachType = 4;
  std::map<std::string, std::vector<JsonValue>> examples;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::string name = entry.path().filename();
    auto& of_type = examples[name.substr(0, name.find('-'))];
    if (entry.path().extension() != ".json" || entry.file_size() > 20'000 || of_type.size() == kOfEachType) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    auto example = JsonValue::read(text.str());
    if (!example || !example->find("resourceType")) continue;
    example->erase("id");
    of_type.push_back(std::move(*example));
  }
  size_t count = 0;
  for (const auto& [type, of_type] : examples) {
    SCOPED_TRACE(type);
    for (size_t i = 1; i < of_type.size(); ++i, ++count) {
      auto by_json = JsonPatch::read(jsonPatchBetween(of_type[i - 1], of_type[i]).write())->apply(of_type[i - 1]);
      ASSERT_TRUE(by_json) << by_json.error().text();
      EXPECT_TRUE(sameDigits(*by_json, of_type[i]));
      auto by_path = fhirPathPatchBetween(of_type[i - 1], of_type[i]);  // which applies it
      EXPECT_TRUE(by_path) << by_path.error().text();
    }
  }
  EXPECT_GE(count, 150u);
}

}  // namespace
}  // namespace fhir::patch
