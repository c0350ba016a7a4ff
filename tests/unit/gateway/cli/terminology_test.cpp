// onecard terminology and onecard code-system import as they are typed.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/gateway_process.h"

namespace {

using support::CommandResult;

const std::string kSource = ONECARD_SOURCE_DIR;
const std::string kGender = "http://hl7.org/fhir/administrative-gender";
const std::string kGenders = "http://hl7.org/fhir/ValueSet/administrative-gender";

CommandResult onecard(std::vector<std::string> words, const std::string& input = {}) {
  words.insert(words.begin(), ONECARD_BINARY);
  return support::runCommand(words, input);
}

CommandResult terminology(std::vector<std::string> words, const std::string& input = {}) {
  words.insert(words.begin(), "terminology");
  return onecard(std::move(words), input);
}

bool says(const CommandResult& result, const std::string& text) { return result.out.find(text) != std::string::npos; }

TEST(TerminologyCommand, a_code_that_is_in_the_value_set_is_0_and_any_other_1) {
  const CommandResult right = terminology({"validate-code", "url=" + kGenders, "system=" + kGender, "code=female"});
  EXPECT_EQ(right.exit_code, 0) << right.err;
  EXPECT_TRUE(says(right, R"({"name":"result","valueBoolean":true})")) << right.out;
  const CommandResult wrong = terminology({"validate-code", "url=" + kGenders, "system=" + kGender, "code=woman"});
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_TRUE(says(wrong, "is not in the value set")) << wrong.out;
  const CommandResult coding = terminology({"validate-code", "url=" + kGenders, "coding=" + kGender + "|male"});
  EXPECT_EQ(coding.exit_code, 0) << coding.out << coding.err;
  // Without a value set the code system itself is asked.
  EXPECT_EQ(terminology({"validate-code", "system=" + kGender, "code=male"}).exit_code, 0);
  EXPECT_EQ(terminology({"validate-code", "system=" + kGender, "code=woman"}).exit_code, 1);
}

TEST(TerminologyCommand, looks_up_in_a_language_and_says_what_it_does_not_know) {
  const CommandResult known = terminology({"lookup", "system=" + kGender, "code=female"});
  EXPECT_EQ(known.exit_code, 0) << known.err;
  EXPECT_TRUE(says(known, R"({"name":"display","valueString":"Female"})")) << known.out;
  const CommandResult chinese =
      terminology({"lookup", "system=urn:iso:std:iso:4217", "code=GBP", "--language", "zh"});
  EXPECT_TRUE(says(chinese, "英镑")) << chinese.out;
  const CommandResult unknown = terminology({"lookup", "system=" + kGender, "code=woman"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_NE(unknown.err.find("is not in the code system"), std::string::npos) << unknown.err;
}

TEST(TerminologyCommand, expands_with_filter_and_page_and_subsumes) {
  const CommandResult filtered = terminology({"expand", "url=" + kGenders, "filter=fe"});
  EXPECT_EQ(filtered.exit_code, 0) << filtered.err;
  EXPECT_TRUE(says(filtered, R"("total":1)")) << filtered.out;
  const CommandResult page = terminology({"expand", "url=" + kGenders, "offset=1", "count=1", "--pretty"});
  EXPECT_TRUE(says(page, "\"offset\": 1")) << page.out;
  EXPECT_TRUE(says(page, "\n  ")) << "indented";
  const CommandResult subsumes = terminology(
      {"subsumes", "system=http://terminology.hl7.org/CodeSystem/v3-RoleCode", "codeA=FAMMEMB", "codeB=NMTH"});
  EXPECT_TRUE(says(subsumes, R"("valueCode":"subsumes")")) << subsumes.out;
}

TEST(TerminologyCommand, translates_by_the_maps_of_a_folder) {
  const CommandResult known = terminology(
      {"translate", "system=urn:oid:2.16.156.10011.2.3.3.4", "code=1", "--load", kSource + "/conf/artefacts"});
  EXPECT_EQ(known.exit_code, 0) << known.err;
  EXPECT_TRUE(says(known, R"("code":"male")")) << known.out;
  const CommandResult unknown = terminology(
      {"translate", "system=urn:oid:2.16.156.10011.2.3.3.4", "code=7", "--load", kSource + "/conf/artefacts"});
  EXPECT_EQ(unknown.exit_code, 1) << unknown.out;
}

TEST(TerminologyCommand, reads_parameters_from_standard_input) {
  const CommandResult result =
      terminology({"validate-code", "--parameters"},
                  R"({"resourceType":"Parameters","parameter":[{"name":"url","valueUri":")" + kGenders +
                      R"("},{"name":"coding","valueCoding":{"system":")" + kGender + R"(","code":"other"}}]})");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(says(result, R"({"name":"result","valueBoolean":true})")) << result.out;
}

