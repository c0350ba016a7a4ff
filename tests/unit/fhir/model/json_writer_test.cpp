#include "fhir/model/json_writer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fhir::model {
namespace {

Document read(std::string json) {
  base::Findings findings;
  auto document = Document::readResource(std::move(json), findings);
  EXPECT_TRUE(document.ok()) << document.error().text();
  return std::move(document).value();
}

std::string stored(std::string json, std::string_view id = "i1") {
  Document document = read(std::move(json));
  StoredFormOptions options;
  options.id = id;
  return storedForm(document, options);
}

TEST(WriteJson, drops_white_space_and_keeps_tokens) {
  Document document = read(
      "{ \"resourceType\" : \"Observation\",\n \"valueQuantity\": { \"value\" : 1.10 ,"
      "\"unit\":\"a \\u0062 \\\" { \" }, \"component\" : [ ] }");
  EXPECT_EQ(
      writeJson(document.root()),
      R"({"resourceType":"Observation","valueQuantity":{"value":1.10,"unit":"a \u0062 \" { "},"component":[]})");
}

TEST(WriteJson, writes_single_elements) {
  Document document = read(R"({"resourceType":"Patient","active": true ,"name":[{"given":["a", "b"]}]})");
  path::Node name = Document::child(document.root(), "name");
  EXPECT_EQ(writeJson(name), R"({"given":["a","b"]})");
  EXPECT_EQ(writeJson(Document::child(name, "given")), R"("a")");
  EXPECT_EQ(writeJson(Document::child(document.root(), "active")), "true");
}

TEST(WriteJson, indents_for_people) {
  Document document = read(R"({"resourceType":"Patient","name":[{"given":["a"]},{}],"contact":[]})");
  EXPECT_EQ(writePrettyJson(document.root()),
            "{\n  \"resourceType\": \"Patient\",\n  \"name\": [\n    {\n      \"given\": [\n        \"a\"\n      ]\n"
            "    },\n    {}\n  ],\n  \"contact\": []\n}");
}

TEST(AppendJsonString, escapes_what_json_asks_for) {
  std::string out;
  appendJsonString(out, std::string_view("a\"\\\n\t\x01\xe4\xb8\xad/", 10));
  EXPECT_EQ(out, "\"a\\\"\\\\\\n\\t\\u0001\xe4\xb8\xad/\"");
}

TEST(StoredForm, begins_with_type_id_and_meta) {
  EXPECT_EQ(
      stored(R"({"active":true, "meta":{"versionId":"3","tag":[{"code":"t"}],"lastUpdated":"2020-01-01T00:00:00Z"},
                       "id":"old","resourceType":"Patient","multipleBirthInteger":2})"),
      R"({"resourceType":"Patient","id":"i1","meta":{"tag":[{"code":"t"}]},"active":true,"multipleBirthInteger":2})");
  EXPECT_EQ(stored(R"({"resourceType":"Patient"})"), R"({"resourceType":"Patient","id":"i1","meta":{}})");
}

TEST(StoredForm, keeps_every_token_to_the_byte) {
  const std::string rest =
      R"("valueQuantity":{"value":1.10},"component":[{"valueQuantity":{"value":1e400}},{"valueQuantity":{"value":-0.0}},)"
      R"({"valueQuantity":{"value":0.00000000001e-2147483639}}],"note":[{"text":"\ud83d\ude00 \u0041\/ \"é\" 😀"}])";
  base::Findings findings;
  auto document = Document::readResource("{ \"resourceType\" : \"Observation\" , " + rest + " }", findings);
  ASSERT_TRUE(document.ok()) << document.error().text();
  StoredFormOptions options;
  options.id = "x";
  EXPECT_EQ(storedForm(*document, options), R"({"resourceType":"Observation","id":"x","meta":{},)" + rest + "}");
}

TEST(StoredForm, knows_its_members_when_their_names_are_escaped) {
  base::Findings findings;
  auto document = Document::readResource(
      R"({"resource\u0054ype":"Patient","\u0069d":"a","m\u0065ta":{"\u0076ersionId":"1","source":"s"},"\u0061ctive":true})",
      findings);
  ASSERT_TRUE(document.ok());
  StoredFormOptions options;
  options.id = "b";
  EXPECT_EQ(storedForm(*document, options),
            R"({"resourceType":"Patient","id":"b","meta":{"source":"s"},"\u0061ctive":true})");
}

TEST(StoredForm, keeps_extensions_of_primitives_and_unknown_members) {
  EXPECT_EQ(
      stored(R"({"resourceType":"Patient","_birthDate":{"id":"b"},"nickname":{"a":[1, null]},"birthDate":"1970"})"),
      R"({"resourceType":"Patient","id":"i1","meta":{},"_birthDate":{"id":"b"},"nickname":{"a":[1,null]},"birthDate":"1970"})");
}

