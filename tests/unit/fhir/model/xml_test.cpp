#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "fhir/model/json_writer.h"
#include "fhir/model/xml_reader.h"
#include "fhir/model/xml_writer.h"
#include "tests/unit/fhir/model/same_json.h"

namespace fhir::model {
namespace {

using ::testing::HasSubstr;

std::string toJson(std::string_view xml, size_t findings_expected = 0) {
  base::Findings findings;
  auto document = Document::readXml(xml, findings);
  EXPECT_TRUE(document.ok()) << document.error().text();
  EXPECT_EQ(findings.list().size(), findings_expected);
  return document.ok() ? document->json() : std::string();
}

std::string toXml(std::string json, size_t findings_expected = 0) {
  base::Findings findings;
  auto document = Document::readResource(std::move(json), findings);
  EXPECT_TRUE(document.ok());
  base::Findings writing;
  std::string xml = writeXml(*document, writing);
  EXPECT_EQ(writing.list().size(), findings_expected);
  return xml.substr(xml.find("?>") + 2);
}

TEST(ReadXml, makes_json_of_values_ids_and_urls) {
  EXPECT_EQ(
      toJson(R"(<?xml version="1.0" encoding="UTF-8"?>
    <Patient xmlns="http://hl7.org/fhir">
      <id value="p1"/>
      <extension url="http://x"><valueDecimal value="1.10"/></extension>
      <active value="true"/>
      <name id="n"><family value="A&amp;B"/><given value="c"/></name>
      <multipleBirthInteger value="2"/>
    </Patient>)"),
      R"({"resourceType":"Patient","id":"p1","extension":[{"url":"http://x","valueDecimal":1.10}],"active":true,)"
      R"("name":[{"id":"n","family":"A&B","given":["c"]}],"multipleBirthInteger":2})");
}

TEST(ReadXml, keeps_extensions_of_primitives_beside_them) {
  EXPECT_EQ(
      toJson(R"(<Patient xmlns="http://hl7.org/fhir"><name><given value="a"/><given id="2"/>
      <given value="c"><extension url="u"><valueCode value="v"/></extension></given></name>
      <birthDate><extension url="u"><valueCode value="v"/></extension></birthDate></Patient>)"),
      R"({"resourceType":"Patient","name":[{"given":["a",null,"c"],"_given":[null,{"id":"2"},)"
      R"({"extension":[{"url":"u","valueCode":"v"}]}]}],"_birthDate":{"extension":[{"url":"u","valueCode":"v"}]}})");
}

TEST(ReadXml, keeps_the_div_to_the_byte) {
  EXPECT_EQ(toJson("<Patient xmlns=\"http://hl7.org/fhir\"><text><status value=\"generated\"/>"
                   "<div xmlns=\"http://www.w3.org/1999/xhtml\">a <b class='x'>&lt;b&#160;</b><!-- c "
                   "--><br/></div></text></Patient>"),
            "{\"resourceType\":\"Patient\",\"text\":{\"status\":\"generated\",\"div\":\"<div "
            "xmlns=\\\"http://www.w3.org/1999/xhtml\\\">"
            "a <b class='x'>&lt;b&#160;</b><!-- c --><br/></div>\"}}");
}

TEST(ReadXml, understands_prefixes) {
  EXPECT_EQ(toJson("<f:Patient xmlns:f=\"http://hl7.org/fhir\" xmlns:h=\"http://www.w3.org/1999/xhtml\"><f:text>"
                   "<f:status value=\"generated\"/><h:div>x<h:p class=\"&quot;\">y &amp; "
                   "z</h:p></h:div></f:text></f:Patient>"),
            "{\"resourceType\":\"Patient\",\"text\":{\"status\":\"generated\",\"div\":\"<div "
            "xmlns=\\\"http://www.w3.org/1999/xhtml\\\">"
            "x<p class=\\\"&quot;\\\">y &amp; z</p></div>\"}}");
}

TEST(ReadXml, reads_resources_inside_resources) {
  EXPECT_EQ(toJson(R"(<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/><entry><resource><Patient>
      <contained><Organization><id value="o"/></Organization></contained></Patient></resource></entry></Bundle>)"),
            R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient",)"
            R"("contained":[{"resourceType":"Organization","id":"o"}]}}]})");
}

TEST(ReadXml, finds_what_fhir_does_not_define_and_keeps_it) {
  base::Findings findings;
  auto document = Document::readXml(R"(<Patient xmlns="http://hl7.org/fhir"><nickname value="x"/><active value="yes"/>
      <gender value="male" code="m"/>stray</Patient>)",
                                    findings);
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->json(), R"({"resourceType":"Patient","nickname":"x","active":"yes","gender":"male"})");
  EXPECT_EQ(findings.list().size(), 4u);
}

