#include "mappings/engine/code_maps.h"

#include <gtest/gtest.h>

#include "tests/unit/mappings/engine/written_mapping.h"

namespace mappings::engine {
namespace {

class CodeMapsTest : public testing::Test {
 protected:
  std::string error(const std::string& csv) {
    files.write("code_maps/sex.csv", csv);
    return files.loadError();
  }
  const CodeMapRow* find(const std::string& csv, std::string_view institution, std::string_view local,
                         std::string_view day = {}) {
    files.write("code_maps/sex.csv", csv);
    library = std::make_unique<fhir::base::Result<MapLibrary>>(files.load());
    EXPECT_TRUE(library->ok()) << library->error().text();
    return library->ok() ? (**library).codeMaps().find("sex")->find(institution, local, day) : nullptr;
  }
  WrittenMapping files{"mapping: hl7v2/test\nsource: hl7v2\noutput:\n- $fail: nothing\n"};
  std::unique_ptr<fhir::base::Result<MapLibrary>> library;
};

TEST_F(CodeMapsTest, an_institutions_row_wins_over_the_common_one) {
  const std::string csv = "scope,local,code,system\n*,1,male,gender\nB,1,female,gender\n";
  EXPECT_EQ(find(csv, "A", "1")->code, "male");
  EXPECT_EQ(find(csv, "B", "1")->code, "female");
  EXPECT_EQ(find(csv, "B", "2"), nullptr);
}

TEST_F(CodeMapsTest, rows_are_valid_from_and_to_days) {
  const std::string csv =
      "scope,local,code,system,valid_from,valid_to\n*,1,male,gender,,2024-12-31\n*,1,female,gender,2025-01-01,\n";
  EXPECT_EQ(find(csv, "A", "1", "2024-12-31")->code, "male");
  EXPECT_EQ(find(csv, "A", "1", "2025-01-01")->code, "female");
}

TEST_F(CodeMapsTest, width_and_blanks_do_not_count_and_case_does) {
  const std::string csv = "scope,local,code,system\n*,(+),male,gender\n*,g/L,female,gender\n";
  EXPECT_EQ(find(csv, "A", "（＋）")->code, "male");
  EXPECT_EQ(find(csv, "A", " g / L ")->code, "female");
  EXPECT_EQ(find(csv, "A", "G/L"), nullptr);
}

TEST_F(CodeMapsTest, reads_what_a_spreadsheet_saves) {
  const std::string csv =
      "\xEF\xBB\xBFscope,local,code,system,display\r\n# a remark\r\n*,\"a,\"\"b\",male,gender,\"x\r\ny\"\r\n";
  EXPECT_EQ(find(csv, "A", "a,\"b")->display, "x\r\ny");
}

TEST_F(CodeMapsTest, names_the_line_of_each_mistake) {
  EXPECT_EQ(
      error("scope,local,code,system\n*,1,male,gendre\n"),
      "code_maps/sex.csv:2: \"gendre\" is neither a name of systems.csv nor a URI; the nearest name is \"gender\"");
  EXPECT_EQ(error("scope,local,code,system\n*,1,male,gender\n*,1,female,gender\n"),
            "code_maps/sex.csv:3: the same local code stands in line 2");
  EXPECT_EQ(error("scope,local,code,system\n,1,male,gender\n"),
            "code_maps/sex.csv:2: the scope is empty; * is for all institutions");
  EXPECT_EQ(error("scope,local,code,system\n*,1,,gender\n"),
            "code_maps/sex.csv:2: the code is empty; \"unmatched\" says so on purpose");
  EXPECT_EQ(error("scope,local,code,sytem\n"), "code_maps/sex.csv:1: unknown column \"sytem\"");
  EXPECT_EQ(error("scope,local,code\n"), "code_maps/sex.csv:1: the column \"system\" is missing");
  EXPECT_EQ(error("scope,local,code,system,equivalence\n*,1,male,gender,same\n"),
            "code_maps/sex.csv:2: unknown equivalence \"same\"");
  EXPECT_EQ(error("scope,local,code,system\n*,1,male,gender,more\n"),
            "code_maps/sex.csv:2: has more cells than there are columns");
  EXPECT_EQ(error("scope,local,code,system\n*,\"1,male,gender\n"), "code_maps/sex.csv:2: a quote is not closed");
  EXPECT_EQ(error("scope,local,code,system,valid_from\n*,1,male,gender,2025-02-30\n"),
            "code_maps/sex.csv:2: valid_from and valid_to are days: 2025-01-31");
}

TEST_F(CodeMapsTest, targets_must_be_in_the_required_binding_of_where_they_are_written) {
  files.writeMapping("hl7v2/test", R"(mapping: hl7v2/test
source: hl7v2
output:
- $key: = key(PID.3.1)
  resourceType: Patient
  gender: = translate('sex', PID.8)
)");
  EXPECT_EQ(error("scope,local,code,system\n*,1,male,gender\n*,2,femal,gender\n"),
            "hl7v2/test/test.yaml:6:13: code_maps/sex.csv:3 gives \"femal\" for Patient.gender, which is not in "
            "http://hl7.org/fhir/ValueSet/administrative-gender; the nearest is \"female\"");
}

}  // namespace
}  // namespace mappings::engine
