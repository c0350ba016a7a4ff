// The shipped mappings: every case beside them passes, and no mapping is without one.

#include <gtest/gtest.h>

#include <set>

#include "mappings/engine/map_cases.h"

namespace mappings::engine {
namespace {

TEST(ShippedMappings, load_without_a_mistake_and_pass_their_cases) {
  const std::string folder = std::string(ONECARD_SOURCE_DIR) + "/mappings";
  CaseDirectory directory;
  std::vector<fhir::base::Error> errors;
  auto library =
      MapLibrary::loadAll({folder, std::string(kCaseSiteKey), "http://onecard.example/", &directory}, errors);
  for (const auto& error : errors) ADD_FAILURE() << error.text();
  ASSERT_TRUE(library.has_value());
  std::set<std::string> tested;
  for (const MapCase& one : findCases(folder)) {
    const CaseResult result = runCase(*library, directory, one, false);
    tested.insert(one.mapping);
    for (const std::string& problem : result.problems)
      ADD_FAILURE() << one.mapping << "/" << one.name << ": " << problem;
  }
  for (const std::string& name : library->names()) EXPECT_TRUE(tested.contains(name)) << name << " has no case";
}

}  // namespace
}  // namespace mappings::engine