TEST(StoredForm, rewrites_literal_references_everywhere) {
  Document document = read(R"({"resourceType":"Observation","meta":{"extension":[{"url":"u","valueReference":
      {"reference":"urn:uuid:1"}}]},"contained":[{"resourceType":"Patient","managingOrganization":{"reference":"urn:uuid:2"}}],
      "subject":{"reference":"#p","display":"urn:uuid:1"},"performer":[{"reference":"urn:uuid:1"},{"reference":"Patient/9"}]})");
  StoredFormOptions options;
  options.id = "x";
  std::vector<std::string> asked;
  options.rewrite_reference = [&](std::string_view reference) -> std::optional<std::string> {
    asked.emplace_back(reference);
    if (reference == "urn:uuid:1") return "Organization/\"1";
    if (reference == "urn:uuid:2") return "Organization/2";
    return std::nullopt;
  };
  EXPECT_EQ(
      storedForm(document, options),
      R"({"resourceType":"Observation","id":"x","meta":{"extension":[{"url":"u","valueReference":{"reference":"Organization/\"1"}}]},)"
      R"("contained":[{"resourceType":"Patient","managingOrganization":{"reference":"Organization/2"}}],)"
      R"("subject":{"reference":"#p","display":"urn:uuid:1"},"performer":[{"reference":"Organization/\"1"},{"reference":"Patient/9"}]})");
  EXPECT_EQ(asked, (std::vector<std::string>{"urn:uuid:1", "urn:uuid:2", "urn:uuid:1", "Patient/9"}));
}

TEST(WithVersion, puts_version_and_time_first_into_meta) {
  EXPECT_EQ(
      withVersion(R"({"resourceType":"Patient","id":"i","meta":{},"active":true})", "4",
                  "2025-03-06T08:15:28.000+08:00"),
      R"({"resourceType":"Patient","id":"i","meta":{"versionId":"4","lastUpdated":"2025-03-06T08:15:28.000+08:00"},"active":true})");
  EXPECT_EQ(withVersion(R"({"resourceType":"Patient","id":"i","meta":{"source":"s"}})", "1", "t"),
            R"({"resourceType":"Patient","id":"i","meta":{"versionId":"1","lastUpdated":"t","source":"s"}})");
}

std::string hash(std::string json) { return contentHash(read(std::move(json))); }

TEST(ContentHash, is_equal_for_equal_content) {
  const std::string expected =
      hash(R"({"resourceType":"Patient","name":[{"family":"A","given":["b","c"]}],"active":true})");
  EXPECT_EQ(expected.size(), 32u);
  EXPECT_EQ(expected,
            hash("{\"active\" : true, "
                 "\"resourceType\":\"Patient\",\n\"name\":[{\"given\":[\"\\u0062\",\"c\"],\"family\":\"A\"}]}"));
  EXPECT_EQ(expected,
            hash(R"({"resourceType":"Patient","id":"7","meta":{"versionId":"4","lastUpdated":"2020-01-01T00:00:00Z"},
                               "name":[{"family":"A","given":["b","c"]}],"active":true})"));
}

TEST(ContentHash, is_the_same_for_the_document_and_its_stored_form) {
  std::string json =
      R"({"resourceType":"Patient","meta":{"versionId":"2","profile":["http://x"]},"_birthDate":{"id":"q"}})";
  EXPECT_EQ(hash(json), hash(stored(json)));
}

TEST(ContentHash, differs_when_content_differs) {
  std::vector<std::string> jsons{
      R"({"resourceType":"Patient"})",
      R"({"resourceType":"Person"})",
      R"({"resourceType":"Patient","active":true})",
      R"({"resourceType":"Patient","active":false})",
      R"({"resourceType":"Patient","meta":{"source":"s"}})",
      R"({"resourceType":"Patient","name":[{"given":["a","b"]}]})",
      R"({"resourceType":"Patient","name":[{"given":["b","a"]}]})",
      R"({"resourceType":"Patient","name":[{"given":["a"]},{"given":["b"]}]})",
      R"({"resourceType":"Patient","name":[{"given":["a"],"_given":[{"id":"1"}]}]})",
      R"({"resourceType":"Patient","extension":[{"url":"u","valueDecimal":1.0}]})",
      R"({"resourceType":"Patient","extension":[{"url":"u","valueDecimal":1.00}]})",
      R"({"resourceType":"Patient","extension":[{"url":"u","valueCode":"a"}]})",
      R"({"resourceType":"Patient","extension":[{"url":"u","valueString":"a"}]})",
      R"({"resourceType":"Patient","extension":[{"url":"u","valueString":"a","id":"b"}]})",
      R"({"resourceType":"Patient","nickname":1})",
      R"({"resourceType":"Patient","nickname":"1"})",
      R"({"resourceType":"Patient","contained":[{"resourceType":"Patient"}]})",
      R"({"resourceType":"Patient","contained":[{"resourceType":"Person"}]})",
      R"({"resourceType":"Patient","contained":[{"resourceType":"Person","id":"1"}]})",
  };
  for (size_t i = 0; i < jsons.size(); ++i)
    for (size_t j = i + 1; j < jsons.size(); ++j) EXPECT_NE(hash(jsons[i]), hash(jsons[j])) << jsons[i] << jsons[j];
}

}  // namespace
}  // namespace fhir::model
