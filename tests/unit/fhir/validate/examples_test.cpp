// HL7's example resources validate without an error, but for the faults of the examples themselves, which
// tests/cases/validate/r4_examples.tsv lists with the reason. Where the files are:
//   ONECARD_R4_EXAMPLES   the unpacked package hl7.fhir.r4.examples@4.0.1
//   ONECARD_SHARED_DATA   a folder with r4-examples/ in it

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "fhir/base/text.h"
#include "fhir/validate/profiles.h"
#include "fhir/validate/validator.h"
#include "tests/support/validate_cases.h"

namespace {

using fhir::model::Document;

// Definitions are checked with the tools that make them; they are no examples.
constexpr std::string_view kDefinitions[] = {"StructureDefinition",  "ValueSet",   "CodeSystem",
                                             "SearchParameter",      "ConceptMap", "OperationDefinition",
                                             "CompartmentDefinition"};

struct Exceptions {
  std::set<std::string> exact;  // file, rule, place
  std::set<std::string> files;  // a rule at any place of the file: the place is *
  Exceptions() {
    const std::string text =
        tests::support::readWholeFile(std::string(ONECARD_SOURCE_DIR) + "/tests/cases/validate/r4_examples.tsv");
    for (std::string_view line : fhir::base::split(text, '\n')) {
      const auto cells = fhir::base::split(line, '\t');
      if (cells.size() < 4 || cells[0] == "file") continue;
      const std::string key = std::string(cells[0]) + " " + std::string(cells[1]);
      if (cells[2] == "*")
        files.insert(key);
      else
        exact.insert(key + " " + std::string(cells[2]));
    }
  }
  bool holds(const std::string& file, const fhir::base::Finding& finding) const {
    return files.contains(file + " " + finding.rule) ||
           exact.contains(file + " " + finding.rule + " " + finding.expression);
  }
};

std::vector<std::string> filesIn(const std::string& folder) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".json" && entry.path().filename() != "package.json" &&
        !entry.path().filename().string().starts_with('.'))
      out.push_back(entry.path().string());
  return out;
}

void validateFolder(const std::string& folder, size_t at_least) {
  const auto profiles = fhir::validate::Profiles::create();
  ASSERT_TRUE(profiles.ok());
  const fhir::validate::Validator validator(**profiles);
  const Exceptions exceptions;
  size_t count = 0;
  for (const std::string& file : filesIn(folder)) {
    const std::string name = std::filesystem::path(file).filename().string();
    if (std::filesystem::file_size(file) > (16u << 20)) continue;  // all definitions of R4 in one Bundle
    fhir::base::Findings reading;
    auto document = Document::readResource(tests::support::readWholeFile(file), reading);
    ASSERT_TRUE(document.ok()) << name << ": " << document.error().text();
    bool definition = false;
    for (std::string_view type : kDefinitions) definition |= document->resourceType() == type;
    if (definition) continue;
    ++count;
    const fhir::base::Findings findings = validator.validate(*document, reading, {});
    for (const auto& finding : findings.list())
      if (finding.severity >= fhir::base::Severity::Error && !exceptions.holds(name, finding))
        ADD_FAILURE() << name << " " << finding.expression << " " << finding.rule << ": " << finding.what;
  }
  EXPECT_GE(count, at_least);
}

TEST(ExamplesTest, OfThePackageAreWithoutErrors) {
  const char* folder = std::getenv("ONECARD_R4_EXAMPLES");
  if (folder == nullptr) GTEST_SKIP() << "set ONECARD_R4_EXAMPLES to run over HL7's examples";
  validateFolder(folder, 700);
}

TEST(ExamplesTest, OfTheSharedFolderAreWithoutErrors) {
  const char* shared = std::getenv("ONECARD_SHARED_DATA");
  if (shared == nullptr) GTEST_SKIP() << "set ONECARD_SHARED_DATA to run over some of HL7's examples";
  validateFolder(std::string(shared) + "/r4-examples", 60);
}

}  // namespace
