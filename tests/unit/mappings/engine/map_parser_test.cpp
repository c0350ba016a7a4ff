// What can be known to be wrong without a message is said when the mapping is loaded, with its place.

#include <gtest/gtest.h>

#include "tests/unit/mappings/engine/written_mapping.h"

namespace mappings::engine {
namespace {

constexpr char kHead[] = "mapping: hl7v2/test\nsource: hl7v2\nlet:\n  mrn: = PID.3.first()\n";             // 4 lines
constexpr char kPatient[] = "output:\n- $as: patient\n  $key: = key(PID.3.1)\n  resourceType: Patient\n";  // 5 to 8

std::string loadError(const std::string& yaml) {
  WrittenMapping files(yaml);
  std::string error = files.loadError();
  const std::string file = "hl7v2/test/test.yaml:";
  return error.starts_with(file) ? error.substr(file.size()) : error;
}
std::string patientError(const std::string& lines) { return loadError(std::string(kHead) + kPatient + lines); }

TEST(MapParser, loads_what_is_right) {
  EXPECT_EQ(patientError("  gender: = translate('sex', PID.8)\n  active: true\n"), "");
}

TEST(MapParser, names_the_nearest_element) {
  EXPECT_EQ(patientError("  birthdate: = PID.7.date()\n"),
            "9:3: Patient has no element \"birthdate\"; the nearest is \"birthDate\"");
  EXPECT_EQ(patientError("  name:\n  - familly: x\n"),
            "10:5: Patient.name has no element \"familly\"; the nearest is \"family\"");
  EXPECT_EQ(loadError(std::string(kHead) + "output:\n- $key: = key(PID.3.1)\n  resourceType: Patiant\n"),
            "7:17: \"Patiant\" is no resource type; the nearest is \"Patient\"");
}

TEST(MapParser, names_the_nearest_directive_key_variable_map_and_system) {
  EXPECT_EQ(patientError("  $iff: = true\n"), "9:3: \"$iff\" is no directive; the nearest is \"$if\"");
  EXPECT_EQ(loadError("mapping: hl7v2/test\nsource: hl7v2\nacept: = true\n"),
            "3:1: unknown key \"acept\"; the nearest is \"accept\"");
  EXPECT_EQ(patientError("  gender: = %mnr.id\n"), "9:13: there is no variable %mnr; the nearest is \"mrn\"");
  EXPECT_EQ(patientError("  gender: = translate('sx', PID.8)\n"),
            "9:13: there is no code_maps/sx.csv; the nearest is \"sex\"");
  EXPECT_EQ(patientError("  identifier:\n  - system: = system('local-on')\n"),
            "10:15: \"local-on\" is neither a name of code_maps/systems.csv nor a URI; the nearest is \"local-no\"");
}

TEST(MapParser, points_into_expressions) {
  const std::string error = patientError("  gender: = PID.8.where(\n");
  EXPECT_EQ(error.substr(0, 5), "9:25:") << error;
  EXPECT_EQ(patientError("  gender: = nothing(PID.8)\n"), "9:13: there is no function nothing()");
}

TEST(MapParser, types_leaves_by_the_definitions) {
  EXPECT_EQ(patientError("  active: yes\n"), "9:11: Patient.active: \"yes\" is not true or false");
  EXPECT_EQ(patientError("  birthDate: 06.03.2025\n"),
            "9:14: Patient.birthDate: \"06.03.2025\" is not a FHIR date; date() reads others");
  EXPECT_EQ(
      patientError("  gender: femal\n"),
      "9:11: Patient.gender: \"femal\" is not in http://hl7.org/fhir/ValueSet/administrative-gender; the nearest "
      "is \"female\"");
  EXPECT_EQ(patientError("  name: Li\n"), "9:9: Patient.name is a HumanName: elements below it, or an expression");
  EXPECT_EQ(patientError("  gender:\n    text: x\n"), "10:5: Patient.gender is a code: a text or an expression");
  EXPECT_EQ(patientError("  gender:\n  - x\n"), "10:3: \"gender\" does not repeat: no list");
  EXPECT_EQ(patientError("  name:\n    text: x\n"), "10:5: \"name\" is a list: begin with \"- \"");
  EXPECT_EQ(patientError("  multipleBirthInteger: one\n"),
            "9:25: Patient.multipleBirthInteger: \"one\" is not a whole number");
}

TEST(MapParser, says_when_a_colon_needs_quotes) {
  EXPECT_EQ(patientError("  name:\n  - text: = 'a: ' & PID.5.1\n"),
            "10:15: not YAML: illegal map value; a text or an expression with \": \" inside stands in quotes");
}

TEST(MapParser, wants_choice_elements_with_their_type) {
  EXPECT_EQ(patientError("  deceased: true\n"),
            "9:3: \"deceased\" has several types: write it with its type, \"deceasedQuantity\" for example");
}

TEST(MapParser, refuses_a_resource_that_can_never_be_whole) {
  EXPECT_EQ(loadError(std::string(kHead) +
                      "output:\n- $key: = key(PID.3.1)\n  resourceType: Observation\n  status: final\n"),
            "6:3: Observation needs \"code\", and nothing here writes it");
  EXPECT_EQ(loadError(std::string(kHead) + "output:\n- resourceType: Patient\n"),
            "6:3: a resource needs a $key: its business key");
  EXPECT_EQ(patientError("  contact:\n  - name:\n      text: x\n  communication:\n  - preferred: true\n"),
            "13:5: Patient.communication needs \"language\", and nothing here writes it");
}

TEST(MapParser, wants_expressions_where_expressions_belong) {
  EXPECT_EQ(patientError("  $if: PID.8.exists()\n"), "9:8: $if is an expression: it begins with \"= \"");
  EXPECT_EQ(patientError("  gender: =PID.8\n"), "9:11: an expression begins with \"= \": a blank is missing");
  EXPECT_EQ(patientError("  $for: PID.3\n"), "9:9: $for reads \"name in expression\"");
}

TEST(MapParser, sees_what_yaml_would_cut_off) {
  EXPECT_EQ(patientError("  gender: = PID.8 # a remark\n"),
            "9:11: \" #\" ends an unquoted expression: put the remark on its own line, or the expression in quotes");
}

TEST(MapParser, refuses_duplicates) {
  EXPECT_EQ(
      patientError("  $switch: = PID.8\n  $case:\n    M:\n      active: true\n      active: false\n").substr(0, 5),
      "13:7:");
  EXPECT_EQ(loadError(std::string(kHead) + kPatient + "- $as: patient\n  $key: = 'x'\n  resourceType: Patient\n"),
            "9:8: two resources have the name \"patient\"");
}

TEST(MapParser, wants_a_reason_for_ignoring_and_refuses_to_ignore_everything) {
  EXPECT_EQ(loadError(std::string(kHead) + "ignore:\n  MSH.*:\n  PV1.*: \"\"\n" + kPatient),
            "7:10: ignore needs a reason");
  EXPECT_EQ(loadError(std::string(kHead) + "ignore:\n  \"*\": all of it\n" + kPatient),
            "6:3: \"*\" would swallow every field, known or not: name the fields or their container");
}

TEST(MapParser, checks_write_modes_and_merged_lists) {
  EXPECT_EQ(patientError("  $write: always\n"), "9:11: $write is ensure, newer, replace or \"merge <lists>\"");
  EXPECT_EQ(patientError("  $write: merge gender\n").substr(0, 48),
            "9:11: \"gender\" is no list of Patient; the neares");
  EXPECT_EQ(patientError("  $write: merge\n"),
            "9:11: merge, and only merge, names the lists that are united: \"merge result\"");
  EXPECT_EQ(patientError("  $write: merge identifier, name\n"), "");
}

TEST(MapParser, the_name_is_the_folder) {
  EXPECT_EQ(loadError("mapping: hl7v2/other\nsource: hl7v2\noutput:\n- $fail: x\n"),
            "1:10: the mapping stands in the folder of \"hl7v2/test\"");
}

TEST(MapParser, one_broken_mapping_and_nothing_loads_and_all_mistakes_are_named) {
  WrittenMapping files(std::string(kHead) + kPatient);
  files.writeMapping("hl7v2/bad", "mapping: hl7v2/bad\nsource: hl8\noutput:\n- $fail: x\n");
  files.writeMapping("xml/worse", "mapping: xml/worse\n\tsource: xml\n");
  EXPECT_FALSE(files.load().ok());
}

TEST(MapParser, a_fragment_is_checked_where_it_is_used) {
  WrittenMapping files(std::string(kHead) + kPatient + "  $use: any/name\n");
  files.write("any/fragments/name.yaml", "fragment: any/name\nfor: Patient\ncontent:\n  name:\n  - txt: = %mrn.id\n");
  EXPECT_EQ(files.loadError(),
            "any/fragments/name.yaml:5:5: Patient.name has no element \"txt\"; the nearest is \"text\"");
  files.write("any/fragments/name.yaml", "fragment: any/name\nfor: Observation\ncontent:\n  status: final\n");
  EXPECT_EQ(files.loadError(),
            "hl7v2/test/test.yaml:9:9: the fragment \"any/name\" is for Observation, not for Patient");
}

TEST(MapParser, a_fragment_for_a_datatype_stands_wherever_the_type_does) {
  WrittenMapping files(
      std::string(kHead) + kPatient +
      "  maritalStatus:\n    $use: any/code\n  communication:\n  - language:\n      $use: any/code\n");
  files.write("any/fragments/code.yaml", "fragment: any/code\nfor: CodeableConcept\ncontent:\n  text: = %mrn.id\n");
  EXPECT_EQ(files.loadError(), "");
  files.write("any/fragments/code.yaml", "fragment: any/code\nfor: Coding\ncontent:\n  code: = %mrn.id\n");
  EXPECT_EQ(files.loadError(),
            "hl7v2/test/test.yaml:10:11: the fragment \"any/code\" is for Coding, not for Patient.maritalStatus");
}

TEST(MapParser, knows_each_format_that_can_be_read) {
  for (const char* format : {"hl7v2", "xml", "json", "delimited", "form"})
    EXPECT_EQ(loadError("mapping: hl7v2/test\nsource: " + std::string(format) + "\noutput:\n- $fail: x\n"), "");
  EXPECT_EQ(loadError("mapping: hl7v2/test\nsource: hl8\noutput:\n- $fail: x\n"),
            "2:9: source is hl7v2, xml, json, delimited or form");
}

TEST(MapParser, an_overlay_must_hit_something) {
  WrittenMapping files(std::string(kHead) + kPatient + "  gender: = translate('sex', PID.8)\n");
  files.writeMapping("hl7v2/over", "mapping: hl7v2/over\nextends: hl7v2/test\npatch:\n  patiant.gender: male\n");
  EXPECT_EQ(files.loadError(),
            "hl7v2/over/over.yaml:4:3: the patch \"patiant.gender\" hits nothing in what is extended");
}

}  // namespace
}  // namespace mappings::engine
