#include "mappings/engine/code_system_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fhir/terminology/loaded_terminology.h"

namespace mappings::engine {
namespace {

using fhir::terminology::CodeSystem;
using fhir::terminology::LoadedTerminology;
using testing::HasSubstr;

const std::string kFolder = std::string(ONECARD_SOURCE_DIR) + "/mappings/code_systems/";

CodeSystemKind kindOf(std::string_view name) {
  auto kinds = readCodeSystemKinds(kFolder + "kinds.yaml");
  EXPECT_TRUE(kinds) << kinds.error().text();
  for (const CodeSystemKind& kind : *kinds) {
    if (kind.kind == name) return kind;
  }
  ADD_FAILURE() << name;
  return {};
}

std::shared_ptr<const LoadedTerminology> loaded(const std::string& json) {
  LoadedTerminology::Builder builder(nullptr);
  auto added = builder.addJson(json, "import");
  EXPECT_TRUE(added) << added.error().text() << json;
  return builder.build();
}

// The error of a table with these lines.
std::string troubleOf(std::string_view kind, std::string_view text) {
  std::string path = std::filesystem::temp_directory_path() / "onecard_table_XXXXXX";
  int file = mkstemp(path.data());
  EXPECT_GE(file, 0);
  std::ofstream(path) << text;
  auto json = importCodeSystem(kindOf(kind), path, "http://c/", "");
  close(file);
  std::filesystem::remove(path);
  EXPECT_FALSE(json);
  return json ? std::string() : json.error().text().substr(path.size());
}

TEST(CodeSystemImport, every_kind_has_a_sample_that_becomes_a_code_system) {
  auto kinds = readCodeSystemKinds(kFolder + "kinds.yaml");
  ASSERT_TRUE(kinds) << kinds.error().text();
  EXPECT_GE(kinds->size(), 9u);
  for (const CodeSystemKind& kind : *kinds) {
    auto json = importCodeSystem(kind, kFolder + "samples/" + kind.kind + ".csv", "http://c/", "2.0");
    ASSERT_TRUE(json) << json.error().text();
    std::string url = kind.system;
    if (url.starts_with("{canonical}")) url.replace(0, 11, "http://c/");
    auto terminology = loaded(*json);
    const CodeSystem* system = terminology->codeSystem(url + "|2.0");
    ASSERT_TRUE(system) << url;
    EXPECT_GT(system->size(), 0u);
  }
}

TEST(CodeSystemImport, groups_stand_above_their_items) {
  auto json = importCodeSystem(kindOf("icd10-insurance"), kFolder + "samples/icd10-insurance.csv", "http://c/", "");
  ASSERT_TRUE(json) << json.error().text();
  auto terminology = loaded(*json);
  const CodeSystem* system = terminology->codeSystem("http://c/CodeSystem/icd10-insurance");
  ASSERT_TRUE(system);
  EXPECT_EQ(system->size(), 9u);
  EXPECT_TRUE(system->isA(system->find("Z98.100x001"), system->find("Z98-Z99")));
  EXPECT_EQ(system->code(system->parents(system->find("Z98.100x001"))[0]), "Z98.1");
  EXPECT_EQ(system->code(system->parents(system->find("Z99.000"))[0]), "Z99");
}

TEST(CodeSystemImport, the_code_itself_tells_the_parent) {
  auto regions = importCodeSystem(kindOf("region"), kFolder + "samples/region.csv", "http://c/", "");
  ASSERT_TRUE(regions);
  auto terminology = loaded(*regions);
  const CodeSystem* system = terminology->codeSystem("http://c/CodeSystem/region");
  EXPECT_EQ(system->code(system->parents(system->find("990121001"))[0]), "990121");
  EXPECT_EQ(system->code(system->parents(system->find("990121"))[0]), "990100");
  EXPECT_EQ(system->code(system->parents(system->find("990100"))[0]), "990000");
  auto icd = importCodeSystem(kindOf("icd10-clinical"), kFolder + "samples/icd10-clinical.csv", "http://c/", "");
  ASSERT_TRUE(icd);
  auto clinical = loaded(*icd);
  system = clinical->codeSystem("urn:oid:2.16.156.10011.2.3.3.11.3");
  EXPECT_EQ(system->code(system->parents(system->find("Z99.900x001"))[0]), "Z99.900");
  EXPECT_EQ(system->properties(system->find("Z99.900x002")).back().value, "B98.100*");
}

TEST(CodeSystemImport, errors_say_the_row_and_the_column) {
  EXPECT_THAT(troubleOf("icd10-clinical", "主要编码,疾病名称\nZ99.900,\n"),
              HasSubstr(":2: column \"疾病名称\": the name is missing"));
  EXPECT_THAT(troubleOf("icd10-clinical", "主要编码,疾病名称\n# remark\n,演示病\n"),
              HasSubstr(":3: column \"主要编码\": the code is missing"));
  EXPECT_THAT(troubleOf("icd10-clinical", "主要编码,疾病名称\nZ99.900,a\nZ99.900,b\n"),
              HasSubstr(":3: column \"主要编码\": the code is in line 2 already"));
  EXPECT_THAT(troubleOf("icd10-clinical", "主要编码,疾病名称\n演示,a\n"),
              HasSubstr(":2: column \"主要编码\": the code does not look like"));
  EXPECT_THAT(troubleOf("icd10-clinical", "主要编码,疾病\nZ99.900,a\n"), HasSubstr(":1: unknown column \"疾病\""));
  EXPECT_THAT(troubleOf("icd10-clinical", "主要编码\nZ99.900\n"),
              HasSubstr(":1: the column \"疾病名称\" is missing"));
  EXPECT_THAT(troubleOf("icd10-clinical", "主要编码,疾病名称\n"), HasSubstr("the table has no rows"));
  std::string header =
      "类目代码,类目名称,亚目代码,亚目名称,细目代码,细目名称,章代码范围,章的名称,手术操作代码,手术操作名称\n";
  EXPECT_THAT(troubleOf("icd9cm3-insurance", header + "99,a,,,,,98-99,c,99.9800,x\n99,b,,,,,98-99,c,99.9801,y\n"),
              HasSubstr(":3: column \"类目名称\": the name is not that of line 2"));
  EXPECT_THAT(troubleOf("icd9cm3-insurance", header + "99,a,,,,,98-99,c,99.9800,x\n99,a,,,,,97-97,d,99.9801,y\n"),
              HasSubstr(":3: column \"类目代码\": the group is not where it is in line 2"));
}

}  // namespace
}  // namespace mappings::engine
