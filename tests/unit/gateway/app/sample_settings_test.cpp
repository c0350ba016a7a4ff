// conf/onecard.yaml is the reference of all settings: it and the table in gateway/app/settings_table.cpp say the
// same.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "gateway/app/compose.h"
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

// What `onecard check-config` says about a configuration; it touches no data folder and no network.
class CheckConfig : public testing::Test {
 protected:
  // The demo county with some lines added to one source, begun at line 3 of the file.
  std::string trouble(const std::string& source_lines) {
    const std::string path = testing::TempDir() + "/check_config.yaml";
    std::ofstream(path) << "include: [" << ONECARD_SOURCE_DIR
                        << "/conf/demo.yaml]\nmappings:\n  folder: " << ONECARD_SOURCE_DIR << "/mappings\nsources:\n"
                        << source_lines;
    auto settings = Settings::read(path, {}, settingsTable());
    EXPECT_TRUE(settings.ok()) << settings.error().text();
    if (!settings.ok()) return {};
    auto checked = gateway::app::Gateway::check(*settings, path);
    std::string text = checked.ok() ? "" : checked.error().text();
    // "…/check_config.yaml:7:13: sentence" -> "line 7: sentence"
    const std::string place = path + ":";
    if (text.rfind(place, 0) != 0) return text;
    const size_t column = text.find(':', place.size());
    return "line " + text.substr(place.size(), column - place.size()) + text.substr(text.find(": ", column));
  }
};

TEST_F(CheckConfig, takes_the_demo_county) { EXPECT_EQ(trouble("  county_lis:\n    ack: read\n"), ""); }

TEST_F(CheckConfig, names_the_line_of_a_reply_field_that_needs_a_later_ack_point) {
  EXPECT_EQ(trouble("  township_his:\n    ack: stored\n    reply_accepted: \"%{id:patient}\"\n"),
            "line 7: the reply uses %{id:patient}, which is known only at a later ACK point; set ack: "
            "committed");
}

TEST_F(CheckConfig, names_the_line_of_a_connectors_setting) {
  EXPECT_EQ(trouble("  county_lis:\n    settings:\n      prot: 2575\n"),
            "line 7: connector mllp has no setting prot; did you mean port?");
  EXPECT_EQ(trouble("  county_lis:\n    settings:\n      port: 70000\n"), "line 7: port must be between 0 and 65535");
  EXPECT_EQ(trouble("  village_clinic:\n    settings:\n      after: burn\n").rfind("line 7: ", 0), 0u);
}

TEST_F(CheckConfig, names_the_line_of_a_connector_a_mapping_or_an_encoding_that_does_not_exist) {
  EXPECT_EQ(trouble("  county_lis:\n    connector: smoke\n").rfind("line 6: no connector is called", 0), 0u);
  EXPECT_EQ(trouble("  county_lis:\n    mappings: [hl7v2/nothing]\n").rfind("line 6: ", 0), 0u);
  EXPECT_EQ(trouble("  county_lis:\n    encoding: X-MIDNIGHT-9\n"),
            "line 6: no character encoding is called X-MIDNIGHT-9");
}

TEST_F(CheckConfig, names_the_place_of_a_mistake_in_a_policy) {
  EXPECT_EQ(trouble("  county_lis:\n    validation: nowhere.yaml\n").rfind("line 6: there is no policy ", 0), 0u);
  const std::string policy = testing::TempDir() + "/policy.yaml";
  std::ofstream(policy) << "rules:\n  - rule: binding\n    grade: forgive\n";
  const std::string grade = trouble("  county_lis:\n    validation: policy.yaml\n");
  EXPECT_NE(grade.find("policy.yaml:3:12: a grade is reject, quarantine, accept or ignore"), std::string::npos)
      << grade;
  std::ofstream(policy) << "profiles:\n  Patient: http://onecard.example/StructureDefinition/nobody\n";
  const std::string profile = trouble("  county_lis:\n    validation: policy.yaml\n");
  EXPECT_NE(profile.find("policy.yaml:2:12: no profile"), std::string::npos) << profile;
}

}  // namespace
