#include "fhir/index/extractor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "tests/unit/fhir/index/value_text.h"

namespace fhir::index {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const Extractor& extractor() {
  static const Extractor shared = std::move(Extractor::create(definitions::r4())).value();
  return shared;
}

const Extractor& plainExtractor() {
  static const Extractor shared = [] {
    ExtractorOptions options;
    options.specialised = false;
    return std::move(Extractor::create(definitions::r4(), options)).value();
  }();
  return shared;
}

struct Extracted {
  base::Findings reading, findings;
  model::Document document;
  std::vector<SearchValue> values;

  explicit Extracted(std::string json, const Extractor& by = extractor())
      : document(std::move(model::Document::readResource(std::move(json), reading)).value()) {
    base::Arena arena;
    values = by.extract(document, arena, findings);
  }
  std::vector<std::string> of(std::string_view code) const {
    const auto* parameter = definitions::r4().searchParameter(document.type(), code);
    std::vector<std::string> out;
    for (const SearchValue& value : values)
      if (parameter != nullptr && value.parameter == parameter->number) out.push_back(valueText(value));
    return out;
  }
};

TEST(Extractor, compiles_all_published_search_parameters) {
  auto made = Extractor::create(definitions::r4());
  EXPECT_TRUE(made.ok()) << made.error().text();
}

TEST(Extractor, gives_values_in_parameter_order_without_repeats) {
  Extracted patient(R"({"resourceType":"Patient","id":"p","name":[{"family":"Li"},{"family":"Li"}],"active":true})");
  EXPECT_THAT(patient.of("family"), ElementsAre("Li"));
  EXPECT_TRUE(std::is_sorted(patient.values.begin(), patient.values.end(),
                             [](auto& a, auto& b) { return a.parameter < b.parameter; }));
}

TEST(Extractor, a_date_that_does_not_exist_is_a_finding_and_the_rest_goes_in) {
  Extracted patient(R"({"resourceType":"Patient","birthDate":"1970-02-30","gender":"male"})");
  EXPECT_THAT(patient.of("birthdate"), IsEmpty());
  EXPECT_THAT(patient.of("gender"), ElementsAre("http://hl7.org/fhir/administrative-gender|male"));
  ASSERT_EQ(patient.findings.list().size(), 1u);
  EXPECT_EQ(patient.findings.list()[0].expression, "Patient.birthDate");
  EXPECT_EQ(patient.findings.list()[0].code, "value");
}

TEST(Extractor, takes_dates_without_zone_in_the_zone_of_the_site) {
  ExtractorOptions utc;
  utc.zone_minutes = 0;
  auto other = std::move(Extractor::create(definitions::r4(), utc)).value();
  std::string json = R"({"resourceType":"Patient","birthDate":"1970-01-01"})";
  EXPECT_THAT(Extracted(json).of("birthdate"), ElementsAre("1969-12-31T16:00:00.000Z .. 1970-01-01T16:00:00.000Z"));
  EXPECT_THAT(Extracted(json, other).of("birthdate"),
              ElementsAre("1970-01-01T00:00:00.000Z .. 1970-01-02T00:00:00.000Z"));
}

TEST(PatientCompartments, names_the_patients_a_resource_is_about) {
  Extracted observation(R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},
      "subject":{"reference":"Patient/b"},
      "performer":[{"reference":"Practitioner/p"},{"reference":"Patient/a"},{"reference":"Patient/b"}]})");
  EXPECT_THAT(extractor().patientCompartments(observation.document, "o", observation.values), ElementsAre("a", "b"));
  Extracted patient(R"({"resourceType":"Patient","link":[{"other":{"reference":"Patient/z"},"type":"seealso"}]})");
  EXPECT_THAT(extractor().patientCompartments(patient.document, "p1", patient.values), ElementsAre("p1"));
  Extracted organization(R"({"resourceType":"Organization","name":"x"})");
  EXPECT_THAT(extractor().patientCompartments(organization.document, "o", organization.values), IsEmpty());
}