TEST(TerminologyCommand, tells_what_it_cannot_load_and_loads_the_rest) {
  support::TemporaryFolder folder;
  std::ofstream(folder.path() + "/broken.json") << R"({"resourceType":"CodeSystem","status":"active"})";
  std::ofstream(folder.path() + "/good.json")
      << R"({"resourceType":"CodeSystem","url":"{canonical}x","status":"active","content":"complete",)"
         R"("concept":[{"code":"a","display":"A"}]})";
  const CommandResult result =
      terminology({"lookup", "system=http://c/x", "code=a", "--canonical", "http://c", "--load", folder.path()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.err.find("broken.json"), std::string::npos) << result.err;
  const CommandResult nowhere = terminology({"lookup", "system=x", "code=a", "--load", folder.path() + "/nowhere"});
  EXPECT_EQ(nowhere.exit_code, 2);
  EXPECT_NE(nowhere.err.find("nowhere"), std::string::npos) << nowhere.err;
  const CommandResult written_wrong = terminology({"lookup", "system"});
  EXPECT_EQ(written_wrong.exit_code, 1);
  EXPECT_NE(written_wrong.err.find("name=value"), std::string::npos) << written_wrong.err;
}

TEST(CodeSystemImport, a_table_of_each_kind_becomes_a_code_system_that_can_be_asked) {
  const std::string kinds = kSource + "/mappings/code_systems/kinds.yaml";
  size_t tables = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kSource + "/mappings/code_systems/samples")) {
    ++tables;
    const std::string kind = entry.path().stem().string();
    const CommandResult made =
        onecard({"code-system", "import", kind, entry.path().string(), "--kinds", kinds, "--code-version", "7"});
    ASSERT_EQ(made.exit_code, 0) << kind << ": " << made.err;
    support::TemporaryFolder folder;
    const std::string file = folder.path() + "/system.json";
    std::ofstream(file) << made.out;
    const CommandResult checked = onecard({"validate", file});
    EXPECT_EQ(checked.exit_code, 0) << kind << ": " << checked.out;
    const size_t url = made.out.find("\"url\": \"") + 8;
    const size_t code = made.out.find("{\"code\": \"", made.out.find("\"concept\"")) + 10;
    const std::string system = made.out.substr(url, made.out.find('"', url) - url);
    const CommandResult asked =
        terminology({"lookup", "system=" + system, "code=" + made.out.substr(code, made.out.find('"', code) - code),
                     "--load", folder.path()});
    EXPECT_EQ(asked.exit_code, 0) << kind << ": " << asked.err;
    EXPECT_TRUE(says(asked, R"({"name":"version","valueString":"7"})")) << asked.out;
  }
  EXPECT_GE(tables, 9u);
}

TEST(CodeSystemImport, a_wrong_table_is_told_with_its_place_and_a_wrong_kind_with_those_there_are) {
  const std::string kinds = kSource + "/mappings/code_systems/kinds.yaml";
  support::TemporaryFolder folder;
  const std::string table = folder.path() + "/table.csv";
  std::ofstream(table) << "主要编码,附加编码\nA00,\n";
  const CommandResult wrong = onecard({"code-system", "import", "icd10-clinical", table, "--kinds", kinds});
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_TRUE(wrong.out.empty()) << wrong.out;
  EXPECT_NE(wrong.err.find("table.csv"), std::string::npos) << wrong.err;
  EXPECT_NE(wrong.err.find("疾病名称"), std::string::npos) << wrong.err;
  EXPECT_EQ(onecard({"code-system", "import", "region", folder.path() + "/no.csv", "--kinds", kinds}).exit_code, 1);
  const CommandResult kind = onecard({"code-system", "import", "icd11", table, "--kinds", kinds});
  EXPECT_EQ(kind.exit_code, 2);
  EXPECT_NE(kind.err.find("icd10-clinical"), std::string::npos) << kind.err;
}

}  // namespace
