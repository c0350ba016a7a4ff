// Loading profiles, their snapshots and slices: tests/cases/validate/profiles.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "fhir/validate/loader.h"
#include "fhir/validate/validator.h"
#include "tests/support/json_change.h"
#include "tests/support/validate_cases.h"

namespace {

using fhir::model::Document;
using fhir::validate::Loader;
using testing::ElementsAre;
using testing::HasSubstr;
using tests::support::ValidateCase;

const std::string kFolder = std::string(ONECARD_SOURCE_DIR) + "/tests/cases/validate/";

std::vector<std::string> findingsOf(const std::string& json, const fhir::validate::Profiles& profiles) {
  fhir::base::Findings reading;
  auto document = Document::readResource(json, reading);
  if (!document.ok()) return {"unreadable " + document.error().text()};
  return tests::support::asExpected(fhir::validate::Validator(profiles).validate(*document, reading, {}), false);
}

TEST(ProfilesTest, FindWhatTheCasesSay) {
  Loader loader;
  ASSERT_TRUE(loader.add(tests::support::readWholeFile(kFolder + "profiles/definitions.json"), "definitions").ok());
  auto profiles = loader.finish();
  ASSERT_TRUE(profiles.ok());
  EXPECT_THAT(loader.lacks(), testing::IsEmpty());
  auto cases = tests::support::readValidateCases(kFolder + "profiles/profiles.cases");
  ASSERT_TRUE(cases.ok()) << cases.error().text();
  EXPECT_GE(cases->size(), 60u);
  for (const ValidateCase& one : *cases) {
    auto json =
        tests::support::changed(tests::support::readWholeFile(kFolder + "base/" + one.base + ".json"), one.changes);
    ASSERT_TRUE(json.ok()) << one.place << " " << json.error().text();
    const auto found = findingsOf(*json, **profiles);
    EXPECT_EQ(found, one.expected) << one.place << " " << one.name;
    if (std::getenv("ONECARD_SHOW_CASES") == nullptr) continue;
    std::printf("@@ %s\n", one.place.c_str());
    for (const std::string& line : found) std::printf("%s\n", line.c_str());
  }
}

std::string definition(const std::string& name, const std::string& base, const std::string& elements) {
  return R"({"resourceType":"StructureDefinition","url":"http://example.org/)" + name +
         R"(","name":"X","status":"draft","kind":"resource","abstract":false,"type":"Patient","baseDefinition":")" +
         base + R"(","derivation":"constraint","differential":{"element":[{"path":"Patient"})" +
         (elements.empty() ? "" : "," + elements) + "]}}";
}

std::vector<std::string> lacksOf(const std::vector<std::string>& definitions) {
  Loader loader;
  for (const std::string& one : definitions) {
    auto added = loader.add(one, "file");
    EXPECT_TRUE(added.ok()) << added.error().text();
  }
  EXPECT_TRUE(loader.finish().ok());
  return loader.lacks();
}

const std::string kPatient = "http://hl7.org/fhir/StructureDefinition/Patient";

TEST(ProfilesTest, CircularBasesAreRefusedWithTheReason) {
  EXPECT_THAT(lacksOf({definition("a", "http://example.org/b", ""), definition("b", "http://example.org/a", "")}),
              ElementsAre(HasSubstr("its own base"), HasSubstr("cannot be used")));
  EXPECT_THAT(lacksOf({definition("self", "http://example.org/self", "")}), ElementsAre(HasSubstr("its own base")));
}

TEST(ProfilesTest, AMissingBaseIsNamed) {
  EXPECT_THAT(lacksOf({definition("a", "http://example.org/missing", "")}),
              ElementsAre(HasSubstr("http://example.org/missing is not here")));
}

TEST(ProfilesTest, AMissingProfileOfAnElementIsNamed) {
  EXPECT_THAT(
      lacksOf({definition(
          "a", kPatient,
          R"({"path":"Patient.name","type":[{"code":"HumanName","profile":["http://example.org/missing"]}]})")}),
      ElementsAre(HasSubstr("the profile http://example.org/missing")));
}

TEST(ProfilesTest, WhatCannotBeUsedSaysWhy) {
  EXPECT_THAT(lacksOf({definition("a", kPatient, R"({"path":"Patient.nickname","min":1})")}),
              ElementsAre(HasSubstr("Patient.nickname, which R4 does not have")));
  EXPECT_THAT(lacksOf({definition("a", kPatient, R"({"path":"Patient.name","min":2,"max":"1"})")}),
              ElementsAre(HasSubstr("min is greater than max")));
  EXPECT_THAT(
      lacksOf({definition(
          "a", kPatient,
          R"({"path":"Patient.name","constraint":[{"key":"x-1","severity":"error","human":"x","expression":"text.("}]})")}),
      ElementsAre(HasSubstr("x-1 cannot be read")));
  EXPECT_THAT(lacksOf({definition("a", "http://hl7.org/fhir/StructureDefinition/vitalsigns", "")}),
              ElementsAre(HasSubstr("of another type than its base")));
}

TEST(ProfilesTest, AVersionIsFoundByItsCanonical) {
  Loader loader;
  std::string json = definition("a", kPatient, R"({"path":"Patient.name","min":1})");
  json.insert(json.find("\"name\""), R"("version":"1.0",)");
  ASSERT_TRUE(loader.add(json, "file").ok());
  auto profiles = loader.finish();
  ASSERT_TRUE(profiles.ok());
  EXPECT_NE((*profiles)->find("http://example.org/a|1.0"), nullptr);
  EXPECT_NE((*profiles)->find("http://example.org/a"), nullptr);
  EXPECT_EQ((*profiles)->find("http://example.org/a|2.0"), nullptr);
}

TEST(ProfilesTest, ATruncatedPackageIsRefused) {
  Loader loader;
  auto added = loader.add(std::string("\x1F\x8B\x08\x00\x00", 5), "package.tgz");
  ASSERT_FALSE(added.ok());
  EXPECT_THAT(added.error().text(), HasSubstr("package.tgz"));
}

}  // namespace
