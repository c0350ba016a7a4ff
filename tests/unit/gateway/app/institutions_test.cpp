// What a configuration says of institutions, as mappings ask it.

#include "gateway/app/institutions.h"

#include <gtest/gtest.h>

#include <fstream>

#include "gateway/app/settings_table.h"
#include "tests/unit/gateway/host/temporary_folder.h"

namespace {

using gateway::app::Institutions;
using gateway::app::settingsTable;
using gateway::host::Settings;

constexpr char kInstitutions[] =
    "institutions:\n"
    "  \"529901214000000395\":\n"
    "    name: clinic\n"
    "    aliases: [\"990121100203\"]\n"
    "  \"12990121400000010B\":\n"
    "    name: hospital\n"
    "    aliases: [QSX]\n"
    "sources:\n"
    "  village:\n"
    "    connector: file\n"
    "    institution: \"529901214000000395\"\n";

fhir::base::Result<Institutions> read(const std::string& text) {
  tests::TemporaryFolder folder;
  auto settings = Settings::read(folder.file("site.yaml", text), {}, settingsTable());
  if (!settings.ok()) return settings.error();
  return Institutions::read(*settings);
}

std::string withFacts(const std::string& facts) {
  std::string text = kInstitutions;
  const size_t at = text.find("    name: clinic\n");
  return text.insert(at, "    facts:\n" + facts);
}

TEST(Institutions, facts_of_the_configuration_are_what_mappings_look_up) {
  auto institutions = read(withFacts("      follow-up-period: \"2025\"\n"));
  ASSERT_TRUE(institutions.ok()) << institutions.error().text();
  EXPECT_EQ(institutions->lookup("529901214000000395", "follow-up-period"), "2025");
  EXPECT_EQ(institutions->lookup("529901214000000395", "name"), "clinic");
  EXPECT_EQ(institutions->lookup("12990121400000010B", "follow-up-period"), "");
}

TEST(Institutions, a_fact_does_not_hide_a_setting) {
  auto institutions = read(withFacts("      county: \"990121\"\n"));
  ASSERT_FALSE(institutions.ok());
  EXPECT_NE(institutions.error().text().find("site.yaml:4:"), std::string::npos) << institutions.error().text();
}

TEST(Institutions, a_source_names_only_its_own_and_a_reference_names_any) {
  auto institutions = read(kInstitutions);
  ASSERT_TRUE(institutions.ok()) << institutions.error().text();
  EXPECT_EQ(institutions->institution("village", "990121100203"), "529901214000000395");
  EXPECT_FALSE(institutions->institution("village", "QSX"));
  EXPECT_EQ(institutions->anyInstitution("QSX"), "12990121400000010B");
  EXPECT_FALSE(institutions->anyInstitution("nobody"));
}

}  // namespace