TEST(ClinicalDate, is_when_it_happened) {
  auto date = [](std::string json) {
    Extracted extracted(std::move(json));
    return extractor().clinicalDate(extracted.document, extracted.values);
  };
  EXPECT_EQ(date(R"({"resourceType":"Observation","effectiveDateTime":"1970-01-01T08:00:01+08:00"})"), 1'000'000);
  EXPECT_EQ(date(R"({"resourceType":"Encounter","period":{"start":"1970-01-01T00:00:02Z"}})"), 2'000'000);
  EXPECT_EQ(date(R"({"resourceType":"Encounter","period":{"end":"1970-01-01T00:00:02Z"}})"), 3'000'000);
  EXPECT_EQ(date(R"({"resourceType":"Condition","recordedDate":"1970-01-01T00:00:05Z"})"), 5'000'000);
  EXPECT_EQ(date(R"({"resourceType":"Patient","birthDate":"1970-01-01"})"), INT64_MIN);
  EXPECT_EQ(date(R"({"resourceType":"Observation"})"), INT64_MIN);
}

TEST(Folded, compares_full_width_case_and_accents_away) {
  EXPECT_EQ(folded("\xef\xbc\xa1\xef\xbc\xa2 \xe7\x8e\x8b"), "ab \xe7\x8e\x8b");
  EXPECT_EQ(folded("\xc3\x89mile  M\xc3\x9cLLER"), folded("emile muller"));
}

// All JSON resources below the folders that the environment names.
std::vector<std::filesystem::path> exampleFiles() {
  std::vector<std::filesystem::path> out;
  for (const auto& [variable, below] :
       {std::pair{"ONECARD_R4_EXAMPLES", ""}, {"ONECARD_SHARED_DATA", "r4-examples"}}) {
    const char* folder = std::getenv(variable);
    if (folder == nullptr) continue;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(folder) / below))
      if (entry.path().extension() == ".json" && entry.file_size() < (1u << 20)) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

TEST(Extractor, specialised_programs_equal_the_plain_evaluator_on_all_examples) {
  const auto files = exampleFiles();
  if (files.empty()) GTEST_SKIP() << "set ONECARD_R4_EXAMPLES or ONECARD_SHARED_DATA to run over HL7's examples";
  size_t compared = 0;
  std::set<std::string> types;
  for (const auto& file : files) {
    std::ifstream stream(file, std::ios::binary);
    std::string json((std::istreambuf_iterator<char>(stream)), {});
    base::Findings reading, fast_findings, plain_findings;
    auto document = model::Document::readResource(json, reading);
    if (!document.ok()) continue;
    base::Arena arena;
    const auto fast = extractor().extract(*document, arena, fast_findings);
    const auto plain = plainExtractor().extract(*document, arena, plain_findings);
    std::vector<std::string> fast_texts, plain_texts;
    for (const auto& value : fast) fast_texts.push_back(parameterText(value));
    for (const auto& value : plain) plain_texts.push_back(parameterText(value));
    std::sort(fast_texts.begin(), fast_texts.end());
    std::sort(plain_texts.begin(), plain_texts.end());
    std::vector<std::string> differences;
    std::set_symmetric_difference(fast_texts.begin(), fast_texts.end(), plain_texts.begin(), plain_texts.end(),
                                  std::back_inserter(differences));
    EXPECT_THAT(differences, IsEmpty()) << file;
    EXPECT_EQ(fast_findings.list().size(), plain_findings.list().size()) << file;
    compared += fast.size();
    types.emplace(document->resourceType());
  }
  EXPECT_GT(compared, 100u);
  RecordProperty("values", static_cast<int>(compared));
  RecordProperty("types", static_cast<int>(types.size()));
}

}  // namespace
}  // namespace fhir::index
