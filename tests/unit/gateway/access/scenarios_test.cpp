// Tells every story of tests/scenarios to the REST interface over a SQLite store.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/support/scenario_runner.h"
#include "tests/support/trial_rest.h"

namespace tests {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> scenarioFiles() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(ONECARD_SOURCE_DIR) / "tests/scenarios"))
    if (entry.path().extension() == ".scn") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

class Scenario : public testing::TestWithParam<fs::path> {};

TEST_P(Scenario, goes_as_told) {
  std::ifstream file(GetParam());
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  auto scenario = support::readScenario(text);
  ASSERT_TRUE(scenario.ok()) << scenario.error().text();
  ASSERT_FALSE(scenario->steps.empty());
  support::TrialRest rest;
  std::string difference = support::runScenario(
      *scenario, [&](const gateway::host::HttpRequest& request) { return rest.handle(request); }, "/fhir",
      {{"base", support::TrialRest::kBase}}, [&] { rest.clock().advanceSeconds(1); });
  EXPECT_EQ(difference, "") << GetParam().filename() << ": " << scenario->behaviour;
}

INSTANTIATE_TEST_SUITE_P(Told, Scenario, testing::ValuesIn(scenarioFiles()),
                         [](const auto& info) { return info.param.stem().string(); });

}  // namespace
}  // namespace tests
