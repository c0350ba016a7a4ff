// conf/onecard.yaml is the reference of all settings: it and the table in gateway/app/settings_table.cpp say the
// same.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "gateway/app/settings_table.h"

namespace {

using gateway::app::settingsTable;
using gateway::host::Settings;

std::string sampleText() {
  std::ifstream file(std::string(ONECARD_SOURCE_DIR) + "/conf/onecard.yaml");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST(SampleSettings, hold_the_defaults) {
  auto settings = Settings::read(std::string(ONECARD_SOURCE_DIR) + "/conf/onecard.yaml", {}, settingsTable());
  ASSERT_TRUE(settings.ok()) << settings.error().text();
  for (const auto& setting : settingsTable()) {
    if (setting.key.find('*') != std::string_view::npos) continue;
    const auto* value = settings->find(setting.key);
    ASSERT_NE(value, nullptr) << setting.key;
    EXPECT_NE(value->where, "default") << setting.key << " is not in conf/onecard.yaml";
    EXPECT_EQ(value->text, setting.default_value) << setting.key;
  }
}

TEST(SampleSettings, explain_every_key) {
  std::string text = sampleText();
  for (const auto& setting : settingsTable()) {
    EXPECT_NE(text.find(setting.text), std::string::npos) << setting.key << ": " << setting.text;
    EXPECT_FALSE(setting.since.empty()) << setting.key;
  }
}

TEST(DemoSettings, are_good) {
  auto settings = Settings::read(std::string(ONECARD_SOURCE_DIR) + "/conf/demo.yaml", {}, settingsTable());
  ASSERT_TRUE(settings.ok()) << settings.error().text();
  EXPECT_EQ(settings->names("sources").size(), 3u);
}

TEST(Settings, unknown_keys_are_refused_with_their_place_and_the_nearest_known_key) {
  std::string path = testing::TempDir() + "/unknown_key.yaml";
  std::ofstream(path) << "http:\n  prot: 8080\n";
  auto settings = Settings::read(path, {}, settingsTable());
  ASSERT_FALSE(settings.ok());
  EXPECT_NE(settings.error().text().find(path + ":2:3"), std::string::npos) << settings.error().text();
  EXPECT_NE(settings.error().text().find("http.port"), std::string::npos) << settings.error().text();
}

}  // namespace
