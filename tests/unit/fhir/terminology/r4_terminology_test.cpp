#include <gtest/gtest.h>

#include "fhir/definitions/lookup.h"
#include "fhir/definitions/tables.h"
#include "fhir/terminology/loaded_terminology.h"
#include "fhir/terminology/validate_code.h"
#include "fhir/terminology/value_set.h"

namespace fhir::terminology {
namespace {

CodeAnswer check(std::string_view value_set, const Coding& coding, bool infer = false) {
  CodeQuestion question;
  question.codings = {&coding, 1};
  question.value_set = value_set;
  question.infer_system = infer;
  return validateCode(*LoadedTerminology::r4(), question);
}

TEST(R4Terminology, every_row_of_the_tables_is_loaded) {
  auto r4 = LoadedTerminology::r4();
  size_t systems = 0, concepts = 0;
  const CodeSystem* system = nullptr;
  for (definitions::TableReader row(definitions::r4Tables().code_systems); row.next();) {
    if (row.cell(0) == "system") {
      ++systems;
      system = r4->codeSystem(row.cell(1));
      ASSERT_TRUE(system) << row.cell(1);
      continue;
    }
    ++concepts;
    ConceptIndex at = system->find(row.cell(1));
    ASSERT_NE(at, kNoConcept) << system->url() << " " << row.cell(1);
    EXPECT_EQ(system->display(at), row.cell(2));
    EXPECT_EQ(system->isAbstract(at), row.cell(4) == "A") << row.cell(1);
    size_t parents = definitions::words(row.cell(3)).size();
    EXPECT_EQ(system->parents(at).size(), parents) << system->url() << " " << row.cell(1);
  }
  EXPECT_GT(systems, 400u);
  EXPECT_GT(concepts, 8000u);
  size_t sets = 0, listed = 0;
  for (definitions::TableReader row(definitions::r4Tables().value_sets); row.next();) {
    if (row.cell(0) == "concept") ++listed;
    if (row.cell(0) != "value_set") continue;
    ++sets;
    const ValueSet* set = r4->valueSet(std::string(row.cell(1)) + "|" + std::string(row.cell(3)));
    ASSERT_TRUE(set) << row.cell(1);
    for (const auto* parts : {&set->includes(), &set->excludes()}) {
      for (const ValueSetPart& part : *parts) listed -= part.concepts.size();
    }
  }
  EXPECT_GT(sets, 300u);
  EXPECT_EQ(listed, 0u);
}

TEST(R4Terminology, required_bindings_are_known_and_agree_with_the_short_lists_of_the_definitions) {
  auto r4 = LoadedTerminology::r4();
  size_t codes = 0;
  for (const auto& element : definitions::r4().allElements()) {
    // An answer list of LOINC that R4's package does not hold.
    if (element.binding.empty() || element.binding == "http://loinc.org/vs/LL379-9") continue;
    EXPECT_TRUE(r4->valueSet(element.binding)) << element.binding;
    std::string_view url = element.binding.substr(0, element.binding.find('|'));
    for (const auto& system : definitions::r4().requiredSystems(url)) {
      for (std::string_view code : system.codes) {
        ++codes;
        Coding coding{.system = system.system, .code = code};
        EXPECT_TRUE(check(url, coding).valid()) << url << " " << code << " " << check(url, coding).message();
      }
    }
  }
  EXPECT_GT(codes, 1000u);
}

TEST(R4Terminology, a_code_of_a_required_binding_needs_no_system) {
  EXPECT_TRUE(check("http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1", {.code = "female"}, true).valid());
  CodeAnswer wrong = check("http://hl7.org/fhir/ValueSet/administrative-gender", {.code = "woman"}, true);
  EXPECT_EQ(wrong.outcome, CodeAnswer::Outcome::Invalid);
  ASSERT_EQ(wrong.issues.size(), 1u);
  EXPECT_EQ(wrong.issues[0].kind, CodeIssueKind::NotInValueSet);
}

TEST(R4Terminology, grammars_stand_for_code_systems_that_nobody_can_list) {
  EXPECT_TRUE(check("http://hl7.org/fhir/ValueSet/mimetypes|4.0.1", {.code = "image/jpeg"}, true).valid());
  EXPECT_TRUE(check("http://hl7.org/fhir/ValueSet/mimetypes", {.code = "text/plain; charset=utf-8"}, true).valid());
  EXPECT_FALSE(check("http://hl7.org/fhir/ValueSet/mimetypes", {.code = "jpeg"}, true).valid());
  EXPECT_TRUE(check("", {.system = "http://unitsofmeasure.org", .code = "mmol/L"}).valid());
  EXPECT_EQ(check("", {.system = "http://unitsofmeasure.org", .code = "mmol per L"}).outcome,
            CodeAnswer::Outcome::Invalid);
}

TEST(R4Terminology, what_is_not_here_is_neither_right_nor_wrong) {
  EXPECT_EQ(check("", {.system = "http://snomed.info/sct", .code = "22298006"}).outcome,
            CodeAnswer::Outcome::Unknown);
  EXPECT_EQ(check("http://example.org/unknown", {.system = "http://loinc.org", .code = "718-7"}).outcome,
            CodeAnswer::Outcome::Unknown);
}

TEST(R4Terminology, the_hierarchy_of_v3_systems_is_carried) {
  auto r4 = LoadedTerminology::r4();
  const CodeSystem* acts = r4->codeSystem("http://terminology.hl7.org/CodeSystem/v3-ActCode");
  ASSERT_TRUE(acts);
  ConceptIndex ambulatory = acts->find("AMB"), classes = acts->find("_ActEncounterCode");
  ASSERT_NE(ambulatory, kNoConcept);
  ASSERT_NE(classes, kNoConcept);
  EXPECT_TRUE(acts->isA(ambulatory, classes));
  EXPECT_TRUE(acts->isAbstract(classes));
  EXPECT_FALSE(acts->isA(classes, ambulatory));
}

TEST(R4Terminology, countries_and_currencies_of_iso_are_here) {
  EXPECT_TRUE(check("http://hl7.org/fhir/ValueSet/currencies", {.code = "CNY"}, true).valid());
  EXPECT_FALSE(check("http://hl7.org/fhir/ValueSet/currencies", {.code = "RMB"}, true).valid());
  for (std::string_view code : {"CN", "CHN", "156"}) {
    EXPECT_TRUE(check("", {.system = "urn:iso:std:iso:3166", .code = code, .display = "中国"}).valid()) << code;
  }
  const CodeSystem* countries = LoadedTerminology::r4()->codeSystem("urn:iso:std:iso:3166");
  EXPECT_EQ(countries->size(), 3u * 249);
}

// Those of a required binding, so a missing one would refuse the invoices of a whole country.
TEST(R4Terminology, currencies_are_complete) {
  const CodeSystem* system = LoadedTerminology::r4()->codeSystem("urn:iso:std:iso:4217");
  ASSERT_TRUE(system);
  EXPECT_EQ(system->size(), 181u);
  for (std::string_view code : {"CNY", "DKK", "EGP", "GBP", "IDR", "INR", "JOD", "MYR", "SDG", "SVC", "ZWL", "XXX"})
    EXPECT_NE(system->find(code), kNoConcept) << code;
}

// Bindings of R4's extensions and profiles, too, are listed here: fhir/validate asks for them.
TEST(R4Terminology, holds_the_value_sets_of_profiles) {
  EXPECT_TRUE(
      check("http://hl7.org/fhir/ValueSet/ucum-bodylength", {.system = "http://unitsofmeasure.org", .code = "cm"})
          .valid());
  EXPECT_FALSE(
      check("http://hl7.org/fhir/ValueSet/ucum-bodylength", {.system = "http://unitsofmeasure.org", .code = "m"})
          .valid());
  EXPECT_TRUE(check("http://hl7.org/fhir/ValueSet/goal-acceptance-status",
                    {.system = "http://terminology.hl7.org/CodeSystem/goal-acceptance-status", .code = "agree"})
                  .valid());
}

TEST(R4Terminology, takes_little_memory) { EXPECT_LT(LoadedTerminology::r4()->memory(), 4u << 20); }

}  // namespace
}  // namespace fhir::terminology
