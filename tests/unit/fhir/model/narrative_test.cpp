#include "fhir/model/narrative.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "fhir/model/document.h"
#include "fhir/model/xml_writer.h"

namespace fhir::model {
namespace {

std::string div(std::string_view content) {
  return "<div xmlns=\"http://www.w3.org/1999/xhtml\">" + std::string(content) + "</div>";
}

// What stays of a div's content; "=" when nothing had to go.
std::string safe(std::string_view content) {
  const CheckedNarrative checked = checkNarrative(div(content));
  EXPECT_TRUE(checked.is_div) << content;
  if (checked.faults.empty()) return "=";
  const std::string_view start = "<div xmlns=\"http://www.w3.org/1999/xhtml\">";
  EXPECT_TRUE(checked.safe.starts_with(start)) << checked.safe;
  // What is left has nothing that must go.
  EXPECT_TRUE(checkNarrative(checked.safe).faults.empty()) << checked.safe;
  return checked.safe.substr(start.size(), checked.safe.size() - start.size() - std::string_view("</div>").size());
}

TEST(Narrative, formatting_stays_to_the_byte) {
  for (const char* content :
       {"a", "<p>a<br/>b</p>", "<table border='1'><thead><tr><th colspan=\"2\">x</th></tr></thead></table>",
        "<a href=\"https://example.org/a?b=c&amp;d\" name=\"n\">x</a>", "<img src=\"#image\" alt=\"x\"/>",
        "<img src=\"data:image/png;base64,AA==\" alt=\"\"/>",
        "<span style=\"color:red\" xml:lang=\"zh\">\u4e2d</span>",
        "<h1 id=\"x\" class=\"y\">z</h1><hr/><address>q</address><bdo dir=\"rtl\">r</bdo>", "a <!-- a comment --> b",
        "&lt;script&gt;", "<![CDATA[a & b]]>", ""})
    EXPECT_EQ(safe(content), "=") << content;
}

TEST(Narrative, what_runs_goes_with_all_that_it_holds) {
  EXPECT_EQ(safe("a<script>alert(1)</script>b"), "ab");
  EXPECT_EQ(safe("<p>a<script src=\"https://x\"/></p>"), "<p>a</p>");
  EXPECT_EQ(safe("a<style>p{}</style><iframe src=\"x\"><p>b</p></iframe><object data=\"x\"/><embed/>c"), "ac");
  EXPECT_EQ(safe("a<form action=\"x\"><p>b</p><input name=\"c\"/></form>d"), "ad");
  EXPECT_EQ(safe("a<head><base href=\"x\"/><link href=\"y\"/></head>b<svg><p>c</p></svg>"), "ab");
  EXPECT_EQ(safe("a<x:b xmlns:x=\"urn:x\">c</x:b>d"), "ad");
  EXPECT_EQ(safe("a<SCRIPT>b</SCRIPT>c"), "ac");
}

TEST(Narrative, what_only_formats_loses_its_tags) {
  EXPECT_EQ(safe("a<font color=\"red\">b<i>c</i></font>d"), "ab<i>c</i>d");
  EXPECT_EQ(safe("<center><u>a</u> <s>b</s></center>"), "a b");
}

TEST(Narrative, attributes_that_run_or_are_unknown_go) {
  EXPECT_EQ(safe("<p onclick=\"x()\" class=\"y\">a</p>"), "<p class=\"y\">a</p>");
  EXPECT_EQ(safe("<img src=\"x\" onerror=\"y()\" alt=\"&lt;\"/>"), "<img src=\"x\" alt=\"&lt;\"/>");
  EXPECT_EQ(safe("<a href=\"javascript:x()\">a</a>"), "<a>a</a>");
  EXPECT_EQ(safe("<a href=\" Java&#10;Script:x()\">a</a>"), "<a>a</a>");
  EXPECT_EQ(safe("<a href=\"data:text/html,x\">a</a><a href=\"vbscript:x\">b</a>"), "<a>a</a><a>b</a>");
  EXPECT_EQ(safe("<p style=\"width:expression(x)\" data-x=\"1\">a</p>"), "<p>a</p>");
  EXPECT_EQ(safe("<a xmlns:l=\"http://www.w3.org/1999/xlink\" l:href=\"x\">a</a>"), "<a>a</a>");
}

// A browser reads the div as HTML, which ends comments and sections elsewhere than XML does.
TEST(Narrative, what_html_would_read_as_markup_goes) {
  EXPECT_EQ(safe("a<!--><script>x()</script>-->b"), "ab");
  EXPECT_EQ(safe("a<![CDATA[><script>x()</script>]]>b"), "a&gt;&lt;script&gt;x()&lt;/script&gt;b");
  EXPECT_EQ(safe("a<?php x ?>b"), "ab");
}

TEST(Narrative, says_where) {
  const std::string text = div("<p>a</p><script>b</script>");
  const CheckedNarrative checked = checkNarrative(text);
  ASSERT_EQ(checked.faults.size(), 1u);
  EXPECT_EQ(text.substr(checked.faults[0].offset, 7), "<script");
}

TEST(Narrative, a_div_is_one_div_of_xhtml) {
  for (const char* text : {"", "a", "<div>a</div>", "<p xmlns=\"http://www.w3.org/1999/xhtml\">a</p>",
                           "<div xmlns=\"http://www.w3.org/1999/xhtml\">a</div>b",
                           "<div xmlns=\"http://www.w3.org/1999/xhtml\">&nbsp;</div>",
                           "<!DOCTYPE div><div xmlns=\"http://www.w3.org/1999/xhtml\">a</div>",
                           "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>a</div>"})
    EXPECT_FALSE(checkNarrative(text).is_div) << text;
  EXPECT_TRUE(checkNarrative("<h:div xmlns:h=\"http://www.w3.org/1999/xhtml\">a</h:div>").is_div);
}

TEST(Narrative, has_content_when_there_is_text_or_an_image) {
  EXPECT_TRUE(checkNarrative(div("<p> a </p>")).has_content);
  EXPECT_TRUE(checkNarrative(div("<img src=\"#a\" alt=\"\"/>")).has_content);
  EXPECT_FALSE(checkNarrative(div(" <p> </p> ")).has_content);
  EXPECT_FALSE(checkNarrative(div("<script>a</script>")).has_content);
}

TEST(Narrative, depth_and_width_have_an_end) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<b>";
  EXPECT_FALSE(checkNarrative(deep).is_div);
  std::string wide;
  for (int i = 0; i < 10'000; ++i) wide += "<u/>";
  EXPECT_LE(checkNarrative(div(wide)).faults.size(), 100u);
}

TEST(Narrative, is_cleaned_when_xml_is_read_with_the_place_of_each_fault) {
  const std::string xml =
      "<Patient xmlns=\"http://hl7.org/fhir\"><text><status value=\"generated\"/>\n"
      "<div xmlns=\"http://www.w3.org/1999/xhtml\">a\n <script>b</script></div></text></Patient>";
  base::Findings findings;
  auto document = Document::readXml(xml, findings);
  ASSERT_TRUE(document.ok());
  ASSERT_EQ(findings.list().size(), 1u);
  EXPECT_EQ(findings.list()[0].severity, base::Severity::Error);
  EXPECT_EQ(findings.list()[0].rule, "txt-1");
  EXPECT_EQ(findings.list()[0].source, "3:2");
  EXPECT_EQ(document->json().find("script"), std::string::npos);
  EXPECT_NE(document->json().find(">a\\n </div>"), std::string::npos);
}

TEST(Narrative, is_cleaned_when_its_namespace_stands_elsewhere) {
  base::Findings findings;
  auto document = Document::readXml(
      "<Patient xmlns=\"http://hl7.org/fhir\" xmlns:h=\"http://www.w3.org/1999/xhtml\"><text><status "
      "value=\"generated\"/>"
      "<h:div>a<h:script>b</h:script><h:br/></h:div></text></Patient>",
      findings);
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(findings.list().size(), 1u);
  EXPECT_NE(document->json().find("<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">a<br/></div>"), std::string::npos)
      << document->json();
}

TEST(Narrative, is_cleaned_when_xml_is_written) {
  base::Findings findings;
  auto document = Document::readResource(
      R"({"resourceType":"Basic","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a<script>b</script></div>"}})",
      findings);
  ASSERT_TRUE(document.ok());
  const std::string xml = writeXml(*document, findings);
  EXPECT_NE(xml.find("<div xmlns=\"http://www.w3.org/1999/xhtml\">a</div>"), std::string::npos) << xml;
  ASSERT_EQ(findings.list().size(), 1u);
  EXPECT_EQ(findings.list()[0].expression, "Basic.text.div");
  EXPECT_EQ(findings.list()[0].rule, "txt-1");
}

}  // namespace
}  // namespace fhir::model
