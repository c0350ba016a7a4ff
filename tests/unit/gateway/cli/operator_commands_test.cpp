// The commands of an operator and an integration engineer as they are typed, mistakes included.

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "tests/support/gateway_process.h"

namespace {

namespace fs = std::filesystem;
using support::CommandResult;
using support::runCommand;
using support::TemporaryFolder;

CommandResult onecard(std::vector<std::string> words, const std::string& input = {}) {
  words.insert(words.begin(), ONECARD_BINARY);
  return runCommand(words, input);
}

std::string textOf(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string checked(const std::string& from, const std::string& to) {
  TemporaryFolder folder;
  std::string text = textOf(fs::path(ONECARD_SOURCE_DIR) / "conf/demo.yaml");
  text.replace(text.find("../mappings"), 11, std::string(ONECARD_SOURCE_DIR) + "/mappings");
  const std::string policies = "policies/";
  for (size_t at = text.find(policies); at != std::string::npos; at = text.find(policies, at + 200))
    text.insert(at, std::string(ONECARD_SOURCE_DIR) + "/conf/");
  const size_t at = text.find(from);
  if (at == std::string::npos) return "the demo configuration has no " + from;
  text.replace(at, from.size(), to);
  const std::string file = folder.path() + "/site.yaml";
  std::ofstream(file) << text;
  const CommandResult result = onecard({"check-config", file});
  const size_t place = result.err.find("site.yaml");
  return std::to_string(result.exit_code) + " " +
         (place == std::string::npos ? result.out + result.err : result.err.substr(place));
}

TEST(CheckConfig, the_demo_county_is_good) {
  const CommandResult result = onecard({"check-config", std::string(ONECARD_SOURCE_DIR) + "/conf/demo.yaml"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("good, 3 sources"), std::string::npos) << result.out;
}

TEST(CheckConfig, a_wrong_key_is_named_with_its_place_and_the_nearest) {
  const std::string wrong = checked("  open: yes", "  opne: yes");
  EXPECT_EQ(wrong.substr(0, 16), "1 site.yaml:14:3") << wrong;
  EXPECT_NE(wrong.find("open"), std::string::npos) << wrong;
}

TEST(CommandLine, alone_it_explains_itself_and_a_wrong_command_is_told_the_nearest) {
  const CommandResult alone = onecard({});
  EXPECT_EQ(alone.exit_code, 2);
  EXPECT_NE(alone.err.find("check-config"), std::string::npos) << alone.err;
  const CommandResult wrong = onecard({"inbx", "list"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_NE(wrong.err.find("there is no command \"inbx\"; the nearest is \"inbox\""), std::string::npos) << wrong.err;
  const CommandResult deeper = onecard({"map", "chek"});
  EXPECT_EQ(deeper.exit_code, 2);
  EXPECT_NE(deeper.err.find("the nearest is \"check\""), std::string::npos) << deeper.err;
}

TEST(CommandLine, a_folder_in_place_of_a_message_is_refused) {
  const std::string folder = std::string(ONECARD_SOURCE_DIR) + "/mappings";
  const CommandResult result = onecard({"map", "coverage", "--mappings", folder, folder});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("cannot read"), std::string::npos) << result.err;
}

TEST(CommandLine, every_command_names_its_exit_codes) {
  for (const char* command : {"serve", "check-config", "trace", "dump", "reindex", "status", "fhirpath", "convert",
                              "view", "patch", "validate"})
    EXPECT_NE(onecard({command, "--help"}).out.find("Exit code: 0"), std::string::npos) << command;
  for (const char* command : {"lookup", "validate-code", "subsumes", "expand", "translate"})
    EXPECT_NE(onecard({"terminology", command, "--help"}).out.find("Exit code: 0"), std::string::npos) << command;
  EXPECT_NE(onecard({"code-system", "import", "--help"}).out.find("Exit code: 0"), std::string::npos);
  for (const char* command : {"list", "show", "replay"})
    EXPECT_NE(onecard({"inbox", command, "--help"}).out.find("Exit code: 0"), std::string::npos) << command;
  for (const char* command : {"new", "check", "run", "trace", "test", "coverage", "diff"})
    EXPECT_NE(onecard({"map", command, "--help"}).out.find("Exit code: 0"), std::string::npos) << command;
}

TEST(CommandLine, a_word_that_nobody_reads_is_refused) {
  TemporaryFolder data;
  const std::string config = std::string(ONECARD_SOURCE_DIR) + "/conf/demo.yaml";
  const CommandResult wrong = onecard({"inbox", "list", "--config", config, "--data", data.path(), "--parkd"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_NE((wrong.out + wrong.err).find("the nearest is --parked"), std::string::npos) << wrong.out << wrong.err;
  EXPECT_EQ(onecard({"inbox", "list", "--config", config, "--data", data.path(), "--parked"}).exit_code, 0);
  EXPECT_EQ(onecard({"trace", "--config", config, "--data", data.path()}).exit_code, 2);
}

TEST(MapNew, begins_a_mapping_that_loads_and_maps_its_message) {
  TemporaryFolder folder;
  const std::string mappings = folder.path();
  fs::create_directories(mappings + "/code_maps");
  std::ofstream(mappings + "/code_maps/systems.csv")
      << "name,uri\npatient-id,{canonical}id/{institution}/patient-id\n";
  const std::string message = R"({"code":"0","rows":[{"no":"7","xm":"x"},{"no":"8","xm":"y"}]})";
  const CommandResult made = onecard({"map", "new", "json/visit", "--mappings", mappings}, message);
  EXPECT_EQ(made.exit_code, 0) << made.err;
  EXPECT_EQ(textOf(mappings + "/json/visit/cases/first/in.json"), message);
  EXPECT_EQ(onecard({"map", "check", "--mappings", mappings}).exit_code, 0);
  const CommandResult run = onecard({"map", "run", "json/visit", "--mappings", mappings}, message);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_NE(run.err.find("unread: xm"), std::string::npos) << run.err;
  EXPECT_EQ(onecard({"map", "new", "json/visit", "--mappings", mappings}, message).exit_code, 1);
  EXPECT_EQ(onecard({"map", "new", "visit", "--mappings", mappings}, message).exit_code, 2);
}

TEST(MapCoverage, names_the_lines_that_never_wrote_anything) {
  TemporaryFolder folder;
  const std::string mappings = folder.path();
  fs::create_directories(mappings + "/code_maps");
  fs::create_directories(mappings + "/json/visit/cases/first");
  std::ofstream(mappings + "/code_maps/systems.csv") << "name,uri\nno,http://x/no\n";
  std::ofstream(mappings + "/json/visit/visit.yaml")
      << "mapping: json/visit\nsource: json\noutput:\n- $key: = key(no)\n  resourceType: Patient\n"
         "  birthDate: = csqr.date()\n  name:\n  - text: = xm\n";
  std::ofstream(mappings + "/json/visit/cases/first/in.json") << R"({"no":"7","xm":"x","csrq":"20000101"})";
  const CommandResult result = onecard({"map", "coverage", "--mappings", mappings});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.out.find("csrq  unread 1"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("never written: Patient.birthDate  json/visit/visit.yaml:6:16"), std::string::npos)
      << result.out;
  EXPECT_EQ(result.out.find("never written: Patient.name"), std::string::npos) << result.out;
}

TEST(MapDiff, tells_what_a_change_does_to_the_cases) {
  TemporaryFolder folder;
  const std::string source = std::string(ONECARD_SOURCE_DIR) + "/mappings";
  fs::copy(source, folder.path() + "/before", fs::copy_options::recursive);
  const std::string file = folder.path() + "/before/hl7v2/oru_r01/oru_r01.yaml";
  std::string text = textOf(file);
  text.replace(text.find("  gender: ="), 11, "  active: =");
  text.replace(text.find("  active: =") + 11,
               text.find('\n', text.find("  active: =")) - text.find("  active: =") - 11, " true");
  std::ofstream(file) << text;
  const CommandResult changed = onecard(
      {"map", "diff", "--mappings", source, "--before", folder.path() + "/before", "--mapping", "hl7v2/oru_r01"});
  EXPECT_EQ(changed.exit_code, 1) << changed.out << changed.err;
  EXPECT_NE(changed.out.find("Patient.gender  gained"), std::string::npos) << changed.out;
  EXPECT_NE(changed.out.find("Patient.active  lost"), std::string::npos) << changed.out;
  const CommandResult same = onecard({"map", "diff", "--mappings", source, "--before", source});
  EXPECT_EQ(same.exit_code, 0) << same.out << same.err;
}

TEST(Replay, a_mended_mapping_is_used_without_a_restart) {
  TemporaryFolder folder;
  const std::string mappings = folder.path() + "/mappings";
  fs::copy(std::string(ONECARD_SOURCE_DIR) + "/mappings", mappings, fs::copy_options::recursive);
  support::GatewayProcess::Options options;
  options.settings = {"mappings.folder=" + mappings};
  support::GatewayProcess gateway(folder.path() + "/data", options);
  ASSERT_TRUE(gateway.start()) << gateway.log();
  const std::string drop = gateway.data() + "/village_drop/";
  std::ofstream(drop + "x.part")
      << "\xEF\xBB\xBF姓名,身份证号,随访日期,收缩压,舒张压\nx,990121197608254024,2025-3-5,150,n/k\n";
  fs::rename(drop + "x.part", drop + "x.csv");
  std::string parked;
  for (int i = 0; i < 100 && parked.find("is not a number") == std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    parked = gateway.onecard({"inbox", "list", "--parked"}).out;
  }
  ASSERT_NE(parked.find("is not a number"), std::string::npos) << parked;
  const std::string id = parked.substr(0, parked.find(' '));

  const std::string file = mappings + "/delimited/follow_up/follow_up.yaml";
  const std::string whole = textOf(file);
  std::ofstream(file) << whole << "  valueQuantitty: x\n";
  const CommandResult broken = gateway.onecard({"inbox", "replay", id});
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_NE(broken.out.find("the mappings do not load"), std::string::npos) << broken.out;
  EXPECT_NE(broken.out.find("the nearest is \"valueQuantity\""), std::string::npos) << broken.out;

  std::string mended = whole;
  mended.replace(mended.find("absent: ["), 9, "absent: [n/k, ");
  std::ofstream(file) << mended;
  const CommandResult replayed = gateway.onecard({"inbox", "replay", id});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.out << replayed.err;
  EXPECT_NE(replayed.out.find("from now on delimited/follow_up version "), std::string::npos) << replayed.out;
  EXPECT_NE(replayed.out.find("1 parts done, 0 parked"), std::string::npos) << replayed.out;
  EXPECT_EQ(gateway.onecard({"inbox", "list", "--parked"}).out, "0 parts parked\n");
}

}  // namespace
