// `onecard map new`: what a first mapping is drafted from one message.

#include "mappings/engine/map_draft.h"

#include <gtest/gtest.h>

#include "tests/unit/mappings/engine/written_mapping.h"

namespace mappings::engine {
namespace {

MapDraft drafted(std::string_view name, std::string_view bytes) {
  auto draft = draftMapping(name, bytes, "");
  EXPECT_TRUE(draft.ok()) << draft.error().text();
  return draft.ok() ? std::move(*draft) : MapDraft();
}

// The draft loads, and maps the message that it was made from.
std::string patientOf(const std::string& name, const MapDraft& draft, const std::string& bytes) {
  WrittenMapping files(draft.yaml, name);
  files.write("code_maps/systems.csv",
              "name,uri\npatient-id,{canonical}id/{institution}/patient-id\n"
              "gender,http://hl7.org/fhir/administrative-gender\nloinc,http://loinc.org\n"
              "ucum,http://unitsofmeasure.org\n");
  return jsonOf(files.run(bytes, name), "Patient");
}

TEST(MapDraft, rows_in_an_envelope_become_parts) {
  const std::string bytes =
      R"({"code":"200","data":{"rows":[{"no":"7","name":"x","zd":[{"c":"1"}]},{"no":"8","name":"y"}]}})";
  const MapDraft draft = drafted("json/visit", bytes);
  EXPECT_EQ(draft.read.split, "data.rows");
  EXPECT_EQ(draft.root, "data.rows");
  EXPECT_EQ(draft.extension, "json");
  EXPECT_NE(draft.yaml.find("#   = zd.c\n"), std::string::npos) << draft.yaml;
  EXPECT_NE(draft.yaml.find("#   code: reason\n"), std::string::npos) << draft.yaml;
  EXPECT_NE(patientOf("json/visit", draft, bytes).find("\"value\":\"7\""), std::string::npos);
}

TEST(MapDraft, items_of_one_message_stay_in_one_part) {
  const MapDraft draft =
      drafted("json/rx", R"({"no":"7","a":"1","b":"2","c":"3","d":"4","items":[{"drug":"x"},{"drug":"y"}]})");
  EXPECT_EQ(draft.read.split, "");
  EXPECT_NE(draft.yaml.find("# split: items"), std::string::npos) << draft.yaml;
}

TEST(MapDraft, payloads_inside_payloads_are_unwrapped) {
  const std::string bytes = "<E><B><in>&lt;R&gt;&lt;NO&gt;7&lt;/NO&gt;&lt;/R&gt;</in></B></E>";
  const MapDraft draft = drafted("xml/reg", bytes);
  ASSERT_EQ(draft.read.unwrap.size(), 1u);
  EXPECT_EQ(draft.read.unwrap[0].at, "E.B.in");
  EXPECT_EQ(draft.root, "E.B.in.R");
  EXPECT_NE(patientOf("xml/reg", draft, bytes).find("\"value\":\"7\""), std::string::npos);
}

TEST(MapDraft, an_hl7_message_is_known_by_its_type_and_keyed_by_its_patient) {
  const std::string bytes = "MSH|^~\\&|A|B|C|D|20250306113005||ADT^A04|1|P|2.4\rPID|1||77^^^HIS\r";
  const MapDraft draft = drafted("hl7v2/adt", bytes);
  EXPECT_NE(draft.yaml.find("accept: = MSH.9.1 = 'ADT' and MSH.9.2 = 'A04'\n"), std::string::npos) << draft.yaml;
  EXPECT_NE(patientOf("hl7v2/adt", draft, bytes).find("\"value\":\"77\""), std::string::npos);
}

TEST(MapDraft, columns_that_are_no_identifiers_stand_in_backticks) {
  const std::string bytes = "身份证号;姓名\n7;x\n";
  const MapDraft draft = drafted("delimited/list", bytes);
  EXPECT_EQ(draft.read.delimiter, ';');
  EXPECT_NE(draft.yaml.find("#   = `姓名`\n"), std::string::npos) << draft.yaml;
  EXPECT_NE(patientOf("delimited/list", draft, bytes).find("\"value\":\"7\""), std::string::npos);
}

TEST(MapDraft, a_form_with_json_in_json_is_opened_to_its_end) {
  const std::string bytes =
      "appid=Q&param=%7B%22jgdm%22%3A%221%22%2C%22cf%22%3A%22%7B%5C%22no%5C%22%3A%5C%227%5C%22%7D%22%7D";
  const MapDraft draft = drafted("form/rx", bytes);
  EXPECT_EQ(draft.read.format, "form");
  ASSERT_EQ(draft.read.unwrap.size(), 2u) << draft.yaml;
  EXPECT_EQ(draft.root, "param.cf");
}

TEST(MapDraft, no_value_of_the_message_stands_in_the_mapping) {
  const MapDraft draft = drafted("json/visit", R"({"no":"990121197608254024","name":"somebody"})");
  EXPECT_EQ(draft.yaml.find("990121197608254024"), std::string::npos);
  EXPECT_EQ(draft.yaml.find("somebody"), std::string::npos);
}

}  // namespace
}  // namespace mappings::engine
