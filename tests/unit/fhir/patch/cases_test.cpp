// Runs tests/cases/patch/*.json. See the README there.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "fhir/patch/diff.h"
#include "fhir/patch/patch.h"

namespace fhir::patch {
namespace {

using model::JsonMember;
using model::JsonValue;

JsonValue casesOf(const std::string& file) {
  std::ifstream in(std::filesystem::path(ONECARD_SOURCE_DIR) / "tests/cases/patch" / file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  auto json = JsonValue::read(text.str());
  if (!json) ADD_FAILURE() << file << ": " << json.error().text();
  return json ? *json->find("cases") : JsonValue();
}

JsonValue named(std::string_view name) {
  JsonValue part = JsonValue::object();
  part.member("name") = JsonValue::string(name);
  return part;
}

// An operation in short as the parameter that it stands for.
JsonValue parameterOf(const JsonValue& operation) {
  JsonValue parts = JsonValue::array(), value = named("value");
  for (const JsonMember& member : operation.members) {
    std::string_view name = member.name;
    if (&member == operation.members.data()) {
      parts.items.push_back(named("type"));
      parts.items.back().member("valueCode") = JsonValue::string(name);
      parts.items.push_back(named("path"));
      parts.items.back().member("valueString") = member.value;
    } else if (name == "name" || name == "index" || name == "source" || name == "destination") {
      parts.items.push_back(named(name));
      parts.items.back().member(name == "name" ? "valueString" : "valueInteger") = member.value;
    } else {
      value.member(name) = member.value;
    }
  }
  if (value.members.size() > 1) parts.items.push_back(std::move(value));
  JsonValue out = named("operation");
  out.member("part") = std::move(parts);
  return out;
}

JsonValue parametersOf(const JsonValue& operations) {
  JsonValue out = JsonValue::object();
  out.member("resourceType") = JsonValue::string("Parameters");
  if (operations.items.empty()) return out;
  JsonValue& list = out.member("parameter");
  list = JsonValue::array();
  for (const JsonValue& operation : operations.items) list.items.push_back(parameterOf(operation));
  return out;
}

base::Result<JsonValue> apply(const JsonValue& patch, const JsonValue& document) {
  ASSIGN_OR_RETURN(Patch read, Patch::read(patch.write()));
  ASSIGN_OR_RETURN(std::string text, read.apply(document.write()));
  return JsonValue::read(text);
}

void checkApplied(const std::string& file) {
  JsonValue cases = casesOf(file);
  EXPECT_GE(cases.items.size(), 40u);
  for (const JsonValue& test : cases.items) {
    SCOPED_TRACE(file + ": " + test.find("title")->text);
    const JsonValue* operations = test.find("operations");
    auto got = apply(operations ? parametersOf(*operations) : *test.find("patch"), *test.find("from"));
    if (const JsonValue* reason = test.find("fails")) {
      ASSERT_FALSE(got) << got->write();
      EXPECT_NE(got.error().text().find(reason->text), std::string::npos) << got.error().text();
      continue;
    }
    ASSERT_TRUE(got) << got.error().text();
    EXPECT_TRUE(sameDigits(*got, *test.find("to"))) << got->write();
  }
}

TEST(PatchCases, a_JSON_Patch_gives_what_its_case_says) { checkApplied("json_patch.json"); }
TEST(PatchCases, a_FHIRPath_Patch_gives_what_its_case_says) { checkApplied("fhirpath_patch.json"); }

void checkBetween(const JsonValue& from, const JsonValue& to) {
  JsonValue json = jsonPatchBetween(from, to);
  auto by_json = apply(json, from);
  ASSERT_TRUE(by_json) << by_json.error().text() << "\n" << json.write();
  EXPECT_TRUE(sameDigits(*by_json, to)) << json.write();
  auto path = fhirPathPatchBetween(from, to);
  ASSERT_TRUE(path) << path.error().text();
  auto by_path = apply(*path, from);
  ASSERT_TRUE(by_path) << by_path.error().text() << "\n" << path->write();
  EXPECT_TRUE(sameDigits(*by_path, to)) << path->write();
}

TEST(PatchCases, patches_made_from_two_resources_turn_one_into_the_other) {
  JsonValue cases = casesOf("differences.json");
  EXPECT_GE(cases.items.size(), 20u);
  for (const JsonValue& test : cases.items) {
    SCOPED_TRACE(test.find("title")->text);
    const JsonValue &a = *test.find("a"), &b = *test.find("b");
    checkBetween(a, b);
    checkBetween(b, a);
    if (const JsonValue* operations = test.find("operations")) {
      EXPECT_EQ(fhirPathPatchBetween(a, b)->write(), parametersOf(*operations).write());
    }
    if (const JsonValue* wanted = test.find("json_patch")) {
      EXPECT_EQ(jsonPatchBetween(a, b).write(), wanted->write());
    }
  }
}

}  // namespace
}  // namespace fhir::patch
