#include "fhir/base/xml_sax.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

namespace fhir::base {
namespace {

class Recorder : public XmlHandler {
 public:
  std::string events;

  bool startElement(const XmlName& name, std::span<const XmlAttribute> attributes, size_t offset) override {
    events += "<" + full(name);
    for (const auto& attribute : attributes)
      events += " " + full(attribute.name) + "=" + std::string(attribute.value);
    events += "@" + std::to_string(offset) + ">";
    return true;
  }
  bool endElement(const XmlName& name, size_t end_offset) override {
    events += "</" + full(name) + "@" + std::to_string(end_offset) + ">";
    return true;
  }
  bool text(std::string_view text, size_t offset) override {
    events += std::string(text) + "@" + std::to_string(offset);
    return !stop;
  }
  bool stop = false;

 private:
  static std::string full(const XmlName& name) {
    return name.space.empty() ? std::string(name.local)
                              : "{" + std::string(name.space) + "}" + std::string(name.local);
  }
};

std::string eventsOf(std::string_view text, const XmlLimits& limits = {},
                     XmlNamespaces namespaces = XmlNamespaces::Resolved) {
  Recorder recorder;
  const Done done = readXml(text, recorder, limits, namespaces);
  return done.ok() ? recorder.events : done.error().text();
}

TEST(XmlSax, reports_elements_attributes_and_text_with_offsets) {
  EXPECT_EQ(eventsOf("<a><b x=\"1\" y='2'>t</b><c/></a>"), "<a@0><b x=1 y=2@3>t@18</b@23><c@23></c@27></a@31>");
}

TEST(XmlSax, resolves_namespaces) {
  EXPECT_EQ(eventsOf("<s:E xmlns:s='urn:s' xmlns='urn:d'><C s:x='1' y='2'/></s:E>"),
            "<{urn:s}E@0><{urn:d}C {urn:s}x=1 y=2@35></{urn:d}C@53></{urn:s}E@59>");
  EXPECT_EQ(eventsOf("<s:E/>"), "1:1: not XML: unbound prefix");
}

TEST(XmlSax, can_ignore_namespaces) {
  EXPECT_EQ(eventsOf("<s:E><x xsi:type='ST'/></s:E>", {}, XmlNamespaces::Ignored),
            "<{s}E@0><x {xsi}type=ST@5></x@23></{s}E@29>");
}

TEST(XmlSax, gives_the_text_between_two_tags_in_one_piece) {
  EXPECT_EQ(eventsOf("<a>x &lt;&#x674E;\r\ny<!-- no --><![CDATA[<z>]]></a>"), "<a@0>x <李\ny<z>@3</a@50>");
  EXPECT_EQ(eventsOf("<a><![CDATA[<b/>]]></a>"), "<a@0><b/>@12</a@23>");
}

TEST(XmlSax, ignores_the_declared_encoding_of_decoded_text) {
  EXPECT_EQ(eventsOf("<?xml version=\"1.0\" encoding=\"GBK\"?><a>李</a>"), "<a@36>李@39</a@46>");
}

TEST(XmlSax, refuses_document_types) {
  EXPECT_EQ(eventsOf("<!DOCTYPE a><a/>"), "1:1: a document type declaration is not allowed");
  EXPECT_EQ(eventsOf("<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY l2 \"&lol;&lol;&lol;\">]><lolz>&l2;</lolz>"),
            "1:1: a document type declaration is not allowed");
  EXPECT_EQ(eventsOf("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"),
            "1:1: a document type declaration is not allowed");
  EXPECT_EQ(eventsOf("<a>&nbsp;</a>"), "1:4: not XML: undefined entity");
}

TEST(XmlSax, says_where_it_is_wrong) {
  EXPECT_EQ(eventsOf("<a>\n <李></b>\n</a>"), "2:7: not XML: mismatched tag");
  EXPECT_EQ(eventsOf("<a>").substr(0, 5), "1:4: ");
  EXPECT_EQ(eventsOf("").substr(0, 5), "1:1: ");
  EXPECT_EQ(eventsOf("<a>\xFF</a>"), "1:4: not UTF-8");
  EXPECT_EQ(eventsOf("<a x='1' x='2'/>"), "1:10: not XML: duplicate attribute");
  EXPECT_EQ(eventsOf("<a/><b/>").substr(0, 5), "1:5: ");
}

TEST(XmlSax, survives_depth) {
  std::string text;
  for (int i = 0; i < 400'000; ++i) text += "<a>";
  EXPECT_EQ(eventsOf(text), "1:193: nested deeper than the limit");
  for (int i = 0; i < 400'000; ++i) text += "</a>";
  EXPECT_TRUE(readXml(text, *std::make_unique<Recorder>(), {.depth = 500'000}).ok());
}

TEST(XmlSax, holds_its_limits) {
  EXPECT_EQ(eventsOf("<a><b/><b/></a>", {.depth = 2}), "<a@0><b@3></b@7><b@7></b@11></a@15>");
  EXPECT_EQ(eventsOf("<a x='1' y='2'/>", {.attributes = 1}), "1:1: more attributes of one element than the limit");
  EXPECT_EQ(eventsOf("<a><b/><b/></a>", {.elements = 2}), "1:8: more elements than the limit");
  EXPECT_EQ(eventsOf("<a>abcd</a>", {.text_bytes = 3}), "1:4: a text longer than the limit");
  EXPECT_EQ(eventsOf("<a>abc</a>", {.text_bytes = 3}), "<a@0>abc@3</a@10>");
  EXPECT_EQ(eventsOf("<a/>", {.bytes = 3}), "longer than the limit");
}

TEST(XmlSax, stops_when_the_handler_says_so) {
  Recorder recorder;
  recorder.stop = true;
  const Done done = readXml("<a>x<b/>y</a>", recorder);
  EXPECT_EQ(done.error().what, "stopped");
  EXPECT_EQ(recorder.events, "<a@0>x@3");
}

TEST(XmlSax, survives_mutations) {
  const std::string good =
      "<?xml version='1.0'?><s:E xmlns:s='urn:s'><a x='1'>李&amp;<![CDATA[<i>x</i>]]></a><b>&#65;</b></s:E>";
  std::mt19937_64 random(11);
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = good;
    const size_t at = random() % text.size();
    switch (random() % 3) {
      case 0: text[at] = static_cast<char>(random()); break;
      case 1: text.erase(at, 1 + random() % 5); break;
      default: text.resize(at); break;
    }
    const auto exact = std::make_unique<char[]>(text.size());
    std::copy(text.begin(), text.end(), exact.get());
    Recorder recorder;
    accepted += readXml({exact.get(), text.size()}, recorder).ok() ? 1 : 0;
  }
  EXPECT_GT(accepted, 0);
  EXPECT_LT(accepted, 20'000);
}

}  // namespace
}  // namespace fhir::base
