// All example resources of R4 there and back. The environment names the folders:
//   ONECARD_R4_EXAMPLES   the unpacked package hl7.fhir.r4.examples@4.0.1
//   ONECARD_SHARED_DATA   a folder with r4-examples/ in it
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fhir/model/json_writer.h"
#include "fhir/model/xml_writer.h"
#include "tests/unit/fhir/model/same_json.h"

namespace fhir::model {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr uintmax_t kLargest = 1u << 20;  // larger ones take long under sanitizers
#else
constexpr uintmax_t kLargest = 64u << 20;
#endif

ReadLimits limits() {  // a Bundle of all definitions is larger than what a server takes
  ReadLimits limits;
  limits.bytes = kLargest;
  limits.values = 10'000'000;
  return limits;
}

enum class Which { Examples, Definitions };

bool isWanted(const std::string& name, Which which) {
  for (const char* other : {"package.json", "ig-", "."})
    if (name.starts_with(other)) return false;
  for (const char* type : {"StructureDefinition-", "SearchParameter-", "ValueSet-", "CodeSystem-", "ConceptMap-",
                           "OperationDefinition-", "CompartmentDefinition-", "NamingSystem-"})
    if (name.starts_with(type)) return which == Which::Definitions;
  return which == Which::Examples;
}

std::vector<std::filesystem::path> exampleFiles(std::string_view extension, Which which = Which::Examples) {
  std::vector<std::filesystem::path> out;
  for (const auto& [variable, below] :
       {std::pair{"ONECARD_R4_EXAMPLES", ""}, {"ONECARD_SHARED_DATA", "r4-examples"}}) {
    const char* folder = std::getenv(variable);
    if (folder == nullptr) continue;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(folder) / below))
      if (entry.path().extension() == extension && entry.file_size() <= kLargest &&
          isWanted(entry.path().filename().string(), which))
        out.push_back(entry.path());
  }
  return out;
}

std::string contentOf(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

#define SKIP_WITHOUT(files) \
  if (files.empty()) GTEST_SKIP() << "set ONECARD_R4_EXAMPLES or ONECARD_SHARED_DATA to run over HL7's examples"

void expectSameThereAndBack(const std::vector<std::filesystem::path>& files) {
  for (const auto& file : files) {
    const std::string json = contentOf(file);
    base::Findings findings;
    auto document = Document::readResource(json, findings, limits());
    ASSERT_TRUE(document.ok()) << file << document.error().text();
    const std::string expected = canonicalJson(json);
    EXPECT_EQ(canonicalJson(writeJson(document->root())), expected) << file;
    auto back = Document::readXml(writeXml(*document, findings), findings, limits());
    ASSERT_TRUE(back.ok()) << file << back.error().text();
    EXPECT_EQ(canonicalJson(back->json()), expected) << file;
    EXPECT_EQ(contentHash(*back), contentHash(*document)) << file;
    for (const auto& finding : findings.list()) ADD_FAILURE() << file << finding.expression << " " << finding.what;
  }
}

TEST(Examples, are_the_same_after_json_and_xml_and_back) {
  const auto files = exampleFiles(".json");
  SKIP_WITHOUT(files);
  expectSameThereAndBack(files);
}

TEST(Examples, definitions_are_the_same_after_json_and_xml_and_back) {
  const auto files = exampleFiles(".json", Which::Definitions);
  SKIP_WITHOUT(files);
  expectSameThereAndBack(files);
}

TEST(Examples, have_a_stored_form_with_the_same_content) {
  const auto files = exampleFiles(".json");
  SKIP_WITHOUT(files);
  for (const auto& file : files) {
    base::Findings findings;
    auto document = Document::readResource(contentOf(file), findings, limits());
    ASSERT_TRUE(document.ok()) << file;
    StoredFormOptions options;
    options.id = document->id();
    const std::string stored = storedForm(*document, options);
    auto again = Document::readResource(stored, findings, limits());
    ASSERT_TRUE(again.ok()) << file << again.error().text();
    EXPECT_EQ(contentHash(*again), contentHash(*document)) << file;
    auto versioned =
        Document::readResource(withVersion(stored, "5", "2025-03-06T08:15:28.000+08:00"), findings, limits());
    ASSERT_TRUE(versioned.ok()) << file;
    EXPECT_EQ(versioned->versionId(), "5");
    EXPECT_EQ(contentHash(*versioned), contentHash(*document)) << file;
  }
}

TEST(Examples, in_xml_are_read_without_findings) {
  const auto files = exampleFiles(".xml");
  SKIP_WITHOUT(files);
  for (const auto& file : files) {
    base::Findings findings;
    auto document = Document::readXml(contentOf(file), findings, limits());
    ASSERT_TRUE(document.ok()) << file << document.error().text();
    for (const auto& finding : findings.list())
      if (finding.severity > base::Severity::Information)
        ADD_FAILURE() << file << finding.expression << finding.source << " " << finding.what;
  }
}

}  // namespace
}  // namespace fhir::model
