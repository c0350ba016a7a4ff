#include "gateway/host/settings.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/gateway/host/temporary_folder.h"

namespace gateway::host {
namespace {

const std::vector<Setting> kTable = {
    {"http.port", SettingKind::Integer, "8080", "", "TCP port", "0.1"},
    {"http.address", SettingKind::Address, "127.0.0.1", "", "listens here", "0.1"},
    {"http.body", SettingKind::Bytes, "16MiB", "", "largest body", "0.1"},
    {"http.deadline", SettingKind::Duration, "10s", "", "for the head", "0.1"},
    {"log.format", SettingKind::Choice, "text", "text|json", "form of a line", "0.1"},
    {"site.name", SettingKind::Text, "(required)", "", "name of the county", "0.1"},
    {"site.demo", SettingKind::Yes_No, "no", "", "demo data", "0.1"},
    {"sources.*.connector", SettingKind::Text, "(required)", "", "kind of transport", "0.1"},
    {"sources.*.institutions", SettingKind::List, "", "", "allow-list", "0.1"},
    {"sources.*.deadline", SettingKind::Duration, "30s", "", "for deliver", "0.1"},
    {"sources.*.settings", SettingKind::Section, "", "", "of the connector", "0.1"},
};

class SettingsFile : public testing::Test {
 protected:
  fhir::base::Result<Settings> read(const std::string& text, const std::vector<std::string>& overrides = {}) {
    path_ = folder_.file("onecard.yaml", text);
    return Settings::read(path_, overrides, kTable);
  }
  std::string trouble(const std::string& text, const std::vector<std::string>& overrides = {}) {
    const auto result = read(text, overrides);
    if (result.ok()) return "";
    std::string shown = result.error().text();
    for (size_t at = shown.find(folder_.path() + "/"); at != std::string::npos;
         at = shown.find(folder_.path() + "/")) {
      shown.erase(at, folder_.path().size() + 1);
    }
    return shown;
  }
  tests::TemporaryFolder folder_;
  std::string path_;
};

TEST_F(SettingsFile, gives_written_values_defaults_and_their_places) {
  const auto settings = read("site:\n  name: Hezhou\nhttp:\n  port: 9090\n  body: 2MiB\n");
  ASSERT_TRUE(settings.ok()) << settings.error().text();
  EXPECT_EQ(settings->number("http.port"), 9090);
  EXPECT_EQ(settings->find("http.port")->where, path_ + ":4:9");
  EXPECT_EQ(settings->number("http.body"), 2 << 20);
  EXPECT_EQ(settings->number("http.deadline"), 10'000);
  EXPECT_EQ(settings->find("http.deadline")->where, "default");
  EXPECT_EQ(settings->text("site.name"), "Hezhou");
  EXPECT_EQ(settings->number("site.demo"), 0);
  EXPECT_EQ(settings->find("no.such.key"), nullptr);
}

TEST_F(SettingsFile, gives_named_sections_in_file_order_with_their_defaults) {
  const auto settings = read(
      "site: {name: X}\nsources:\n  township:\n    connector: soap\n    institutions: [T01, T02]\n"
      "  lis:\n    connector: mllp\n    deadline: 5s\n    settings:\n      port: 2575\n      codes:\n        - a\n   "
      "     - b\n");
  ASSERT_TRUE(settings.ok()) << settings.error().text();
  EXPECT_EQ(settings->names("sources"), (std::vector<std::string>{"township", "lis"}));
  EXPECT_EQ(settings->list("sources.township.institutions"), (std::vector<std::string>{"T01", "T02"}));
  EXPECT_EQ(settings->number("sources.township.deadline"), 30'000);
  EXPECT_EQ(settings->number("sources.lis.deadline"), 5'000);
  const auto free_form = settings->below("sources.lis.settings");
  ASSERT_EQ(free_form.size(), 2u);
  EXPECT_EQ(free_form[0].first, "codes");
  EXPECT_EQ(free_form[0].second.list, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(free_form[1].first, "port");
  EXPECT_EQ(free_form[1].second.text, "2575");
  EXPECT_EQ(free_form[1].second.where, path_ + ":10:13");
}

TEST_F(SettingsFile, refuses_unknown_keys_with_their_place_and_the_nearest_key) {
  EXPECT_EQ(trouble("site: {name: X}\nhttp:\n  prot: 1\n"),
            "onecard.yaml:3:3: unknown key \"http.prot\"; did you mean \"http.port\"?");
  EXPECT_EQ(trouble("site: {name: X}\nhtpp:\n  port: 1\n"),
            "onecard.yaml:2:1: unknown key \"htpp\"; did you mean \"http\"?");
  EXPECT_EQ(trouble("site: {name: X}\nsources:\n  lis:\n    connector: mllp\n    dedline: 3s\n"),
            "onecard.yaml:5:5: unknown key \"sources.lis.dedline\"; did you mean \"sources.lis.deadline\"?");
  EXPECT_EQ(trouble("site: {name: X}\ncompletely: different\n"), "onecard.yaml:2:1: unknown key \"completely\"");
}

TEST_F(SettingsFile, refuses_wrong_values_and_says_what_they_should_be) {
  const std::string site = "site: {name: X}\n";
  EXPECT_EQ(trouble(site + "http: {port: many}\n"),
            "onecard.yaml:2:14: \"http.port\" must be a whole number, not \"many\"");
  EXPECT_NE(trouble(site + "http: {deadline: 10}\n").find("must be a duration"), std::string::npos);
  EXPECT_NE(trouble(site + "http: {deadline: 10sec}\n").find("must be a duration"), std::string::npos);
  EXPECT_NE(trouble(site + "http: {deadline: -1s}\n").find("must be a duration"), std::string::npos);
  EXPECT_NE(trouble(site + "http: {body: 16MB}\n").find("must be a size"), std::string::npos);
  EXPECT_NE(trouble(site + "http: {body: 99999999999GiB}\n").find("must be a size"), std::string::npos);
  EXPECT_NE(trouble(site + "log: {format: xml}\n").find("must be one of text|json"), std::string::npos);
  EXPECT_NE(trouble("site: {name: X, demo: perhaps}\n").find("must be yes or no"), std::string::npos);
  EXPECT_NE(trouble(site + "http: {address: 'a b'}\n").find("must be an address"), std::string::npos);
  EXPECT_NE(trouble(site + "http: {port: [1, 2]}\n").find("one plain value"), std::string::npos);
  EXPECT_NE(trouble(site + "http: 8080\n").find("is a section of keys"), std::string::npos);
  EXPECT_EQ(trouble(site + "http:\n  port:\n"), "onecard.yaml:3:3: \"http.port\" has no value");
}

TEST_F(SettingsFile, demands_required_keys_also_of_every_named_entry) {
  EXPECT_EQ(trouble("http: {port: 1}\n"), "\"site.name\" is required: name of the county");
  EXPECT_EQ(trouble("site: {name: X}\nsources:\n  lis:\n    deadline: 1s\n"),
            "\"sources.lis.connector\" is required: kind of transport");
}

TEST_F(SettingsFile, tells_all_troubles_at_once) {
  const std::string text = trouble("http:\n  prot: 1\n  body: big\n");
  EXPECT_NE(text.find("http.prot"), std::string::npos);
  EXPECT_NE(text.find("\nonecard.yaml:3:9: \"http.body\""), std::string::npos);
  EXPECT_NE(text.find("\n\"site.name\" is required"), std::string::npos);
}

TEST_F(SettingsFile, lets_overrides_win_and_checks_them_alike) {
  const auto settings = read(
      "site: {name: X}\nhttp: {port: 1}\n",
      {"http.port=2", "sources.lis.connector=mllp", "sources.lis.institutions=A, B", "sources.lis.settings.port=7"});
  ASSERT_TRUE(settings.ok()) << settings.error().text();
  EXPECT_EQ(settings->number("http.port"), 2);
  EXPECT_EQ(settings->find("http.port")->where, "--set");
  EXPECT_EQ(settings->names("sources"), std::vector<std::string>{"lis"});
  EXPECT_EQ(settings->list("sources.lis.institutions"), (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(settings->below("sources.lis.settings").at(0).second.text, "7");
  EXPECT_EQ(trouble("site: {name: X}\n", {"http.prot=2"}),
            "--set: unknown key \"http.prot\"; did you mean \"http.port\"?");
  EXPECT_NE(trouble("site: {name: X}\n", {"http.port"}).find("key=value"), std::string::npos);
}

TEST_F(SettingsFile, reads_included_files_first_and_lets_the_later_win) {
  folder_.file("sources/lis.yaml", "sources:\n  lis:\n    connector: mllp\nhttp:\n  port: 1\n");
  const auto settings = read("include: [sources/lis.yaml]\nsite: {name: X}\nhttp: {port: 2}\n");
  ASSERT_TRUE(settings.ok()) << settings.error().text();
  EXPECT_EQ(settings->text("sources.lis.connector"), "mllp");
  EXPECT_EQ(settings->find("sources.lis.connector")->where, folder_.path() + "/sources/lis.yaml:3:16");
  EXPECT_EQ(settings->number("http.port"), 2);
}

TEST_F(SettingsFile, refuses_files_that_include_one_another) {
  folder_.file("a.yaml", "include: [onecard.yaml]\n");
  EXPECT_NE(trouble("include: [a.yaml]\nsite: {name: X}\n").find("in a circle"), std::string::npos);
  EXPECT_FALSE(read("include: [missing.yaml]\nsite: {name: X}\n").ok());
}

TEST_F(SettingsFile, replaces_secrets_and_marks_them) {
  ::chmod(folder_.file("secrets/site_name", "Hidden\n").c_str(), 0600);
  const auto settings = read("site:\n  name: The ${secret:site_name} county\n");
  ASSERT_TRUE(settings.ok()) << settings.error().text();
  EXPECT_EQ(settings->text("site.name"), "The Hidden county");
  EXPECT_TRUE(settings->find("site.name")->secret);
  EXPECT_NE(trouble("site:\n  name: ${secret:none}\n").find("no such secret"), std::string::npos);
  EXPECT_NE(trouble("site:\n  name: ${HOME}\n").find("only ${secret:name}"), std::string::npos);
  EXPECT_EQ(read("site:\n  name: $${HOME}\n")->text("site.name"), "${HOME}");
}

TEST_F(SettingsFile, does_not_show_a_secret_that_does_not_fit) {
  ::chmod(folder_.file("secrets/port", "hush\n").c_str(), 0600);
  const std::string text = trouble("site: {name: X}\nhttp:\n  port: ${secret:port}\n");
  EXPECT_NE(text.find("http.port"), std::string::npos);
  EXPECT_EQ(text.find("hush"), std::string::npos);
}

TEST_F(SettingsFile, takes_secrets_from_the_environment_first) {
  ::setenv("ONECARD_SECRET_SITE_NAME", "FromEnvironment", 1);
  EXPECT_EQ(read("site:\n  name: ${secret:site-name}\n")->text("site.name"), "FromEnvironment");
  ::unsetenv("ONECARD_SECRET_SITE_NAME");
}

TEST_F(SettingsFile, refuses_secret_files_that_everybody_may_read_and_names_that_leave_the_folder) {
  ::chmod(folder_.file("secrets/open", "x").c_str(), 0644);
  EXPECT_NE(trouble("site:\n  name: ${secret:open}\n").find("chmod 0600"), std::string::npos);
  EXPECT_FALSE(read("site:\n  name: ${secret:../onecard.yaml}\n").ok());
}

TEST(NearestKey, forgives_swapped_missing_and_wrong_letters_but_not_other_words) {
  const std::vector<std::string> known = {"http.port", "http.address", "log.format"};
  EXPECT_EQ(nearestKey("http.prot", known), "http.port");
  EXPECT_EQ(nearestKey("http.adress", known), "http.address");
  EXPECT_EQ(nearestKey("log.fromat", known), "log.format");
  EXPECT_EQ(nearestKey("sources", known), "");
}

}  // namespace
}  // namespace gateway::host
