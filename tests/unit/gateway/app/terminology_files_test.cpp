#include "gateway/app/terminology_files.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "fhir/terminology/concept_map.h"
#include "fhir/terminology/validate_code.h"

namespace gateway::app {
namespace {

using fhir::base::Findings;
using fhir::terminology::CodeQuestion;
using fhir::terminology::Coding;
using fhir::terminology::LoadedTerminology;

const std::string kArtefacts = std::string(ONECARD_SOURCE_DIR) + "/conf/artefacts";

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / "onecard_terminology_XXXXXX") { mkdtemp(path_.data()); }
  ~Folder() { std::filesystem::remove_all(path_); }
  void write(const std::string& name, std::string_view text) const { std::ofstream(path_ + "/" + name) << text; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

bool valid(const LoadedTerminology& terminology, const Coding& coding) {
  CodeQuestion question;
  question.codings = {&coding, 1};
  return validateCode(terminology, question).valid();
}

TEST(TerminologyFiles, the_artefacts_that_ship_are_loaded_without_a_finding) {
  Findings findings;
  auto loaded = loadTerminology({kArtefacts}, "http://c/", findings);
  ASSERT_TRUE(loaded) << loaded.error().text();
  for (const auto& finding : findings.list()) ADD_FAILURE() << finding.source << ": " << finding.what;
  const LoadedTerminology& terminology = **loaded;
  EXPECT_TRUE(valid(terminology, {.system = "urn:oid:2.16.156.10011.2.3.3.4", .code = "1", .display = "男"}));
  EXPECT_TRUE(valid(terminology, {.system = "urn:oid:2.16.156.10011.2.3.3.3", .code = "56", .display = "基诺族"}));
  EXPECT_TRUE(valid(terminology, {.system = "urn:oid:2.16.156.10011.2.4", .code = "C0053"}));
  EXPECT_TRUE(valid(terminology, {.system = "http://c/CodeSystem/id-document-type", .code = "01"}));
  EXPECT_FALSE(valid(terminology, {.system = "http://c/CodeSystem/id-document-type", .code = "00"}));
}

// A map that leads to a code that its system does not have would be found here.
TEST(TerminologyFiles, the_maps_that_ship_lead_from_and_to_codes_that_there_are) {
  Findings findings;
  auto loaded = loadTerminology({kArtefacts}, "http://c/", findings);
  ASSERT_TRUE(loaded);
  size_t targets = 0;
  for (const auto* map : (*loaded)->conceptMaps()) {
    for (const auto& group : map->groups()) {
      for (const auto& element : group.elements) {
        EXPECT_TRUE(valid(**loaded, {.system = group.source, .code = element.code, .display = element.display}))
            << map->url() << " " << element.code;
        for (const auto& target : element.targets) {
          ++targets;
          EXPECT_TRUE(valid(**loaded, {.system = group.target, .code = target.code, .display = target.display}))
              << map->url() << " " << target.code;
        }
      }
    }
  }
  EXPECT_GT(targets, 15u);
}

TEST(TerminologyFiles, a_file_that_cannot_be_used_is_told_and_the_rest_is_loaded) {
  Folder folder;
  folder.write("a.json", R"({"resourceType":"CodeSystem","url":"{canonical}s","status":"active","content":"complete",
    "concept":[{"code":"x"}]})");
  folder.write("b.json", R"({"resourceType":"CodeSystem","status":"active","content":"complete"})");
  folder.write("c.json", R"({"resourceType":"Patient")");
  folder.write("d.tgz", "no package");
  folder.write("e.xml", R"(<CodeSystem xmlns="http://hl7.org/fhir"><url value="http://c/xml"/><status value="active"/>
    <content value="complete"/><concept><code value="y"/></concept></CodeSystem>)");
  Findings findings;
  auto loaded = loadTerminology({folder.path()}, "http://c/", findings);
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(valid(**loaded, {.system = "http://c/s", .code = "x"}));
  EXPECT_TRUE(valid(**loaded, {.system = "http://c/xml", .code = "y"}));
  ASSERT_EQ(findings.list().size(), 2u);
  EXPECT_EQ(findings.list()[0].source, folder.path() + "/b.json");
  EXPECT_EQ(findings.list()[1].source, folder.path() + "/d.tgz");
  EXPECT_FALSE(loadTerminology({folder.path() + "/nothing"}, "", findings));
}

}  // namespace
}  // namespace gateway::app
