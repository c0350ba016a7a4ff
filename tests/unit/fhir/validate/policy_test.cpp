#include "fhir/validate/policy.h"

#include <gtest/gtest.h>

namespace {

using fhir::base::Finding;
using fhir::base::Severity;
using fhir::validate::Grade;
using fhir::validate::Policy;

Finding finding(Severity severity, const char* rule, const char* place) {
  Finding out;
  out.severity = severity;
  out.rule = rule;
  out.expression = place;
  return out;
}

constexpr const char* kTable = R"(default:
  error: quarantine
  warning: accept
rules:
  - rule: binding
    at: Patient.gender
    severity: error
    grade: reject
  - rule: bdl-*
    grade: reject
  - rule: pat-1
    grade: accept
)";

TEST(PolicyTest, WithoutATableErrorsAreQuarantined) {
  const Policy policy;
  EXPECT_EQ(policy.gradeOf(finding(Severity::Error, "pat-1", "Patient")), Grade::Quarantine);
  EXPECT_EQ(policy.gradeOf(finding(Severity::Warning, "dom-6", "Patient")), Grade::Accept);
  EXPECT_EQ(policy.gradeOf(finding(Severity::Information, "must-support", "Patient")), Grade::Ignore);
  EXPECT_EQ(policy.gradeOf(fhir::base::Findings()), Grade::Ignore);
}

TEST(PolicyTest, TheFirstRuleThatFitsDecides) {
  auto policy = Policy::read(kTable, "policy.yaml");
  ASSERT_TRUE(policy.ok()) << policy.error().text();
  EXPECT_EQ(policy->gradeOf(finding(Severity::Error, "binding", "Patient.gender")), Grade::Reject);
  EXPECT_EQ(policy->gradeOf(finding(Severity::Warning, "binding", "Patient.gender")), Grade::Accept);
  EXPECT_EQ(policy->gradeOf(finding(Severity::Error, "binding", "Patient.genderIdentity")), Grade::Quarantine);
  EXPECT_EQ(policy->gradeOf(finding(Severity::Error, "bdl-7", "Bundle")), Grade::Reject);
  EXPECT_EQ(policy->gradeOf(finding(Severity::Error, "pat-1", "Patient.contact[0]")), Grade::Accept);
}

TEST(PolicyTest, APlaceCountsWithAllBelowItWhateverTheIndexes) {
  auto policy = Policy::read("rules:\n  - {rule: primitive, at: Patient.name, grade: reject}\n", "policy.yaml");
  ASSERT_TRUE(policy.ok()) << policy.error().text();
  EXPECT_EQ(policy->gradeOf(finding(Severity::Error, "primitive", "Patient.name[3].given[1]")), Grade::Reject);
  EXPECT_EQ(policy->gradeOf(finding(Severity::Error, "primitive", "Patient.birthDate")), Grade::Quarantine);
}

TEST(PolicyTest, TheStrictestFindingDecidesOfAll) {
  auto policy = Policy::read(kTable, "policy.yaml");
  ASSERT_TRUE(policy.ok());
  fhir::base::Findings findings;
  findings.add(finding(Severity::Error, "pat-1", "Patient.contact[0]"));
  EXPECT_EQ(policy->gradeOf(findings), Grade::Accept);
  findings.add(finding(Severity::Error, "cardinality", "Patient"));
  EXPECT_EQ(policy->gradeOf(findings), Grade::Quarantine);
  findings.add(finding(Severity::Error, "bdl-1", "Bundle"));
  EXPECT_EQ(policy->gradeOf(findings), Grade::Reject);
}

TEST(PolicyTest, ProfilesAreThoseOfATypeInTheOrderOfTheTable) {
  auto policy = Policy::read(
      "profiles:\n  Patient: http://a.example/p\n  Observation: [http://a.example/o, http://b.example/o]\n",
      "policy.yaml");
  ASSERT_TRUE(policy.ok()) << policy.error().text();
  ASSERT_EQ(policy->profilesOf("Patient").size(), 1u);
  ASSERT_EQ(policy->profilesOf("Observation").size(), 2u);
  EXPECT_EQ(policy->profilesOf("Observation")[1], "http://b.example/o");
  EXPECT_TRUE(policy->profilesOf("Encounter").empty());
  ASSERT_EQ(policy->profiles().size(), 3u);
  EXPECT_EQ(policy->profiles()[2].where, "policy.yaml:3:37");
}

TEST(PolicyTest, MistakesAreFoundAtTheirPlace) {
  const std::pair<const char*, const char*> kWrong[] = {
      {"rules:\n  - rule: x\n    grade: drop\n", "policy.yaml:3:12"},
      {"rules:\n  - rule: x\n", "policy.yaml:2:5"},
      {"rules:\n  - rule: x\n    grade: accept\n    when: now\n", "policy.yaml:4:5"},
      {"default:\n  errors: reject\n", "policy.yaml:2:3"},
      {"profiles:\n  Patiant: http://a.example/p\n", "policy.yaml:2:3"},
      {"profiles:\n  Patient: {a: b}\n", "policy.yaml:2:12"},
      {"rule: x\n", "policy.yaml:1:1"}};
  for (const auto& [text, place] : kWrong) {
    auto policy = Policy::read(text, "policy.yaml");
    ASSERT_FALSE(policy.ok()) << text;
    EXPECT_EQ(policy.error().where, place) << text;
  }
}

}  // namespace
