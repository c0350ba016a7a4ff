#include "fhir/base/strict_yaml.h"

#include <gtest/gtest.h>

namespace fhir::base {
namespace {

YamlNode read(std::string_view text) {
  auto node = readYaml(text, "f.yaml");
  EXPECT_TRUE(node.ok()) << (node.ok() ? "" : node.error().text());
  return node.ok() ? std::move(*node) : YamlNode{};
}

std::string errorOf(std::string_view text) {
  const auto node = readYaml(text, "f.yaml");
  return node.ok() ? "no error" : node.error().text();
}

TEST(StrictYaml, reads_maps_sequences_and_text_with_places) {
  const YamlNode root = read("a: 1\nb:\n- x: 李\n  y: 2\n-\nc: 'q'\n");
  ASSERT_EQ(root.kind, YamlNode::Kind::Map);
  ASSERT_EQ(root.members.size(), 3u);
  EXPECT_EQ(root.find("a")->text, "1");
  EXPECT_FALSE(root.find("a")->quoted);
  EXPECT_TRUE(root.find("c")->quoted);
  EXPECT_EQ(root.find("d"), nullptr);
  const YamlNode& list = *root.find("b");
  ASSERT_EQ(list.items.size(), 2u);
  EXPECT_EQ(list.items[0].find("x")->text, "李");
  EXPECT_EQ(list.items[1].kind, YamlNode::Kind::Null);
  EXPECT_EQ(list.items[0].find("y")->line, 4u);
  EXPECT_EQ(list.items[0].find("y")->column, 6u);
  EXPECT_EQ(list.items[0].members[0].key.column, 3u);
}

TEST(StrictYaml, counts_columns_in_characters) {
  const YamlNode root = read("{李秀英: x, 王: y}");
  EXPECT_EQ(root.find("王")->column, 13u);
}

TEST(StrictYaml, leaves_typing_to_the_reader) {
  const YamlNode root = read("a: no\nb: 010\nc: 2025-03-06\nd: ~\ne: null\nf: 'null'\ng: |\n  l1\n  l2\nnull: x\n");
  EXPECT_EQ(root.find("a")->text, "no");
  EXPECT_EQ(root.find("b")->text, "010");
  EXPECT_EQ(root.find("c")->text, "2025-03-06");
  EXPECT_EQ(root.find("d")->kind, YamlNode::Kind::Null);
  EXPECT_EQ(root.find("e")->kind, YamlNode::Kind::Null);
  EXPECT_EQ(root.find("f")->kind, YamlNode::Kind::Scalar);
  EXPECT_EQ(root.find("g")->text, "l1\nl2\n");
  EXPECT_TRUE(root.find("g")->quoted);
  EXPECT_EQ(root.find("null")->text, "x");
}

TEST(StrictYaml, reads_the_shapes_of_a_mapping) {
  const YamlNode root = read(
      "accept: = MSH.9.1 = 'ORU' and MSH.9.2 = 'R01'\n"
      "let:\n  mrn: = PID.3.where(type = 'MR').first()\n"
      "category:\n- = coding('v2-0074', 'LAB')\n"
      "ignore:\n  MSH.*: transport header, kept\n"
      "zone: \"+08:00\"\npatch: {obs.code: x, report.category: null}\n"
      "$case:\n  CE|CWE:\n    a: = %x.5.join('\\n')\n");
  EXPECT_EQ(root.find("accept")->text, "= MSH.9.1 = 'ORU' and MSH.9.2 = 'R01'");
  EXPECT_EQ(root.find("category")->items[0].text, "= coding('v2-0074', 'LAB')");
  EXPECT_EQ(root.find("$case")->find("CE|CWE")->find("a")->text, "= %x.5.join('\\n')");
}

TEST(StrictYaml, refuses_what_surprises) {
  EXPECT_EQ(errorOf("a: 1\nb: 2\na: 3\n"), "f.yaml:3:1: the key \"a\" stands on line 1 already");
  EXPECT_EQ(errorOf("x:\n- a: &n 1\n"), "f.yaml:2:6: anchors are not allowed");
  EXPECT_EQ(errorOf("a: *b\n").substr(0, 12), "f.yaml:1:4: ");
  EXPECT_EQ(errorOf("a: !!str 1\n"), "f.yaml:1:4: tags are not allowed");
  EXPECT_EQ(errorOf("a: ! x\n"), "f.yaml:1:4: tags are not allowed");
  EXPECT_EQ(errorOf("a: !t [1]\n"), "f.yaml:1:4: tags are not allowed");
  EXPECT_EQ(errorOf("<<: {a: 1}\n"), "f.yaml:1:1: merge keys are not allowed");
  EXPECT_EQ(errorOf("a: 1\nb:\t2\n"), "f.yaml:2:3: a tab: use spaces, or \\t inside double quotes");
  EXPECT_EQ(errorOf("a: 1\n---\nb: 1\n"), "f.yaml:2:1: a second document in one file is not allowed");
  EXPECT_EQ(errorOf("%YAML 1.2\n---\na: 1\n"), "f.yaml:1:1: YAML directives are not allowed");
  EXPECT_EQ(errorOf("a: [= x.y, b]\n"),
            "f.yaml:1:5: an expression cannot stand inside [ ] or { }: write the list or map over several lines");
  EXPECT_EQ(errorOf("? [a]\n: b\n"), "f.yaml:1:3: a key must be a single text");
  EXPECT_EQ(errorOf("a: \xFF\n"), "f.yaml: not UTF-8");
  EXPECT_EQ(errorOf("a: [1\n").substr(0, 9), "f.yaml:2:");
  EXPECT_EQ(errorOf("a: b: c\n").substr(0, 9), "f.yaml:1:");
}

TEST(StrictYaml, finds_repeats_in_large_maps) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "k" + std::to_string(i) + ": v\n";
  EXPECT_EQ(read(text).members.size(), 1000u);
  EXPECT_EQ(errorOf(text + "k3: v\n"), "f.yaml:1001:1: the key \"k3\" stands on line 4 already");
  EXPECT_EQ(errorOf(text + "k999: v\n"), "f.yaml:1001:1: the key \"k999\" stands on line 1000 already");
}

TEST(StrictYaml, survives_depth) {
  EXPECT_EQ(errorOf(std::string(100, '[') + std::string(100, ']')), "f.yaml:1:65: nested deeper than 64 levels");
  EXPECT_NE(errorOf(std::string(100'000, '[')), "no error");
  EXPECT_NE(errorOf(std::string(100'000, '{')), "no error");
  std::string text;
  for (int i = 0; i < 200; ++i) text += "- ";
  EXPECT_EQ(errorOf(text + "x\n"), "f.yaml:1:129: nested deeper than 64 levels");
}

TEST(StrictYaml, an_empty_file_is_null) {
  EXPECT_EQ(read("").kind, YamlNode::Kind::Null);
  EXPECT_EQ(read("# only a comment\n").kind, YamlNode::Kind::Null);
  EXPECT_EQ(readYamlFile("/nonexistent/x.yaml").error().why, Why::NotFound);
}

}  // namespace
}  // namespace fhir::base