TEST(ReadXml, refuses_what_is_no_fhir_xml) {
  base::Findings findings;
  EXPECT_EQ(Document::readXml("<Patient/>", findings).error().where, "1:1");
  EXPECT_EQ(Document::readXml("\n <html xmlns=\"http://hl7.org/fhir\"/>", findings).error().where, "2:2");
  EXPECT_FALSE(Document::readXml("<Patient xmlns=\"http://hl7.org/fhir\"><name></Patient>", findings).ok());
  EXPECT_FALSE(Document::readXml("", findings).ok());
  auto bomb = Document::readXml(
      "<!DOCTYPE Patient [<!ENTITY a \"x\">]><Patient xmlns=\"http://hl7.org/fhir\"><id "
      "value=\"&a;\"/></Patient>",
      findings);
  ASSERT_FALSE(bomb.ok());
  EXPECT_EQ(bomb.error().why, base::Why::Invalid);
}

TEST(ReadXml, refuses_every_way_to_entities) {
  const std::string patient = "<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"&a;\"/></Patient>";
  for (const char* before :
       {"<!DOCTYPE Patient>", "<!DOCTYPE Patient SYSTEM \"file:///etc/passwd\">",
        "<!DOCTYPE Patient PUBLIC \"x\" \"http://example.org/x.dtd\">",
        "<!DOCTYPE Patient [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE Patient [<!ENTITY % p SYSTEM \"http://example.org/x\"> %p;]>",
        "<!DOCTYPE Patient [<!ENTITY a \"1234567890\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>",
        "<!-- x --><!DOCTYPE Patient [<!ATTLIST Patient id CDATA \"x\">]>"}) {
    base::Findings findings;
    auto document = Document::readXml(before + patient, findings);
    ASSERT_FALSE(document.ok()) << before;
    EXPECT_EQ(document.error().why, base::Why::Invalid) << before;
    EXPECT_NE(document.error().what.find("document type"), std::string::npos) << document.error().text();
  }
  base::Findings findings;
  EXPECT_FALSE(Document::readXml(patient, findings).ok());  // not declared
}

TEST(ReadXml, tells_foreign_namespaces_from_its_own) {
  base::Findings findings;
  auto document = Document::readXml(
      R"(<Patient xmlns="http://hl7.org/fhir" xmlns:x="urn:x"><x:active value="true"/><id value="p" x:id="q"/>)"
      R"(<gender xmlns="urn:other" value="male"/><birthDate value="1970"><x:y/></birthDate></Patient>)",
      findings);
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->json(), R"({"resourceType":"Patient","id":"p","birthDate":"1970"})");
  EXPECT_EQ(findings.list().size(), 4u);
  for (const auto& finding : findings.list()) EXPECT_EQ(finding.severity, base::Severity::Error) << finding.what;
}

TEST(ReadXml, does_not_mind_where_a_schema_is) {
  EXPECT_EQ(
      toJson(R"(<Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance")"
             R"( xsi:schemaLocation="http://hl7.org/fhir ../fhir-single.xsd"><active value="true"/></Patient>)"),
      R"({"resourceType":"Patient","active":true})");
}

