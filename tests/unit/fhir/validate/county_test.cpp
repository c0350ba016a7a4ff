// The county's profiles (conf/artefacts/profiles) over their own cases: for each profile a good base resource, good
// and bad changes (tests/cases/validate/county).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "fhir/validate/loader.h"
#include "fhir/validate/validator.h"
#include "tests/support/json_change.h"
#include "tests/support/validate_cases.h"

namespace {

using fhir::model::Document;
using tests::support::ValidateCase;

const std::string kSource = ONECARD_SOURCE_DIR;

std::vector<std::string> filesIn(const std::string& folder, const std::string& extension) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == extension) out.push_back(entry.path().string());
  std::sort(out.begin(), out.end());
  return out;
}

struct County {
  fhir::validate::Loader loader;
  const fhir::validate::Profiles* profiles = nullptr;
  County() {
    for (const std::string& file : filesIn(kSource + "/conf/artefacts/profiles", ".json")) {
      auto added = loader.add(tests::support::readWholeFile(file), file);
      EXPECT_TRUE(added.ok()) << added.error().text();
    }
    auto made = loader.finish();
    EXPECT_TRUE(made.ok());
    profiles = *made;
  }
};
County& county() {
  static County loaded;
  return loaded;
}

TEST(CountyProfilesTest, AreTwelveAndLackNothing) {
  EXPECT_THAT(county().loader.lacks(), testing::IsEmpty());
  size_t profiles = 0;
  for (const std::string& url : county().profiles->loaded()) profiles += url.find("/county-") != std::string::npos;
  EXPECT_EQ(profiles, 12u);
}

class CountyCasesTest : public testing::TestWithParam<std::string> {};

TEST_P(CountyCasesTest, GoodOnesPassAndBadOnesAreFoundAtTheirPlace) {
  const std::string folder = kSource + "/tests/cases/validate/county/";
  auto cases = tests::support::readValidateCases(folder + GetParam() + ".cases");
  ASSERT_TRUE(cases.ok()) << cases.error().text();
  const std::vector<std::string> profile{"http://onecard.example/StructureDefinition/" + GetParam()};
  fhir::validate::Options options;
  options.profiles = profile;
  options.terminology = county().loader.terminology();
  const fhir::validate::Validator validator(*county().profiles);
  size_t good = 0, bad = 0;
  for (const ValidateCase& one : *cases) {
    (one.name.starts_with("good: ") ? good : bad) += 1;
    auto json = tests::support::changed(tests::support::readWholeFile(folder + one.base + ".json"), one.changes);
    ASSERT_TRUE(json.ok()) << one.place << " " << json.error().text();
    fhir::base::Findings reading;
    auto document = Document::readResource(*json, reading);
    ASSERT_TRUE(document.ok()) << one.place << " " << document.error().text();
    const auto found = tests::support::asExpected(validator.validate(*document, reading, options), false);
    EXPECT_EQ(found, one.expected) << one.place << " " << one.name;
    EXPECT_EQ(one.name.starts_with("good: "), one.expected.empty()) << one.place << " " << one.name;
    if (std::getenv("ONECARD_SHOW_CASES") == nullptr) continue;
    std::printf("@@ %s\n", one.place.c_str());
    for (const std::string& line : found) std::printf("%s\n", line.c_str());
  }
  EXPECT_GE(good, 10u);
  EXPECT_GE(bad, 30u);
}

INSTANTIATE_TEST_SUITE_P(All, CountyCasesTest,
                         testing::Values("county-patient", "county-practitioner", "county-organization",
                                         "county-encounter", "county-condition", "county-lab-report",
                                         "county-imaging-report", "county-referral", "county-contract",
                                         "county-prescription", "county-follow-up", "county-provenance"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
