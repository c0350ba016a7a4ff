// What the packages of others do that our own do not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fhir/validate/loader.h"
#include "fhir/validate/validator.h"
#include "tests/support/validate_cases.h"

namespace {

using fhir::model::Document;
using fhir::validate::Loader;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ForeignDefinitions : public testing::Test {
 protected:
  void add(const std::string& definition) {
    auto added = loader_.add(definition, "file");
    ASSERT_TRUE(added.ok()) << added.error().text();
  }
  // "severity rule place" of each finding, without the narrative's.
  std::vector<std::string> findings(const std::string& json) {
    if (profiles_ == nullptr) profiles_ = std::move(loader_.finish()).value();
    fhir::base::Findings reading;
    auto document = Document::readResource(json, reading);
    if (!document.ok()) return {"unreadable " + document.error().text()};
    fhir::validate::Options options;
    options.terminology = loader_.terminology();
    const auto found = fhir::validate::Validator(*profiles_).validate(*document, reading, options);
    std::vector<std::string> out;
    for (const auto& one : found.list()) {
      if (one.rule == "dom-6") continue;
      out.push_back(std::string(toString(one.severity)) + " " + one.rule + " " + one.expression);
    }
    return out;
  }
  Loader loader_;
  const fhir::validate::Profiles* profiles_ = nullptr;
};

std::string profile(const std::string& type, const std::string& elements) {
  return R"({"resourceType":"StructureDefinition","url":"http://example.org/p","name":"P","status":"draft",)"
         R"("kind":"resource","abstract":false,"type":")" +
         type + R"(","baseDefinition":"http://hl7.org/fhir/StructureDefinition/)" + type +
         R"(","derivation":"constraint","differential":{"element":[{"id":")" + type + R"(","path":")" + type +
         "\"}," + elements + "]}}";
}

TEST_F(ForeignDefinitions, may_speak_of_the_value_of_a_primitive) {
  add(profile("Patient",
              R"({"id":"Patient.active.value","path":"Patient.active.value","min":1},)"
              R"({"id":"Patient.active.value.extension","path":"Patient.active.value.extension","max":"0"})"));
  const std::string patient = R"({"resourceType":"Patient","meta":{"profile":["http://example.org/p"]})";
  EXPECT_THAT(findings(patient + "}"), IsEmpty());
  EXPECT_THAT(loader_.lacks(), IsEmpty());
  EXPECT_THAT(findings(patient + R"(,"active":true,"_active":{"extension":[{"url":"http://a.example/x",)"
                                 R"("valueCode":"y"}]}})"),
              Contains("error cardinality Patient.active.extension[0]"));
}

TEST_F(ForeignDefinitions, may_place_an_extension_on_all_canonical_resources) {
  add(R"({"resourceType":"StructureDefinition","url":"http://example.org/e","name":"E","status":"draft",
    "kind":"complex-type","abstract":false,"type":"Extension","derivation":"constraint",
    "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Extension",
    "context":[{"type":"element","expression":"CanonicalResource"}],
    "differential":{"element":[{"id":"Extension","path":"Extension"}]}})");
  const std::string extension = R"("extension":[{"url":"http://example.org/e","valueCode":"x"}])";
  EXPECT_THAT(findings(R"({"resourceType":"CodeSystem","url":"http://example.org/c","status":"draft",)"
                       R"("content":"complete",)" +
                       extension + "}"),
              Not(Contains(HasSubstr("extension-context"))));
  EXPECT_THAT(findings(R"({"resourceType":"Patient",)" + extension + "}"),
              Contains("error extension-context Patient.extension[0]"));
}

TEST_F(ForeignDefinitions, may_bring_a_newer_version_of_a_code_system_of_r4) {
  const std::string location = R"({"resourceType":"Location","physicalType":{"coding":[{"system":)"
                               R"("http://terminology.hl7.org/CodeSystem/location-physical-type","code":"new"}]}})";
  EXPECT_THAT(findings(location), ElementsAre("error code Location.physicalType.coding[0].code"));
  profiles_ = nullptr;
  Loader other;
  ASSERT_TRUE(other
                  .add(R"({"resourceType":"CodeSystem","status":"active","content":"complete","version":"9.0.0",
    "url":"http://terminology.hl7.org/CodeSystem/location-physical-type","concept":[{"code":"new"}]})",
                       "file")
                  .ok());
  auto profiles = other.finish();
  ASSERT_TRUE(profiles.ok());
  fhir::base::Findings reading;
  auto document = Document::readResource(location, reading);
  fhir::validate::Options options;
  options.terminology = other.terminology();
  EXPECT_FALSE(fhir::validate::Validator(**profiles).validate(*document, reading, options).hasErrors());
}

// Patient.communication.language is preferred, all-languages its maximum: text alone is no code outside of it.
TEST_F(ForeignDefinitions, text_alone_is_not_outside_the_maximum_of_a_preferred_binding) {
  const std::string head = R"({"resourceType":"Patient","communication":[{"language":)";
  EXPECT_THAT(findings(head + R"({"text":"Auslan"}}]})"), IsEmpty());
  EXPECT_THAT(findings(head + R"({"coding":[{"system":"urn:ietf:bcp:47","code":"?"}]}}]})"),
              Contains(HasSubstr("error binding")));
}

// An invariant that follows a reference out of the document can be told neither true nor false.
TEST_F(ForeignDefinitions, invariants_that_lead_out_of_the_document_are_not_broken) {
  add(profile("Observation",
              R"({"id":"Observation","path":"Observation","constraint":[{"key":"x-1","severity":"error","human":"x",)"
              R"("expression":"subject.resolve() is Patient"}]})"));
  const std::string head =
      R"({"resourceType":"Observation","meta":{"profile":["http://example.org/p"]},"status":"final",)"
      R"("code":{"text":"x"},)";
  EXPECT_THAT(findings(head + R"("subject":{"reference":"Patient/1"}})"),
              ElementsAre("information invariant-stopped Observation"));
  EXPECT_THAT(findings(head + R"("contained":[{"resourceType":"Group","id":"g","type":"person","actual":true}],)"
                              R"("subject":{"reference":"#g"}})"),
              ElementsAre("error x-1 Observation"));
}

TEST_F(ForeignDefinitions, what_many_profiles_lack_is_said_once) {
  std::string one = profile("Patient", R"({"id":"Patient.extension:x","path":"Patient.extension","sliceName":"x",)"
                                       R"("type":[{"code":"Extension","profile":["http://example.org/nobody"]}]})");
  add(one);
  one.replace(one.find("http://example.org/p\""), 21, "http://example.org/q\"");
  add(one);
  ASSERT_TRUE(loader_.finish().ok());
  EXPECT_THAT(loader_.lacks(),
              ElementsAre("http://example.org/p and 1 more: the profile http://example.org/nobody, which they name, "
                          "is not here"));
}

}  // namespace