TEST(ReadXml, groups_what_repeats_and_is_written_apart) {
  EXPECT_EQ(
      toJson(
          R"(<Patient xmlns="http://hl7.org/fhir"><name><given value="a"/><family value="c"/><given value="b"/></name></Patient>)"),
      R"({"resourceType":"Patient","name":[{"given":["a","b"],"family":"c"}]})");
}

TEST(Xml, numbers_and_texts_go_there_and_back_to_the_byte) {
  for (const char* number :
       {"1.10", "1e400", "-0.0", "0.00000000001e-2147483639", "1E+5", "100000000000000000000000000000.01"}) {
    const std::string json = R"({"resourceType":"Observation","valueQuantity":{"value":)" + std::string(number) +
                             R"(,"unit":" \ud83d\ude00\u00e9 \t\n\r<&>'\" "}})";
    base::Findings findings;
    auto document = Document::readResource(json, findings);
    ASSERT_TRUE(document.ok()) << document.error().text();
    EXPECT_EQ(writeJson(document->root()), json);
    auto back = Document::readXml(writeXml(*document, findings), findings);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(canonicalJson(back->json()), canonicalJson(json));
    EXPECT_TRUE(findings.empty());
  }
}

TEST(ReadXml, survives_depth_and_width) {
  base::Findings findings;
  std::string deep = "<Patient xmlns=\"http://hl7.org/fhir\">";
  for (int i = 0; i < 100'000; ++i) deep += "<extension url=\"u\">";
  EXPECT_EQ(Document::readXml(deep, findings).error().why, base::Why::TooCostly);
  std::string wide = "<Patient xmlns=\"http://hl7.org/fhir\">";
  for (int i = 0; i < 50'000; ++i) wide += "<x" + std::to_string(i) + " value=\"1\"/>";
  EXPECT_FALSE(Document::readXml(wide + "</Patient>", findings).ok());  // more members than one object may have
}

TEST(WriteXml, writes_elements_in_the_order_of_their_definitions) {
  EXPECT_EQ(
      toXml(R"({"resourceType":"Patient","birthDate":"1970","active":true,"id":"p","_birthDate":{"id":"b",
                      "extension":[{"valueDecimal":1.10,"url":"u"}]},"name":[{"given":["a",null],"_given":[null,{"id":"g"}]}]})"),
      R"(<Patient xmlns="http://hl7.org/fhir"><id value="p"/><active value="true"/><name><given value="a"/><given id="g"/></name>)"
      R"(<birthDate id="b" value="1970"><extension url="u"><valueDecimal value="1.10"/></extension></birthDate></Patient>)");
}

TEST(WriteXml, escapes_values_and_keeps_line_breaks) {
  EXPECT_EQ(toXml("{\"resourceType\":\"Basic\",\"language\":\"<a>&\\\"\\n\\t\"}"),
            "<Basic xmlns=\"http://hl7.org/fhir\"><language value=\"&lt;a&gt;&amp;&quot;&#10;&#9;\"/></Basic>");
}

TEST(WriteXml, leaves_out_what_xml_cannot_carry_and_says_so) {
  EXPECT_EQ(toXml(R"({"resourceType":"Basic","nickname":"x","language":"a\u0001\uffffb"})", 3),
            R"(<Basic xmlns="http://hl7.org/fhir"><language value="ab"/></Basic>)");
  EXPECT_EQ(
      toXml(R"({"resourceType":"Basic","text":{"div":"<p>&nbsp;"}})", 1),
      R"(<Basic xmlns="http://hl7.org/fhir"><text><div xmlns="http://www.w3.org/1999/xhtml">&lt;p&gt;&amp;nbsp;</div></text></Basic>)");
}

TEST(WriteXml, indents_for_people) {
  base::Findings findings;
  auto document = Document::readResource(
      R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Basic","id":"b"}}]})", findings);
  EXPECT_EQ(writePrettyXml(*document, findings),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Bundle xmlns=\"http://hl7.org/fhir\">\n  <entry>\n    "
            "<resource>\n"
            "      <Basic>\n        <id value=\"b\"/>\n      </Basic>\n    </resource>\n  </entry>\n</Bundle>\n");
}

TEST(Xml, there_and_back_is_the_same_resource) {
  const std::string json =
      R"({"resourceType":"Observation","id":"o","meta":{"profile":["http://p"],"_profile":[{"id":"x"}]},
          "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a<br/> &amp; b</div>"},
          "contained":[{"resourceType":"Patient","id":"p"}],"status":"final","_status":{"extension":[{"url":"u","valueBoolean":false}]},
          "code":{"coding":[{"system":"s","code":"c","display":"line\nbreak \"q\" <t>"}]},
          "valueQuantity":{"value":0.0100,"unit":"mg"},"component":[{"code":{"text":"x"},"valueInteger":-5}]})";
  base::Findings findings;
  auto document = Document::readResource(json, findings);
  auto back = Document::readXml(writeXml(*document, findings), findings);
  ASSERT_TRUE(back.ok());
  EXPECT_TRUE(findings.empty());
  EXPECT_EQ(canonicalJson(back->json()), canonicalJson(json));
}

}  // namespace
}  // namespace fhir::model
