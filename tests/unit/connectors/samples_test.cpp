// A connector's README, its sample and its table of settings say the same.

#include "tests/unit/connectors/peers.h"

namespace tests {
namespace {

std::string textOf(const std::string& path) {
  std::ifstream in(std::string(ONECARD_SOURCE_DIR) + "/" + path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

class ConnectorPapers : public testing::TestWithParam<const onecard_connector*> {};

TEST_P(ConnectorPapers, name_every_setting_with_its_default) {
  const onecard_connector& connector = *GetParam();
  const std::string folder = std::string("connectors/") + connector.name;
  const std::string readme = textOf(folder + "/README.md");
  const std::string sample = textOf(folder + "/sample.yaml");
  EXPECT_NE(sample.find(std::string("connector: ") + connector.name), std::string::npos);
  for (size_t i = 0; i < connector.setting_count; ++i) {
    const onecard_setting& setting = connector.settings[i];
    const std::string row = std::string("\n| `") + setting.name + "` | ";
    ASSERT_NE(readme.find(row), std::string::npos) << setting.name;
    const std::string line =
        readme.substr(readme.find(row) + 1, readme.find('\n', readme.find(row) + 1) - readme.find(row));
    const std::string value = setting.default_value == nullptr ? "(required)" : setting.default_value;
    EXPECT_NE(line.find("| " + value + (value.empty() ? "| " : " |")), std::string::npos) << line;
  }
}

TEST_P(ConnectorPapers, appear_in_the_catalogue_with_the_status_that_the_table_states) {
  const onecard_connector& connector = *GetParam();
  const std::string catalogue = textOf("connectors/README.md");
  const size_t row = catalogue.find(std::string("| [`") + connector.name + "`]");
  ASSERT_NE(row, std::string::npos);
  EXPECT_NE(catalogue.substr(row, catalogue.find('\n', row) - row).find(std::string("| ") + connector.status + " |"),
            std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Connectors, ConnectorPapers,
                         testing::Values(onecard_connector_mllp(), onecard_connector_soap(),
                                         onecard_connector_file()),
                         [](const auto& subject) { return subject.param->name; });

}  // namespace
}  // namespace tests
