#include "gateway/app/artefact_files.h"

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

TEST(ArtefactFiles, the_artefacts_that_ship_are_loaded_without_a_finding) {
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
TEST(ArtefactFiles, the_maps_that_ship_lead_from_and_to_codes_that_there_are) {
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

TEST(ArtefactFiles, a_file_that_cannot_be_used_is_told_and_the_rest_is_loaded) {
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

TEST(ArtefactFiles, profiles_are_loaded_with_the_rest_and_what_they_lack_is_told) {
  Findings findings;
  auto loaded = loadArtefacts({kArtefacts}, "http://onecard.example/", findings);
  ASSERT_TRUE(loaded) << loaded.error().text();
  for (const auto& finding : findings.list()) ADD_FAILURE() << finding.source << ": " << finding.what;
  EXPECT_NE(loaded->profiles->find("http://onecard.example/StructureDefinition/county-patient"), nullptr);
  EXPECT_TRUE(valid(*loaded->terminology, {.system = "urn:oid:2.16.156.10011.2.3.3.4", .code = "1"}));

  Folder folder;
  folder.write("a.json", R"({"resourceType":"StructureDefinition","url":"{canonical}p","name":"P","status":"active",
    "kind":"resource","abstract":false,"type":"Patient","derivation":"constraint",
    "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient",
    "differential":{"element":[{"id":"Patient","path":"Patient"},{"id":"Patient.name","path":"Patient.name","min":1}]}})");
  folder.write("b.json", R"({"resourceType":"StructureDefinition","url":"http://c/q","name":"Q","status":"active",
    "kind":"resource","abstract":false,"type":"Patient","derivation":"constraint","baseDefinition":"http://c/nobody",
    "differential":{"element":[{"id":"Patient","path":"Patient"}]}})");
  auto own = loadArtefacts({folder.path()}, "http://c/", findings);
  ASSERT_TRUE(own) << own.error().text();
  EXPECT_NE(own->profiles->find("http://c/p"), nullptr);
  EXPECT_EQ(own->profiles->find("http://c/q"), nullptr);
  ASSERT_EQ(findings.list().size(), 1u);
  EXPECT_NE(findings.list()[0].what.find("http://c/nobody"), std::string::npos) << findings.list()[0].what;
}

}  // namespace
}  // namespace gateway::app
