// The host's side of a connector: its settings, its state, its routes; and which connectors there are.

#include "gateway/intake/connectors/runner.h"

#include <vector>

#include <gtest/gtest.h>

#include "gateway/intake/connectors/loader.h"
#include "tests/unit/gateway/intake/trial_intake.h"

extern "C" const onecard_connector* onecard_connector_mllp(void);
extern "C" const onecard_connector* onecard_connector_file(void);

namespace gateway::intake {
namespace {

using fhir::base::Why;

// Remembers the host it was given, so that a test can call what a connector calls.
const onecard_host* given_host = nullptr;
std::string given_folder;

const onecard_connector& probe() {
  static const onecard_setting kSettings[] = {
      {"folder", ONECARD_PATH, "in", nullptr, "a folder"},
      {"wait", ONECARD_DURATION, "5s", nullptr, "a time"},
  };
  static const onecard_connector kProbe = {
      sizeof(onecard_connector),
      ONECARD_ABI_VERSION,
      "probe",
      "0.1",
      "experimental",
      "for tests",
      kSettings,
      2,
      [](const onecard_host* host, const onecard_pair* settings, size_t, char* error, size_t size) -> void* {
        given_host = host;
        given_folder.assign(settings[0].value.begin, settings[0].value.size);
        if (std::string(settings[1].value.begin, settings[1].value.size) == "5000") return &given_folder;
        std::snprintf(error, size, "wait must be five seconds");
        return nullptr;
      },
      [](void*, char*, size_t) { return 0; },
      [](void*) {},
      [](void*) {}};
  return kProbe;
}

class RunnerTest : public testing::Test {
 protected:
  fhir::base::Result<std::unique_ptr<ConnectorRunner>> create(const onecard_connector& connector,
                                                              const std::vector<ConnectorSetting>& settings) {
    RunnerParts parts;
    parts.log = &log_;
    parts.metrics = &metrics_;
    parts.data_folder = folder_.path();
    parts.state_folder = folder_.path() + "/state";
    auto door = std::make_unique<SourceDoor>(Source{"lab", "I1", "", "", {}}, ReplySettings{},
                                             SourceDoor::Parts{nullptr, nullptr, &metrics_, 480});
    return ConnectorRunner::create(connector, std::move(door), settings, std::move(parts));
  }
  static onecard_text text(std::string_view view) { return {view.data(), view.size()}; }

  tests::TemporaryFolder folder_;
  host::Log log_{host::Log::Format::Text};
  host::Metrics metrics_;
};

TEST_F(RunnerTest, passes_defaults_on_and_takes_relative_paths_from_the_data_folder) {
  ASSERT_TRUE(create(probe(), {}).ok());
  EXPECT_EQ(given_folder, folder_.path() + "/in");
  ASSERT_TRUE(create(probe(), {{"folder", "/else/where", "x.yaml:1:1"}, {"wait", "5000ms", "x.yaml:2:1"}}).ok());
  EXPECT_EQ(given_folder, "/else/where");
}

TEST_F(RunnerTest, names_the_place_of_a_setting_that_is_wrong) {
  auto unknown = create(onecard_connector_mllp() == nullptr ? probe() : *onecard_connector_mllp(),
                        {{"prot", "2575", "x.yaml:7:5"}});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().where, "x.yaml:7:5");
  EXPECT_NE(unknown.error().what.find("did you mean port?"), std::string::npos);

  auto malformed = create(probe(), {{"wait", "soon", "x.yaml:8:5"}});
  ASSERT_FALSE(malformed.ok());
  EXPECT_EQ(malformed.error().where, "x.yaml:8:5");

  auto refused = create(probe(), {{"folder", "a", "x.yaml:9:5"}, {"wait", "6s", "x.yaml:10:5"}});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().what, "wait must be five seconds");
  EXPECT_EQ(refused.error().where, "x.yaml:10:5");

  auto out_of_range = create(*onecard_connector_mllp(), {{"port", "70000", "x.yaml:11:5"}});
  ASSERT_FALSE(out_of_range.ok());
  EXPECT_EQ(out_of_range.error().where, "x.yaml:11:5");

  auto missing = create(*onecard_connector_file(), {});
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().what.find("needs the setting folder"), std::string::npos);
}

TEST_F(RunnerTest, keeps_a_connectors_cursor_over_a_restart) {
  {
    auto runner = create(probe(), {});
    ASSERT_TRUE(runner.ok());
    onecard_text none{};
    EXPECT_EQ(given_host->load_state(given_host->host, text("cursor"), &none), 0);
    EXPECT_EQ(given_host->save_state(given_host->host, text("cursor"), text("page 1")), 0);
    EXPECT_EQ(given_host->save_state(given_host->host, text("cursor"), text("page 2")), 0);
  }
  auto runner = create(probe(), {});
  ASSERT_TRUE(runner.ok());
  onecard_text value{};
  ASSERT_EQ(given_host->load_state(given_host->host, text("cursor"), &value), 1);
  EXPECT_EQ(std::string(value.begin, value.size), "page 2");
}

TEST_F(RunnerTest, takes_no_state_key_that_would_leave_its_folder) {
  auto runner = create(probe(), {});
  ASSERT_TRUE(runner.ok());
  for (const std::string& key : std::vector<std::string>{"", "../cursor", ".hidden", "a/b", std::string(101, 'a')}) {
    EXPECT_EQ(given_host->save_state(given_host->host, text(key), text("x")), 1) << key;
    onecard_text value{};
    EXPECT_EQ(given_host->load_state(given_host->host, text(key), &value), 0) << key;
  }
}

TEST(ConnectorLoader, finds_connectors_by_name_and_names_the_known_ones) {
  ConnectorLoader loader({&probe(), onecard_connector_mllp()});
  EXPECT_EQ((*loader.find("mllp"))->name, std::string("mllp"));
  auto unknown = loader.find("smoke-signals");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().why, Why::NotFound);
  EXPECT_NE(unknown.error().what.find("known: probe, mllp"), std::string::npos) << unknown.error().what;
}

TEST(ConnectorLoader, refuses_a_library_that_is_none_and_passes_over_other_files) {
  tests::TemporaryFolder folder;
  folder.file("README.md", "text");
  folder.file("other.so", "text");
  ConnectorLoader loader({});
  EXPECT_TRUE(loader.openFolder(folder.path()).ok());
  EXPECT_TRUE(loader.all().empty());
  const std::string path = folder.file("connector_bad.so", "no library");
  auto refused = loader.openFolder(folder.path());
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().text().find("connector_bad.so"), std::string::npos);
  EXPECT_EQ(loader.openFolder(folder.path() + "/nowhere").error().why, Why::NotFound);
}

}  // namespace
}  // namespace gateway::intake
