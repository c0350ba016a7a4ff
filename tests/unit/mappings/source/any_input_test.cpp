// Every reader survives any input: truncations, byte flips and splices of good messages. Sanitizers see any step
// outside.

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "mappings/source/encodings.h"
#include "tests/unit/mappings/source/walk.h"

namespace mappings::source {
namespace {

struct Sample {
  std::string bytes;
  ReadOptions options;
};

std::vector<Sample> samples() {
  std::vector<Sample> out;
  ReadOptions hl7 = format("hl7v2");
  hl7.unwrap = {{UnwrapStep::Kind::Json, "OBX.5"}, {UnwrapStep::Kind::Base64, "NTE.3"}};
  const std::string message =
      "FHS|^~\\&|x\rMSH|^~\\&|LIS|青石县^x&y|||||ORU^R01|9|P|2.4||||||GB18030\rPID|1||1^^^H^PI~2^^^&b&^NN||李𠮷\\F\\|"
      "|\"\"\r"
      "OBX|1|CE|W^白^L||{\"a\":[1]}|u\nmore\rNTE|1||QUJD\\X41\\\rMSH|^~\\&|b\rPID|2\rFTS|1\r";
  out.push_back({encode(message, "GB18030").value(), hl7});
  out.push_back({message, hl7});

  ReadOptions xml = format("xml");
  xml.unwrap = {{UnwrapStep::Kind::Xml, "E.B.x"}, {UnwrapStep::Kind::Json, "E.B.x.R.j"}};
  xml.split = "E.B.x.R.r";
  const std::string soap =
      "<?xml version='1.0' encoding='GBK'?><s:E xmlns:s='u'><B a='1'>t<x><![CDATA[<?xml "
      "version='1.0'?><R><j>{\"k\":[1,"
      "\"李\"]}</j><r>1</r><r>2</r></R>]]></x>&amp;</B></s:E>";
  out.push_back({soap, xml});
  out.push_back({encode(soap, "GBK").value(), xml});

  ReadOptions json = format("json");
  json.split = "d.rows";
  json.unwrap = {{UnwrapStep::Kind::Xml, "d.rows.x"}, {UnwrapStep::Kind::Form, "f"}};
  out.push_back(
      {R"({"f":"a=%41&b","d":{"n":null,"rows":[{"i":1.5,"x":"<A b=\"1\">李</A>"},{"i":"\ud83d\ude00","e":[[1],[2]]}]}})",
       json});
  out.push_back({R"([{"a":1},[2],"x"])", format("json")});
  out.push_back({encode("序号,姓名,\"a\"\r\n1,\"李,\"\"x\"\"\n\",2\r\n\r\n2,x\r\n3,𠮷,\"y\"", "GB18030").value(),
                 format("delimited")});
  ReadOptions form = format("form");
  form.unwrap = {{UnwrapStep::Kind::Json, "p"}, {UnwrapStep::Kind::Json, "p.c"}};
  out.push_back({R"(a=%C0%EE&sign=6f&p={"c":"{\"x\":[1,2]}"}&b=+)", form});
  return out;
}

// Walks a tree as an evaluator would, and checks what every tree promises.
void walk(const SourceTree& tree, size_t bytes) {
  const fhir::path::Navigator& navigator = SourceTree::navigator();
  size_t seen = 0;
  std::vector<fhir::path::Node> open = {tree.root()};
  while (!open.empty()) {
    const fhir::path::Node node = open.back();
    open.pop_back();
    ++seen;
    Collector children;
    navigator.all(node, children);
    for (const fhir::path::Node child : children.nodes) {
      EXPECT_EQ(navigator.parent(child), node);
      open.push_back(child);
    }
    navigator.numbered(node, 1, children);
    navigator.named(node, fhir::base::Name("id"), children);
    EXPECT_TRUE(fhir::base::isUtf8(navigator.scalar(node).text()));
    const fhir::path::Place place = navigator.place(node);
    EXPECT_LE(place.offset + place.length, bytes);
    if (seen % 7 == 0) tree.placeOf(node);
  }
  EXPECT_EQ(seen, tree.records().size());
}

TEST(AnyInput, survives_what_mutations_make_of_good_messages) {
  std::mt19937_64 random(42);
  int good = 0;
  int bad = 0;
  for (const Sample& sample : samples()) {
    ASSERT_TRUE(readMessage(sample.bytes, sample.options).ok());
    for (int i = 0; i < 1500; ++i) {
      std::string bytes = sample.bytes;
      for (uint64_t k = 0; k <= random() % 3; ++k) {
        const size_t at = random() % bytes.size();
        switch (random() % 5) {
          case 0: bytes[at] = static_cast<char>(random()); break;
          case 1: bytes[at] = "|^~\\&\r\n\"<>{}[],=%"[random() % 17]; break;
          case 2: bytes.erase(at, 1 + random() % 9); break;
          case 3: bytes.insert(at, bytes.substr(random() % bytes.size(), 1 + random() % 20)); break;
          default: bytes.resize(at); break;
        }
        if (bytes.empty()) bytes = "M";
      }
      const auto exact = std::make_unique<char[]>(bytes.size());
      std::copy(bytes.begin(), bytes.end(), exact.get());
      const auto message = readMessage({exact.get(), bytes.size()}, sample.options);
      if (!message.ok()) {
        ++bad;
        continue;
      }
      ++good;
      ASSERT_FALSE(message->parts.empty());
      for (const Part& part : message->parts) walk(part.tree, bytes.size());
    }
  }
  EXPECT_GT(good, 1000);
  EXPECT_GT(bad, 1000);
}

TEST(AnyInput, survives_every_truncation) {
  for (const Sample& sample : samples()) {
    for (size_t length = 0; length < sample.bytes.size(); ++length) {
      const auto exact = std::make_unique<char[]>(length);
      std::copy_n(sample.bytes.begin(), length, exact.get());
      const auto message = readMessage({exact.get(), length}, sample.options);
      if (!message.ok()) continue;
      for (const Part& part : message->parts) walk(part.tree, length);
    }
  }
}

TEST(AnyInput, survives_noise_in_every_format) {
  std::mt19937_64 random(1);
  for (const char* name : {"hl7v2", "xml", "json", "delimited", "form"}) {
    for (int i = 0; i < 300; ++i) {
      std::string bytes = std::string_view(name) == "hl7v2" ? "MSH|^~\\&|" : "";
      for (uint64_t k = 0; k < random() % 300; ++k) bytes += static_cast<char>(random());
      const auto message = readMessage(bytes, format(name));
      if (!message.ok()) continue;
      for (const Part& part : message->parts) walk(part.tree, bytes.size());
    }
  }
}

}  // namespace
}  // namespace mappings::source
