// onecard view as scripts call it.

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/gateway_process.h"

namespace {

using support::CommandResult;
using support::runCommand;

constexpr std::string_view kView =
    R"({"resource": "Patient", "select": [{"column": [{"name": "id", "path": "id"}, {"name": "family", "path": "name.family"}]}]})";

class View : public testing::Test {
 protected:
  std::string file(const std::string& name, std::string_view text) {
    std::string path = folder_.path() + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  CommandResult view(std::string_view json, const std::vector<std::string>& options, const std::string& input) {
    std::vector<std::string> command = {ONECARD_BINARY, "view", file("view.json", json)};
    command.insert(command.end(), options.begin(), options.end());
    return runCommand(command, input);
  }

 private:
  support::TemporaryFolder folder_;
};

const std::string kPatients =
    "{\"resourceType\":\"Patient\",\"id\":\"a\",\"name\":[{\"family\":\"Li, x\"}]}\n\n"
    "{\"resourceType\":\"Observation\",\"id\":\"o\"}\r\n"
    "{\"resourceType\":\"Patient\",\"id\":\"b\"}";

TEST_F(View, writes_a_row_for_each_line_in_the_format_that_is_asked_for) {
  auto ndjson = view(kView, {}, kPatients);
  EXPECT_EQ(ndjson.out, "{\"id\":\"a\",\"family\":\"Li, x\"}\n{\"id\":\"b\",\"family\":null}\n");
  EXPECT_EQ(ndjson.exit_code, 0);
  EXPECT_EQ(view(kView, {"--format", "csv"}, kPatients).out, "id,family\na,\"Li, x\"\nb,\n");
  EXPECT_EQ(view(kView, {"--format", "json"}, kPatients).out,
            "[\n{\"id\":\"a\",\"family\":\"Li, x\"},\n{\"id\":\"b\",\"family\":null}\n]\n");
  EXPECT_EQ(view(kView, {"--format", "json"}, "").out, "[]\n");
  EXPECT_EQ(view(kView, {"--format", "csv"}, "").out, "id,family\n");
}

TEST_F(View, tells_bad_lines_by_number_and_goes_on) {
  auto result = view(kView, {},
                     "nonsense\n" + kPatients + "\n{\"resourceType\":\"Foo\"}\n" +
                         R"({"resourceType":"Patient","name":[{"family":"a"},{"family":"b"}]})");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "{\"id\":\"a\",\"family\":\"Li, x\"}\n{\"id\":\"b\",\"family\":null}\n");
  EXPECT_NE(result.err.find("line 1: "), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("line 6: "), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("line 7: "), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("more than one value"), std::string::npos) << result.err;
}

TEST_F(View, a_line_longer_than_a_buffer_is_one_line) {
  std::string family(700'000, 'x');
  auto result =
      view(kView, {}, R"({"resourceType":"Patient","id":"a","name":[{"family":")" + family + "\"}]}\n" + kPatients);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out.find("{\"id\":\"a\",\"family\":\"" + family + "\"}\n"), 0u);
}

TEST_F(View, a_wrong_view_is_exit_1_with_its_place_and_a_missing_one_2) {
  auto wrong = view("{\"resource\": \"Patient\",\n \"select\": []}", {}, "");
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_NE(wrong.err.find("view.json:2:12: select is empty"), std::string::npos) << wrong.err;
  EXPECT_EQ(runCommand({ONECARD_BINARY, "view", "/nowhere/view.json"}, "").exit_code, 2);
  EXPECT_EQ(view(kView, {"--format", "xml"}, "").exit_code, 2);
}

}  // namespace
