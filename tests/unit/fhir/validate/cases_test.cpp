// The table of single corruptions: tests/cases/validate/*.cases.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "fhir/validate/profiles.h"
#include "fhir/validate/validator.h"
#include "tests/support/json_change.h"
#include "tests/support/validate_cases.h"

namespace {

using fhir::base::Findings;
using fhir::model::Document;
using tests::support::ValidateCase;

const std::string kFolder = std::string(ONECARD_SOURCE_DIR) + "/tests/cases/validate/";

const fhir::validate::Profiles& profiles() {
  static const auto made = fhir::validate::Profiles::create();
  return **made;
}

std::vector<std::string> findingsOf(const std::string& json) {
  Findings reading;
  auto document = Document::readResource(json, reading);
  if (!document.ok()) return {"unreadable " + document.error().text()};
  fhir::validate::Options options;
  return tests::support::asExpected(fhir::validate::Validator(profiles()).validate(*document, reading, options),
                                    false);
}

std::vector<std::string> filesIn(const std::string& folder, const std::string& extension) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == extension) out.push_back(entry.path().string());
  std::sort(out.begin(), out.end());
  return out;
}

TEST(CorruptionTest, BaseResourcesAreWithoutFindings) {
  for (const std::string& file : filesIn(kFolder + "base", ".json"))
    EXPECT_THAT(findingsOf(tests::support::readWholeFile(file)), testing::IsEmpty()) << file;
}

TEST(CorruptionTest, EachIsFoundAtItsPlaceAndNothingElseIs) {
  size_t count = 0;
  for (const std::string& file : filesIn(kFolder, ".cases")) {
    auto cases = tests::support::readValidateCases(file);
    ASSERT_TRUE(cases.ok()) << cases.error().text();
    for (const ValidateCase& one : *cases) {
      ++count;
      const std::string base = tests::support::readWholeFile(kFolder + "base/" + one.base + ".json");
      auto json = tests::support::changed(base, one.changes);
      ASSERT_TRUE(json.ok()) << one.place << " " << json.error().text();
      const auto found = findingsOf(*json);
      EXPECT_EQ(found, one.expected) << one.place << " " << one.name;
      if (std::getenv("ONECARD_SHOW_CASES") == nullptr) continue;
      std::printf("@@ %s\n", one.place.c_str());
      for (const std::string& line : found) std::printf("%s\n", line.c_str());
    }
  }
  EXPECT_GE(count, 300u);
}

}  // namespace
