// onecard snapshot as the author of a profile calls it.

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/gateway_process.h"

namespace {

using support::CommandResult;

const std::string kProfiles = std::string(ONECARD_SOURCE_DIR) + "/conf/artefacts/profiles";

class Snapshot : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) {
    const std::string path = folder_.path() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }
  static CommandResult onecard(std::vector<std::string> words, const std::string& input = {}) {
    words.insert(words.begin(), ONECARD_BINARY);
    return support::runCommand(words, input);
  }
  // The element of this id in a snapshot on one line.
  static std::string element(const std::string& json, const std::string& id) {
    const size_t snapshot = json.find("\"snapshot\":");
    const size_t at = json.find("{\"id\":\"" + id + "\"", snapshot);
    if (at == std::string::npos) return {};
    const size_t next = json.find("{\"id\":\"", at + 1);
    return json.substr(at, next == std::string::npos ? next : next - at);
  }
  static bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

  support::TemporaryFolder folder_;
};

std::string patient(const std::string& elements, const std::string& base = "Patient") {
  return R"({"resourceType":"StructureDefinition","url":"http://example.org/p","name":"P","status":"draft",)"
         R"("fhirVersion":"4.0.1","kind":"resource","abstract":false,"type":"Patient","baseDefinition":)"
         R"("http://hl7.org/fhir/StructureDefinition/)" +
         base + R"(","derivation":"constraint","differential":{"element":[{"id":"Patient","path":"Patient"})" +
         elements + "]}}";
}

TEST_F(Snapshot, lays_the_differential_over_r4) {
  const CommandResult result = onecard(
      {"snapshot", "--compact",
       file(
           "p.json",
           patient(
               R"(,{"id":"Patient.name","path":"Patient.name","min":1,"max":"2","mustSupport":true,"short":"The name"})"
               R"(,{"id":"Patient.gender","path":"Patient.gender","fixedCode":"female"})"))});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::string name = element(result.out, "Patient.name");
  EXPECT_TRUE(has(name, R"("min":1,"max":"2","base":{"path":"Patient.name","min":0,"max":"*"})")) << name;
  EXPECT_TRUE(has(name, R"("type":[{"code":"HumanName"}])")) << name;
  EXPECT_TRUE(has(name, R"("mustSupport":true)")) << name;
  EXPECT_TRUE(has(name, R"("short":"The name")")) << name;
  const std::string gender = element(result.out, "Patient.gender");
  EXPECT_TRUE(has(gender, R"("fixedCode":"female")")) << gender;
  EXPECT_TRUE(has(gender, R"("strength":"required","valueSet":"http://hl7.org/fhir/ValueSet/administrative-gender)"))
      << gender;
  // What the profile does not speak of is R4's.
  EXPECT_TRUE(has(element(result.out, "Patient.contact"), "\"key\":\"pat-1\""));
  EXPECT_TRUE(has(element(result.out, "Patient.contact.name"), R"("base":{"path":"Patient.contact.name")"));
  EXPECT_TRUE(has(element(result.out, "Patient.deceased[x]"), R"([{"code":"boolean"},{"code":"dateTime"}])"));
  EXPECT_TRUE(has(element(result.out, "Patient.generalPractitioner"),
                  "http://hl7.org/fhir/StructureDefinition/PractitionerRole"));
  EXPECT_LT(result.out.find("\"snapshot\""), result.out.find("\"differential\""));
}

TEST_F(Snapshot, writes_slices_and_what_stands_in_data_types) {
  const CommandResult result = onecard(
      {"snapshot", "--compact",
       file(
           "p.json",
           patient(
               R"(,{"id":"Patient.identifier","path":"Patient.identifier","slicing":{"discriminator":[{"type":"value",)"
               R"("path":"system"}],"rules":"open"}},{"id":"Patient.identifier:card","path":"Patient.identifier",)"
               R"("sliceName":"card","min":1,"max":"1"},{"id":"Patient.identifier:card.system","path":)"
               R"("Patient.identifier.system","min":1,"fixedUri":"http://example.org/card"})"))});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(
      has(element(result.out, "Patient.identifier"),
          R"("slicing":{"discriminator":[{"type":"value","path":"system"}],"ordered":false,"rules":"open"})"));
  const std::string card = element(result.out, "Patient.identifier:card");
  EXPECT_TRUE(has(card, R"("sliceName":"card")") && has(card, R"("min":1,"max":"1")")) << card;
  const std::string system = element(result.out, "Patient.identifier:card.system");
  EXPECT_TRUE(has(system, R"("path":"Patient.identifier.system")")) << system;
  EXPECT_TRUE(has(system, R"("fixedUri":"http://example.org/card")")) << system;
  EXPECT_TRUE(has(element(result.out, "Patient.identifier:card.value"), R"("base":{"path":"Identifier.value")"));
  EXPECT_TRUE(element(result.out, "Patient.identifier.system").empty());
}

// Written, read again and used: the same findings, and a StructureDefinition without errors.
TEST_F(Snapshot, of_each_of_the_countys_profiles_is_a_valid_definition) {
  for (const char* name :
       {"county-patient", "county-lab-report", "county-prescription", "county-referral", "mutual-recognition"}) {
    const CommandResult made = onecard(
        {"snapshot", "--package", kProfiles, kProfiles + "/StructureDefinition-" + std::string(name) + ".json"});
    ASSERT_EQ(made.exit_code, 0) << name << made.err;
    EXPECT_TRUE(has(made.out, "\n  \"snapshot\": {")) << "for people it is indented";
    const CommandResult checked = onecard({"validate", file("made.json", made.out)});
    EXPECT_EQ(checked.exit_code, 0) << name << "\n" << checked.out;
  }
}

TEST_F(Snapshot, says_why_a_profile_cannot_be_used) {
  const CommandResult unknown =
      onecard({"snapshot", file("p.json", patient(R"(,{"id":"Patient.nickname","path":"Patient.nickname"})"))});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_TRUE(has(unknown.err, "Patient.nickname, which R4 does not have")) << unknown.err;
  EXPECT_TRUE(unknown.out.empty());
  const CommandResult other = onecard({"snapshot", file("q.json", R"({"resourceType":"Patient"})")});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_EQ(onecard({"snapshot", folder_.path() + "/nothing.json"}).exit_code, 2);
  EXPECT_TRUE(has(onecard({"snapshot", "--help"}).out, "Exit code: 0"));
}

}  // namespace
