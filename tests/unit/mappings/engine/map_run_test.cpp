// What the language means, on small mappings.

#include <gtest/gtest.h>

#include "mappings/engine/map_trace.h"
#include "tests/unit/mappings/engine/written_mapping.h"

namespace mappings::engine {
namespace {

constexpr char kHead[] =
    "mapping: hl7v2/test\nsource: hl7v2\nignore:\n  MSH.*: head\noutput:\n"
    "- $as: patient\n  $key: = key(PID.3.1)\n  resourceType: Patient\n";  // 8 lines
constexpr char kMsh[] = "MSH|^~\\&|A|B|C|D|20250306113005||ORU^R01|1|P|2.4\r";

std::string mapped(const std::string& lines, const std::string& segments) {
  WrittenMapping files(std::string(kHead) + lines);
  return bodyOf(files.run(kMsh + segments), "Patient");
}

TEST(MapRun, an_empty_expression_takes_its_element_and_empty_parents_away) {
  const std::string yaml =
      "  gender: = translate('sex', PID.8)\n  name:\n  - family: = PID.5.1\n    given: = PID.5.2\n";
  EXPECT_EQ(mapped(yaml, "PID|||7||Li^Hua||20000101|F\r"),
            "{\"gender\":\"female\",\"name\":[{\"family\":\"Li\",\"given\":[\"Hua\"]}]}");
  EXPECT_EQ(mapped(yaml, "PID|||7||Li\r"), "{\"name\":[{\"family\":\"Li\"}]}");
  EXPECT_EQ(mapped(yaml, "PID|||7\r"), "{}");
}

TEST(MapRun, constants_alone_do_not_make_an_object_out_of_a_missing_value) {
  const std::string yaml =
      "  identifier:\n  - use: official\n    system: = system('local-no')\n    value: = PID.4.1\n"
      "  maritalStatus:\n    text: constant\n";
  EXPECT_EQ(mapped(yaml, "PID|||7\r"), "{\"maritalStatus\":{\"text\":\"constant\"}}");
  EXPECT_EQ(mapped(yaml, "PID|||7|8\r"),
            "{\"identifier\":[{\"use\":\"official\",\"system\":\"http://site.example/id/A/no\",\"value\":\"8\"}],"
            "\"maritalStatus\":{\"text\":\"constant\"}}");
}

TEST(MapRun, a_text_becomes_a_narrative_with_its_lines_and_counts_as_carried_over) {
  const std::string yaml = "  text:\n    status: additional\n    div: = PID.5.1.narrative()\n";
  EXPECT_EQ(mapped(yaml, "PID|||7||a < b \\T\\ c\\.br\\second\\.br\\\\.br\\new\r"),
            "{\"text\":{\"status\":\"additional\",\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">"
            "<p>a &lt; b &amp; c<br/>second</p><p>new</p></div>\"}}");
  EXPECT_EQ(mapped(yaml, "PID|||7\r"), "{}");
  WrittenMapping files(std::string(kHead) + yaml);
  auto part = files.run(std::string(kMsh) + "PID|||7||x < y\r");
  ASSERT_TRUE(part.ok());
  EXPECT_EQ(useOf(*part, "PID-5"), "flows");
}

TEST(MapRun, a_code_of_another_institution_is_resolved_by_the_sites_list) {
  const std::string yaml =
      "  managingOrganization:\n    identifier:\n      system: = system('institution')\n"
      "      value: = PID.4.1.resolve()\n";
  WrittenMapping files(std::string(kHead) + yaml);
  files.directory.any_alias = false;
  files.directory.aliases["0312"] = "12990121MB00000116";
  EXPECT_EQ(
      bodyOf(files.run(std::string(kMsh) + "PID|||7|0312\r"), "Patient"),
      "{\"managingOrganization\":{\"identifier\":{\"system\":\"urn:oid:1.2\",\"value\":\"12990121MB00000116\"}}}");
  auto unknown = files.run(std::string(kMsh) + "PID|||7|9999\r");
  EXPECT_EQ(bodyOf(unknown, "Patient"), "{}");
  ASSERT_EQ(unknown->findings.list().size(), 1u);
  EXPECT_EQ(unknown->findings.list()[0].what, "names no institution of the site's list");
  EXPECT_EQ(unknown->findings.list()[0].source, "PID.4 (byte 57)");
}

TEST(MapLibrary, reads_its_folder_anew_and_keeps_the_old_when_something_is_wrong) {
  const std::string segments = std::string(kMsh) + "PID|||7|8||||F\r";
  WrittenMapping files(std::string(kHead) + "  gender: male\n");
  auto library = files.load();
  ASSERT_TRUE(library.ok());
  const std::string first = library->version("hl7v2/test");
  EXPECT_TRUE(library->reload()->empty());
  files.writeMapping("hl7v2/test", std::string(kHead) + "  gendr: female\n");
  EXPECT_FALSE(library->reload().ok());
  EXPECT_EQ(library->version("hl7v2/test"), first);
  EXPECT_EQ(bodyOf(WrittenMapping::run(*library, segments), "Patient"), "{\"gender\":\"male\"}");
  files.writeMapping("hl7v2/test", std::string(kHead) + "  gender: female\n");
  auto changed = library->reload();
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(*changed, std::vector<std::string>{"hl7v2/test"});
  EXPECT_EQ(bodyOf(WrittenMapping::run(*library, segments), "Patient"), "{\"gender\":\"female\"}");
}

TEST(MapRun, an_object_with_a_true_if_stays) {
  const std::string yaml = "  name:\n  - $if: = PID.8.exists()\n    use: official\n    text: = PID.5.1\n";
  EXPECT_EQ(mapped(yaml, "PID|||7|||||F\r"), "{\"name\":[{\"use\":\"official\"}]}");
  EXPECT_EQ(mapped(yaml, "PID|||7||Li\r"), "{}");
}

TEST(MapRun, a_missing_required_element_is_an_error_and_not_half_a_resource) {
  WrittenMapping files(
      std::string(kHead) +
      "- $key: = key(OBX.3.1)\n  resourceType: Observation\n  status: = OBX.11\n  code:\n    text: x\n");
  auto part = files.run(std::string(kMsh) + "PID|||7\rOBX|1||GLU\r");
  ASSERT_FALSE(part.ok());
  EXPECT_EQ(part.error().text(),
            "hl7v2/test/test.yaml:9:3: Observation.status: is required, and the message gives nothing for it");
}

TEST(MapRun, a_repeating_element_takes_all_results_and_a_single_one_exactly_one) {
  EXPECT_EQ(mapped("  name:\n  - given: = PID.5.1\n", "PID|||7||A~B\r"), "{\"name\":[{\"given\":[\"A\",\"B\"]}]}");
  WrittenMapping files(std::string(kHead) + "  name:\n  - family: = PID.5.1\n");
  auto part = files.run(std::string(kMsh) + "PID|||7||A~B\r");
  ASSERT_FALSE(part.ok());
  EXPECT_EQ(
      part.error().text(),
      "hl7v2/test/test.yaml:10:15: Patient.name.family: takes one value, and 2 came out; first() if that is meant");
}

TEST(MapRun, for_makes_one_for_each) {
  EXPECT_EQ(mapped("  name:\n  - $for: n in PID.5\n    $if: = %n.1 != 'B'\n    text: = %n.1\n", "PID|||7||A~B~C\r"),
            "{\"name\":[{\"text\":\"A\"},{\"text\":\"C\"}]}");
}

TEST(MapRun, switch_takes_the_case_or_else) {
  const std::string yaml =
      "  $switch: = PID.8\n  $case:\n    F|W:\n      gender: female\n    M:\n      gender: male\n    $else:\n      "
      "active: false\n";
  EXPECT_EQ(mapped(yaml, "PID|||7|||||W\r"), "{\"gender\":\"female\"}");
  EXPECT_EQ(mapped(yaml, "PID|||7|||||M\r"), "{\"gender\":\"male\"}");
  EXPECT_EQ(mapped(yaml, "PID|||7|||||X\r"), "{\"active\":false}");
  EXPECT_EQ(mapped(yaml, "PID|||7\r"), "{\"active\":false}");
}

TEST(MapRun, fail_stops_with_its_sentence_and_place) {
  WrittenMapping files(std::string(kHead) + "- $if: = OBR.empty()\n  $fail: there is no OBR\n");
  auto part = files.run(std::string(kMsh) + "PID|||7\r");
  ASSERT_FALSE(part.ok());
  EXPECT_EQ(part.error().text(), "hl7v2/test/test.yaml:10:3: there is no OBR");
  EXPECT_TRUE(files.run(std::string(kMsh) + "PID|||7\rOBR|1\r").ok());
}

TEST(MapRun, errors_name_element_field_and_byte_and_never_the_value) {
  WrittenMapping files(std::string(kHead) +
                       "- $for: x in OBX\n  $key: = key(%x.3.1)\n  resourceType: Observation\n  status: final\n"
                       "  code:\n    text: = %x.3.1\n  valueQuantity: = %x.5.quantity(%x.6)\n");
  const std::string message = std::string(kMsh) + "PID|||7\rOBX|1|NM|A||5|g/L\rOBX|2|NM|B||secret|g/L\r";
  auto part = files.run(message);
  ASSERT_FALSE(part.ok());
  EXPECT_EQ(part.error().text(), "hl7v2/test/test.yaml:15:20: Observation.valueQuantity: OBX[2].5 (byte " +
                                     std::to_string(message.find("secret")) + ") is not a number");
}

TEST(MapRun, an_empty_key_part_is_an_error) {
  WrittenMapping files(kHead);
  auto part = files.run(std::string(kMsh) + "PID|||\r");
  ASSERT_FALSE(part.ok());
  EXPECT_EQ(part.error().text(),
            "hl7v2/test/test.yaml:7:11: Patient: part 1 of the key is empty: nothing can be stored without it");
}

TEST(MapRun, two_resources_with_one_key_are_an_error_unless_they_only_ensure) {
  const std::string two = std::string(kHead) +
                          "- $for: x in OBX\n  $write: newer\n  $key: = key(%x.3.1)\n  resourceType: Observation\n"
                          "  status: final\n  code:\n    text: = %x.3.1\n";
  const std::string message = std::string(kMsh) + "PID|||7\rOBX|1||A\rOBX|2||A\r";
  EXPECT_EQ(jsonOf(WrittenMapping(two).run(message), "Observation"),
            "hl7v2/test/test.yaml:9:3: Observation: two resources of this message have the same key");
  std::string ensured = two;
  ensured.replace(ensured.find("newer"), 5, "ensure");
  auto part = WrittenMapping(ensured).run(message);
  ASSERT_TRUE(part.ok());
  EXPECT_EQ(part->resources.size(), 3u);  // Patient, Observation, Provenance
}

TEST(MapRun, references_name_the_resources_of_their_own_branch) {
  WrittenMapping files(std::string(kHead) + R"(- $for: g in groups('OBR')
  $as: report
  $key: = key(%g.OBR.3.1)
  resourceType: DiagnosticReport
  status: final
  code:
    text: x
  subject: = ref(%patient)
  result: = ref(%obs)
  $then:
  - $for: x in %g.OBX
    $as: obs
    $key: = key(%g.OBR.3.1, %x.3.1)
    resourceType: Observation
    status: final
    code:
      text: = %x.3.1
    performer: = ref(%doctor)
    $then:
    - $if: = %x.16.exists()
      $as: doctor
      $write: ensure
      $key: = key(%x.16.1)
      resourceType: Practitioner
)");
  auto part =
      files.run(std::string(kMsh) + "PID|||7\rOBR|1||R1\rOBX|1||A|||||||||||||D1\rOBX|2||B\rOBR|2||R2\rOBX|1||A\r");
  ASSERT_TRUE(part.ok()) << part.error().text();
  std::vector<std::string> of_report;
  size_t with_doctor = 0;
  for (const MappedResource& resource : part->resources) {
    if (resource.type == "DiagnosticReport") of_report.push_back(resource.json);
    if (resource.type == "Observation" && resource.json.find("performer") != std::string::npos) ++with_doctor;
  }
  ASSERT_EQ(of_report.size(), 2u);
  const auto count = [](const std::string& text) {
    size_t found = 0;
    for (size_t at = text.find("Observation/"); at != std::string::npos; at = text.find("Observation/", at + 1))
      ++found;
    return found;
  };
  EXPECT_EQ(count(of_report[0]), 2u);
  EXPECT_EQ(count(of_report[1]), 1u);
  EXPECT_EQ(with_doctor, 1u);
}

TEST(MapRun, ids_are_the_same_for_the_same_key_and_differ_by_institution_and_site_key) {
  WrittenMapping files(kHead);
  const std::string message = std::string(kMsh) + "PID|||7\r";
  auto library = files.load("key");
  auto other_site = files.load("another");
  ASSERT_TRUE(library.ok() && other_site.ok());
  const auto id = [&](const MapLibrary& in, const std::string& institution) {
    return WrittenMapping::run(in, message, "hl7v2/test", institution)->resources[0].id;
  };
  EXPECT_EQ(id(*library, "A"), id(*library, "A"));
  EXPECT_NE(id(*library, "A"), id(*library, "B"));
  EXPECT_NE(id(*library, "A"), id(*other_site, "A"));
  EXPECT_EQ(id(*library, "A"), sourceOwnedId("key", "A", "Patient", {"7"}, "7"));
  EXPECT_EQ(id(*library, "A").size(), 31u);
  EXPECT_EQ(id(*library, "A")[4], '-');
}

TEST(MapRun, key_parts_cannot_be_moved_from_one_to_the_next) {
  EXPECT_NE(sourceOwnedId("k", "A", "Patient", {"1", "23"}, "s"),
            sourceOwnedId("k", "A", "Patient", {"12", "3"}, "s"));
  EXPECT_NE(sourceOwnedId("k", "A", "Patient", {"x"}, "s"), sourceOwnedId("k", "A", "Person", {"x"}, "s"));
}

TEST(MapRun, the_patients_resources_share_his_shard_and_others_the_institutions) {
  WrittenMapping files(
      std::string(kHead) +
      "- $key: = key('o')\n  $as: obs\n  resourceType: Observation\n  status: final\n  code:\n    text: x\n"
      "- $key: = key('d')\n  $write: ensure\n  resourceType: Practitioner\n"
      "- $key: = key('e')\n  $write: ensure\n  resourceType: Organization\n");
  auto part = files.run(std::string(kMsh) + "PID|||7\r");
  ASSERT_TRUE(part.ok()) << part.error().text();
  const auto shard = [&](size_t i) { return part->resources[i].id.substr(0, 4); };
  EXPECT_EQ(shard(0), shard(1));
  EXPECT_EQ(shard(2), shard(3));
  EXPECT_EQ(shard(0), shard(4));  // the Provenance of a patient's message
}

TEST(MapRun, order_texts_sort_as_their_times) {
  const std::string head = std::string(kHead);
  const auto order = [&](const std::string& time) {
    WrittenMapping files(head + "  $order: = PID.29\n");
    auto part = files.run(std::string(kMsh) + "PID|||7||||||||||||||||||||||||||" + time + "\r");
    return part.ok() ? part->resources[0].order : part.error().text();
  };
  EXPECT_EQ(order("20250306112830"), "2025-03-06T03:28:30.000000Z");
  EXPECT_EQ(order("20250306112830+0000"), "2025-03-06T11:28:30.000000Z");
  EXPECT_LT(order("20250306"), order("2025-03-06 00:00:01"));
  EXPECT_EQ(order(""), "");
  EXPECT_EQ(order("17"), "00000000000000000017");
  EXPECT_EQ(order("later"),
            "hl7v2/test/test.yaml:9:13: $order: PID.29 (byte 82) is neither a time nor a whole number");
}

TEST(MapRun, every_leaf_is_accounted_for) {
  WrittenMapping files(std::string(kHead) +
                       "  $if: = PID.30 != 'Y'\n  gender: = translate('sex', PID.8)\n"
                       "  name:\n  - $for: n in PID.5.where(type = 'L')\n    text: = %n.1 & %n.2\n");
  auto part =
      files.run(std::string(kMsh) + "PID|1||7||Li^Hua^^^^^L~Wang^^^^^^M||20000101|F||||||||||||||||||||||N\rZZZ|x\r");
  ASSERT_TRUE(part.ok()) << part.error().text();
  EXPECT_EQ(useOf(*part, "MSH-3"), "ignored: head");
  EXPECT_EQ(useOf(*part, "PID-8"), "flows");
  EXPECT_EQ(useOf(*part, "PID-3"), "decides");
  EXPECT_EQ(useOf(*part, "PID-5.1"), "flows");
  EXPECT_EQ(useOf(*part, "PID-5.2"), "flows");
  EXPECT_EQ(useOf(*part, "PID-5.7"), "decides");
  EXPECT_EQ(useOf(*part, "PID-7"), "unread");
  EXPECT_EQ(useOf(*part, "PID-30"), "decides");
  EXPECT_EQ(useOf(*part, "PID-1"), "unread");
  EXPECT_EQ(useOf(*part, "ZZZ-1"), "unread");
  size_t second_name = 0;  // Wang: the condition looked at its type, nothing took its name
  for (const SourceField& field : part->fields)
    if (field.place == "PID.5[2].1") second_name += field.use == SourceField::Use::Unread ? 1 : 0;
  EXPECT_EQ(second_name, 1u);
}

TEST(MapRun, an_ignored_field_that_is_used_all_the_same_counts_as_used) {
  WrittenMapping files(std::string(kHead) + "  birthDate: = MSH.7.date()\n");
  auto part = files.run(std::string(kMsh) + "PID|||7\r");
  ASSERT_TRUE(part.ok());
  EXPECT_EQ(useOf(*part, "MSH-7"), "flows");
  EXPECT_EQ(useOf(*part, "MSH-10"), "ignored: head");
}

TEST(MapRun, an_explicit_null_is_no_value) {
  EXPECT_EQ(mapped("  birthDate: = PID.7.date()\n", "PID|||7||||\"\"\r"), "{}");
}

TEST(MapRun, a_miss_is_an_error_or_what_the_call_says) {
  EXPECT_EQ(mapped("  gender: = translate('sex', PID.8)\n", "PID|||7|||||X\r").substr(0, 95),
            "hl7v2/test/test.yaml:9:13: Patient.gender: PID.8 (byte 61) has no row for it in code_maps/sex.c");
  EXPECT_EQ(mapped("  gender: = translate('sex', PID.8, 'unknown')\n", "PID|||7|||||X\r"),
            "{\"gender\":\"unknown\"}");
  WrittenMapping files(std::string(kHead) + "  gender: = translate('sex', PID.8, {})\n");
  auto part = files.run(std::string(kMsh) + "PID|||7|||||X\r");
  ASSERT_TRUE(part.ok());
  ASSERT_EQ(part->findings.list().size(), 1u);
  EXPECT_EQ(part->findings.list()[0].rule, "hl7v2/test/test.yaml:9:13");
  EXPECT_EQ(useOf(*part, "PID-8"), "decides");
}

TEST(MapRun, a_code_outside_the_required_binding_is_an_error) {
  EXPECT_EQ(mapped("  gender: = PID.8\n", "PID|||7|||||F\r"),
            "hl7v2/test/test.yaml:9:13: Patient.gender: the code is not in "
            "http://hl7.org/fhir/ValueSet/administrative-gender");
}

TEST(MapRun, the_local_coding_stays_beside_the_standard_one) {
  WrittenMapping files(std::string(kHead) +
                       "- $for: x in OBX\n  $key: = key(%x.3.1)\n  resourceType: Observation\n  status: final\n"
                       "  code: = %x.3.concept('item')\n");
  auto part = files.run(std::string(kMsh) + "PID|||7\rOBX|1||GLU^glucose^L\r");
  EXPECT_EQ(
      bodyOf(part, "Observation"),
      "{\"status\":\"final\",\"code\":{\"coding\":[{\"system\":\"http://site.example/code/A/item\",\"code\":\"GLU\","
      "\"display\":\"glucose\"},{\"system\":\"http://loinc.org\",\"code\":\"14749-6\"}],\"text\":\"glucose\"}}");
  auto unknown = files.run(std::string(kMsh) + "PID|||7\rOBX|1||NEW^new^L\r");
  ASSERT_TRUE(unknown.ok());
  EXPECT_EQ(unknown->findings.list().size(), 1u);
  auto unmatched = files.run(std::string(kMsh) + "PID|||7\rOBX|1||OLD^old^L\r");
  ASSERT_TRUE(unmatched.ok());
  EXPECT_TRUE(unmatched->findings.empty());
}

TEST(MapRun, numbers_keep_their_digits) {
  WrittenMapping files(std::string(kHead) +
                       "- $key: = key('o')\n  resourceType: Observation\n  status: final\n  code:\n"
                       "    text: x\n  valueQuantity: = OBX.5.quantity(OBX.6)\n");
  EXPECT_EQ(bodyOf(files.run(std::string(kMsh) + "PID|||7\rOBX|1||||1.10|10^9/L\r"), "Observation"),
            "{\"status\":\"final\",\"code\":{\"text\":\"x\"},\"valueQuantity\":{\"value\":1.10,\"unit\":\"10^9/L\","
            "\"system\":\"http://unitsofmeasure.org\",\"code\":\"10*9/L\"}}");
}

TEST(MapRun, provenance_is_the_same_for_the_same_content_and_names_message_part_and_version) {
  WrittenMapping files(std::string(kHead) + "  gender: = translate('sex', PID.8)\n");
  auto library = files.load();
  ASSERT_TRUE(library.ok());
  auto first = WrittenMapping::run(*library, std::string(kMsh) + "PID|||7|||||F\r");
  std::string envelope = kMsh;
  envelope.replace(envelope.find("20250306113005"), 14, "20250307080000");
  auto again = WrittenMapping::run(*library, envelope + "PID|||7|||||F\r");
  auto changed = WrittenMapping::run(*library, std::string(kMsh) + "PID|||7|||||M\r");
  ASSERT_TRUE(first.ok() && again.ok() && changed.ok());
  EXPECT_EQ(first->resources.back().id, again->resources.back().id);
  EXPECT_NE(first->resources.back().id, changed->resources.back().id);
  EXPECT_EQ(first->resources.back().type, "Provenance");
  EXPECT_EQ(first->resources.back().mode, WriteMode::Ensure);
  const std::string& json = first->resources.back().json;
  EXPECT_NE(json.find("\"m1#1\""), std::string::npos);
  EXPECT_NE(json.find("hl7v2/test|" + library->version("hl7v2/test")), std::string::npos);
  EXPECT_NE(json.find("Patient/" + first->resources[0].id), std::string::npos);
}

TEST(MapRun, the_version_follows_all_that_decides_the_result) {
  WrittenMapping files(std::string(kHead) + "  gender: = translate('sex', PID.8)\n");
  const std::string before = files.load()->version("hl7v2/test");
  EXPECT_EQ(before.size(), 16u);
  EXPECT_EQ(files.load()->version("hl7v2/test"), before);
  files.write("code_maps/item.csv", "scope,local,code,system\n*,GLU,1-8,loinc\n");  // not used here
  EXPECT_EQ(files.load()->version("hl7v2/test"), before);
  files.write("code_maps/sex.csv", "scope,local,code,system\n*,F,female,gender\n");
  EXPECT_NE(files.load()->version("hl7v2/test"), before);
}

TEST(MapRun, order_keys_are_shared_and_say_nothing) {
  const std::string yaml = std::string(kHead).insert(std::string(kHead).find("output"),
                                                     "order:\n- = key('Patient', PID.3.1)\n- = OBR.3.1.distinct()\n");
  WrittenMapping files(yaml);
  auto a = files.run(std::string(kMsh) + "PID|||7\rOBR|1||R1\r");
  auto b = files.run(std::string(kMsh) + "PID|||7\rOBR|1||R2\rOBR|2||R3\r");
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(a->order_keys.size(), 2u);
  EXPECT_EQ(b->order_keys.size(), 3u);
  size_t shared = 0;
  for (const std::string& key : a->order_keys)
    shared += static_cast<size_t>(std::count(b->order_keys.begin(), b->order_keys.end(), key));
  EXPECT_EQ(shared, 1u);
  for (const std::string& key : a->order_keys)
    EXPECT_EQ(key.find('7' == key[0] ? "Patient" : "R1"), std::string::npos);
}

TEST(MapRun, the_institution_is_what_the_directory_says) {
  std::string yaml(kHead);
  yaml.insert(yaml.find("output"), "institution: = MSH.4\n");
  WrittenMapping files(yaml + "  identifier:\n  - system: = system('local-no')\n    value: = PID.3.1\n");
  files.directory.any_alias = false;
  EXPECT_NE(jsonOf(files.run(std::string(kMsh) + "PID|||7\r"), "Patient").find("names no institution"),
            std::string::npos);
  files.directory.aliases["B"] = "INST-1";
  EXPECT_NE(jsonOf(files.run(std::string(kMsh) + "PID|||7\r"), "Patient").find("/id/INST-1/no"), std::string::npos);
}

TEST(MapRun, words_for_nothing_go_by_field) {
  std::string yaml(kHead);
  yaml.insert(yaml.find("output"), "absent:\n  PID.24: [NULL]\n  \"*\": [NULL, 无]\n");
  WrittenMapping files(yaml + "  name:\n  - text: = PID.5\n  - text: = PID.24\n");
  auto part = files.run(std::string(kMsh) + "PID|||7||无|||||||||||||||||||无\r");
  EXPECT_EQ(bodyOf(part, "Patient"), "{\"name\":[{\"text\":\"无\"}]}");
  EXPECT_EQ(useOf(*part, "PID-5"), "ignored: means that there is no value");
}

TEST(MapRun, an_overlay_replaces_adds_and_takes_away) {
  WrittenMapping files(std::string(kHead) +
                       "  gender: = translate('sex', PID.8)\n  birthDate: = PID.7.date()\n"
                       "  name:\n  - text: = PID.5.1\n");
  files.writeMapping("hl7v2/over", R"(mapping: hl7v2/over
extends: hl7v2/test
patch:
  patient.gender: unknown
  patient.birthDate:
  patient.active: true
  patient.name.text: = PID.5.2
)");
  EXPECT_EQ(bodyOf(files.run(std::string(kMsh) + "PID|||7||Li^Hua||20000101|F\r", "hl7v2/over"), "Patient"),
            "{\"gender\":\"unknown\",\"name\":[{\"text\":\"Hua\"}],\"active\":true}");
}

TEST(MapRun, primitive_extensions_stand_beside_their_element) {
  EXPECT_EQ(mapped("  birthDate: = PID.7.date()\n  _birthDate:\n    extension:\n    - url: http://x\n      "
                   "valueString: = PID.7\n",
                   "PID|||7||||20000101\r"),
            "{\"birthDate\":\"2000-01-01\",\"_birthDate\":{\"extension\":[{\"url\":\"http://"
            "x\",\"valueString\":\"20000101\"}]}}");
}

TEST(MapRun, choose_takes_the_first_mapping_that_accepts) {
  WrittenMapping files(std::string(kHead).insert(std::string(kHead).find("ignore"), "accept: = MSH.9.1 = 'ADT'\n"));
  std::string other = std::string(kHead).insert(std::string(kHead).find("ignore"), "accept: = MSH.9.1 = 'ORU'\n");
  other.replace(other.find("hl7v2/test"), 10, "hl7v2/two");
  files.writeMapping("hl7v2/two", other);
  auto library = files.load();
  ASSERT_TRUE(library.ok()) << library.error().text();
  auto read = source::readMessage(std::string(kMsh) + "PID|||7\r", *library->readOptions("hl7v2/test"));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*library->choose(read->parts[0], "hl7v2", {}), "hl7v2/two");
  EXPECT_FALSE(library->choose(read->parts[0], "hl7v2", {"hl7v2/test"}).ok());
  EXPECT_FALSE(library->choose(read->parts[0], "xml", {}).ok());
}

TEST(MapRun, the_trace_names_rule_and_fields_of_every_value) {
  WrittenMapping files(std::string(kHead) + "  gender: = translate('sex', PID.8)\n  active: true\n");
  auto library = files.load();
  ASSERT_TRUE(library.ok());
  auto read = source::readMessage(std::string(kMsh) + "PID|||7|||||F\r", *library->readOptions("hl7v2/test"));
  ASSERT_TRUE(read.ok());
  std::vector<OutputOrigin> origins;
  ASSERT_TRUE(
      library->runTraced("hl7v2/test", {"s", "A", "m", "2025-03-06T12:00:00+08:00", &read->parts[0]}, &origins).ok());
  ASSERT_EQ(origins.size(), 2u);
  const std::string text = printOrigins(origins, read->parts[0].tree);
  EXPECT_NE(text.find("Patient.gender = \"female\"\n      <- PID.8   hl7v2/test/test.yaml:9:13"), std::string::npos)
      << text;
  EXPECT_NE(text.find("Patient.active = true\n      <- constant"), std::string::npos) << text;
  EXPECT_NE(printTree(read->parts[0].tree).find("PID.8 = F"), std::string::npos);
}

TEST(MapRun, time_grows_with_the_message_and_not_with_its_square) {
  WrittenMapping files(
      std::string(kHead) +
      "- $for: x in OBX\n  $key: = key(%x.3.1)\n  $as: obs\n  resourceType: Observation\n  status: final\n"
      "  code:\n    text: = %x.3.1\n  subject: = ref(%patient)\n");
  auto library = files.load();
  ASSERT_TRUE(library.ok());
  const auto steps = [&](int count) {
    std::string message = std::string(kMsh) + "PID|||7\r";
    for (int i = 0; i < count; ++i) message += "OBX|1||I" + std::to_string(i) + "\r";
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(WrittenMapping::run(*library, message).ok());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  steps(100);
  const double small = steps(500) + steps(500);
  const double large = steps(10000);  // ten times as many in all; squared it would be two hundred times
  EXPECT_LT(large, small * 60);
}

}  // namespace
}  // namespace mappings::engine
