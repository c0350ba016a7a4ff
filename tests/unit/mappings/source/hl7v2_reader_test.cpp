#include "mappings/source/hl7v2_reader.h"

#include <gtest/gtest.h>

#include "mappings/source/encodings.h"
#include "tests/unit/mappings/source/walk.h"

namespace mappings::source {
namespace {

// A laboratory report as a hospital's system sends it.
constexpr const char* kReport =
    "MSH|^~\\&|LIS|青石县人民医院|MHUB|QSX|20250306113005||ORU^R01|LIS250306000912|P|2.4|||AL|NE|CHN|GB18030\r"
    "PID|1||8812345^^^HIS^PI~990121197608254024^^^^NNCHN||李秀英||19760825|F|||青石县城关镇||13900000001\r"
    "PV1|1|O|0301^^^内科门诊||||||||||||||||MZ20250306000871\r"
    "ORC|RE|SQ2503060031|BG2503060455||CM\r"
    "OBR|1|SQ2503060031|BG2503060455|XCG^血常规(五分类)^L|||20250306090512|||||||20250306092200|静脉血^全血|1027^周明"
    "||||||20250306112830|||F||||||||2066^陈立&&审核\r"
    "OBX|1|NM|WBC^白细胞计数^L||11.32|10^9/L|3.5--9.5|↑|||F|||20250306112500||2071\r"
    "OBX|4|ST|HBsAg^乙肝表面抗原^L||阴性(-)||阴性|N|||F\r"
    "NTE|1||鄂HR ★WBC ★HGB|\r";

ReadMessage report(const ReadOptions& options = format("hl7v2")) {
  return readOk(encode(kReport, "GB18030").value(), options);
}

TEST(Hl7v2Reader, finds_fields_by_position) {
  const ReadMessage message = report();
  ASSERT_EQ(message.parts.size(), 1u);
  EXPECT_EQ(message.encoding, "GB18030");
  EXPECT_EQ(message.replaced, 0u);
  const SourceTree& tree = message.parts[0].tree;
  EXPECT_EQ(at(tree, "MSH.1"), "|");
  EXPECT_EQ(at(tree, "MSH.2"), "^~\\&");
  EXPECT_EQ(at(tree, "MSH.4"), "青石县人民医院");
  EXPECT_EQ(at(tree, "MSH.9.1"), "ORU");
  EXPECT_EQ(at(tree, "MSH.9.2"), "R01");
  EXPECT_EQ(at(tree, "MSH.18"), "GB18030");
  EXPECT_EQ(at(tree, "PID.3.1"), "8812345|990121197608254024");
  EXPECT_EQ(at(tree, "PID.3.5"), "PI|NNCHN");
  EXPECT_EQ(at(tree, "PID.4"), "");
  EXPECT_EQ(at(tree, "OBX.3.2"), "白细胞计数|乙肝表面抗原");
  EXPECT_EQ(at(tree, "OBX.5"), "11.32|阴性(-)");
  EXPECT_EQ(at(tree, "NTE.3"), "鄂HR ★WBC ★HGB");
  EXPECT_EQ(at(tree, "ZZZ.1"), "");
}

TEST(Hl7v2Reader, finds_components_by_name) {
  const SourceTree tree = std::move(report().parts[0].tree);
  EXPECT_EQ(at(tree, "PID.3.type"), "PI|NNCHN");
  EXPECT_EQ(at(tree, "PID.3.authority"), "HIS");
  EXPECT_EQ(at(tree, "PV1.3.facility"), "内科门诊");
  EXPECT_EQ(at(tree, "OBR.4.identifier"), "XCG");
  EXPECT_EQ(at(tree, "OBR.4.text"), "血常规(五分类)");
  EXPECT_EQ(at(tree, "OBR.16.id"), "1027");
  EXPECT_EQ(at(tree, "OBR.16.family"), "周明");
  EXPECT_EQ(at(tree, "OBR.33.id"), "2066");
  EXPECT_EQ(at(tree, "OBR.33.family"), "陈立");
  EXPECT_EQ(at(tree, "OBR.33.2.1"), "陈立");
  EXPECT_EQ(at(tree, "OBR.33.2.3"), "审核");
  EXPECT_EQ(at(tree, "ORC.2.id"), "SQ2503060031");
}

TEST(Hl7v2Reader, a_field_without_components_is_its_own_first_component) {
  const SourceTree tree = std::move(report().parts[0].tree);
  EXPECT_EQ(at(tree, "PID.5"), "李秀英");
  EXPECT_EQ(at(tree, "PID.5.1"), "李秀英");
  EXPECT_EQ(at(tree, "PID.5.1.1"), "李秀英");
  EXPECT_EQ(at(tree, "PID.5.family"), "李秀英");
  EXPECT_EQ(at(tree, "PID.5.given"), "");
  EXPECT_EQ(at(tree, "PID.5.2"), "");
  EXPECT_EQ(at(tree, "PID.8.1"), "F");
  EXPECT_EQ(at(tree, "MSH.3.namespace"), "LIS");
}

TEST(Hl7v2Reader, a_field_with_components_has_the_text_of_the_first) {
  const SourceTree tree = std::move(report().parts[0].tree);
  EXPECT_EQ(at(tree, "PID.3"), "8812345|990121197608254024");
  EXPECT_EQ(at(tree, "OBR.15"), "静脉血");
  const SourceTree other = std::move(readOk("MSH|^~\\&|a\rPID|||^^^HIS|A&B^C\r", format("hl7v2")).parts[0].tree);
  EXPECT_EQ(at(other, "PID.3"), "-");
  EXPECT_EQ(at(other, "PID.4"), "A");
}

TEST(Hl7v2Reader, names_OBX_5_by_OBX_2) {
  const SourceTree tree = std::move(
      readOk("MSH|^~\\&|a\rOBX|1|CE|X||A^Text^L\rOBX|2|SN|X||<^5\rOBX|3|ST|X||A^B\r", format("hl7v2")).parts[0].tree);
  EXPECT_EQ(at(tree, "OBX.5.text"), "Text");
  EXPECT_EQ(at(tree, "OBX.5.comparator"), "<");
  EXPECT_EQ(at(tree, "OBX.5.2"), "Text|5|B");
}

TEST(Hl7v2Reader, decodes_before_it_splits) {
  // The second bytes of these characters are 0x7C, 0x5E, 0x5C and 0x7E: | ^ \ and ~ in ASCII.
  const std::string bytes =
      "MSH|^~\\&|LIS|\x81\x7C\x81\x5E||||||||||||||GBK\rPID|1||\x82\x7C^\x83\x5C^\x84\x7E||\x85\x5E\r";
  const ReadMessage message = readOk(bytes, format("hl7v2"));
  const SourceTree& tree = message.parts[0].tree;
  EXPECT_EQ(message.encoding, "GB18030");
  EXPECT_EQ(at(tree, "MSH.4"), decode("\x81\x7C\x81\x5E", "GBK")->text);
  EXPECT_EQ(at(tree, "MSH.18"), "GBK");
  EXPECT_EQ(at(tree, "PID.3.1"), decode("\x82\x7C", "GBK")->text);
  EXPECT_EQ(at(tree, "PID.3.2"), decode("\x83\x5C", "GBK")->text);
  EXPECT_EQ(at(tree, "PID.3.3"), decode("\x84\x7E", "GBK")->text);
  EXPECT_EQ(at(tree, "PID.5"), decode("\x85\x5E", "GBK")->text);
}

TEST(Hl7v2Reader, takes_the_encoding_from_MSH_18_then_the_source_then_the_bytes) {
  const auto encodingOf = [](const std::string& msh18, const std::string& name, const std::string& of_source) {
    ReadOptions options = format("hl7v2");
    options.encoding = of_source;
    const std::string bytes = "MSH|^~\\&|" + name + "|||||||||||||||" + msh18 + "\r";
    const auto message = readMessage(bytes, options);
    return message.ok() ? message->encoding + " " + at(message->parts[0].tree, "MSH.3") : message.error().text();
  };
  const std::string gbk = "\xC0\xEE";
  EXPECT_EQ(encodingOf("GBK", gbk, ""), "GB18030 李");
  EXPECT_EQ(encodingOf("GBK", gbk, "UTF-8"), "GB18030 李");
  EXPECT_EQ(encodingOf("UNICODE UTF-8", "李", "GBK"), "UTF-8 李");
  EXPECT_EQ(encodingOf("", gbk, "GBK"), "GB18030 李");
  EXPECT_EQ(encodingOf("", gbk, ""), "GB18030 李");
  EXPECT_EQ(encodingOf("", "李", ""), "UTF-8 李");
  EXPECT_EQ(encodingOf("ASCII", gbk, ""), "GB18030 李");
  EXPECT_EQ(encodingOf("EBCDIC-X", gbk, "GBK"), "GB18030 李");
  EXPECT_EQ(encodingOf("UTF-8", gbk, "GBK"), "byte 9: not UTF-8");
  EXPECT_EQ(encodingOf("", "x", "Big5"), "unknown character encoding");
}

TEST(Hl7v2Reader, unescapes_after_splitting) {
  const auto text = [](const std::string& field) {
    return at(readOk("MSH|^~\\&|a\rOBX|1|FT|x||" + field + "\r", format("hl7v2")).parts[0].tree, "OBX.5");
  };
  EXPECT_EQ(text("a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f"), "a|b^c&d~e\\f");
  EXPECT_EQ(text("line 1\\.br\\line 2"), "line 1\nline 2");
  EXPECT_EQ(text("a\\.sp2\\b\\.in+4\\c"), "a\n\nbc");
  EXPECT_EQ(text("\\H\\bold\\N\\"), "bold");
  EXPECT_EQ(text("\\X0D0A\\x"), "\r\nx");
  EXPECT_EQ(text("\\XE69D8E\\"), "李");
  EXPECT_EQ(text("\\Z12\\ \\Xzz\\ 5\\6"), "\\Z12\\ \\Xzz\\ 5\\6");
  EXPECT_EQ(text("D:\\data\\F\\x"), "D:\\data|x");
  EXPECT_EQ(text("\\"), "\\");
  EXPECT_EQ(text("\\\\"), "\\\\");
}

TEST(Hl7v2Reader, keeps_the_explicit_null) {
  const SourceTree tree = std::move(readOk("MSH|^~\\&|a\rPID|1||\"\"|x|\"\"^b\r", format("hl7v2")).parts[0].tree);
  EXPECT_EQ(at(tree, "PID.3"), "\"\"");
  EXPECT_EQ(at(tree, "PID.5.1"), "\"\"");
}

TEST(Hl7v2Reader, takes_any_line_end_and_any_delimiters) {
  for (const std::string end : {"\r", "\n", "\r\n"}) {
    const std::string bytes = "MSH|^~\\&|a" + end + "PID|1" + end + end + "PV1|2" + end;
    EXPECT_EQ(at(readOk(bytes, format("hl7v2")).parts[0].tree, "PV1.1"), "2");
  }
  EXPECT_EQ(at(readOk("MSH|^~\\&|a\rPID|1", format("hl7v2")).parts[0].tree, "PID.1"), "1");
  EXPECT_EQ(at(readOk("\x0BMSH|^~\\&|a\rPID|1\x1C\r", format("hl7v2")).parts[0].tree, "MSH.3"), "a");
  const SourceTree tree = std::move(readOk("MSH#*@!%#a\rPID#1##1*2%3@4\r", format("hl7v2")).parts[0].tree);
  EXPECT_EQ(at(tree, "PID.3"), "1|4");
  EXPECT_EQ(at(tree, "PID.3.2.2"), "3");
  // Delimiters that MSH-2 does not name are ordinary characters.
  const SourceTree few = std::move(readOk("MSH|^|a\rPID|1||a~b&c^d\\F\\\r", format("hl7v2")).parts[0].tree);
  EXPECT_EQ(at(few, "PID.3.1"), "a~b&c");
  EXPECT_EQ(at(few, "PID.3.2"), "d\\F\\");
  EXPECT_EQ(at(readOk("MSH|", format("hl7v2")).parts[0].tree, "MSH.1"), "|");
}

TEST(Hl7v2Reader, a_line_that_is_no_segment_continues_the_one_before) {
  const SourceTree tree =
      std::move(readOk("MSH|^~\\&|a\rOBX|1|TX|x||first\nsecond line\rOBX|2\r", format("hl7v2")).parts[0].tree);
  EXPECT_EQ(at(tree, "OBX.5"), "first\nsecond line");
  EXPECT_EQ(at(tree, "OBX.1"), "1|2");
}

TEST(Hl7v2Reader, makes_one_part_of_each_message_of_a_batch) {
  const std::string bytes = "FHS|^~\\&|x\rBHS|^~\\&|x\rMSH|^~\\&|a\rPID|1\rMSH|^~\\&|b\rPID|2\rPID|3\rBTS|2\rFTS|1\r";
  const ReadMessage message = readOk(bytes, format("hl7v2"));
  ASSERT_EQ(message.parts.size(), 2u);
  EXPECT_EQ(message.parts[1].number, 2u);
  EXPECT_EQ(at(message.parts[0].tree, "MSH.3"), "a");
  EXPECT_EQ(at(message.parts[0].tree, "PID.1"), "1");
  EXPECT_EQ(at(message.parts[1].tree, "PID.1"), "2|3");
  EXPECT_EQ(at(message.parts[1].tree, "BTS.1"), "");
  EXPECT_EQ(bytes.substr(message.parts[1].offset, message.parts[1].length), "MSH|^~\\&|b\rPID|2\rPID|3");
  EXPECT_EQ(readOk("MSH|^~\\&|a\rMSH|^~\\&|b\r", format("hl7v2")).parts.size(), 2u);
}

TEST(Hl7v2Reader, does_not_guess_at_bytes_in_an_encoding_that_nobody_knows) {
  const std::string head = "MSH|^~\\&|LIS||||20250306||ORU^R01|1|P|2.4||||||BIG5-2003\rPID|1||7||";
  EXPECT_EQ(errorOf(head + "\xA7\xF5\r", format("hl7v2")), "unknown character encoding");
  EXPECT_EQ(readOk(head + "Li\r", format("hl7v2")).parts.size(), 1u);  // ASCII is the same in all of them
  ReadOptions told = format("hl7v2");
  told.encoding = "GB18030";  // the site knows better than the message
  EXPECT_EQ(at(readOk(head + "\xC0\xEE\r", told).parts[0].tree, "PID.5"), "李");
}

TEST(Hl7v2Reader, refuses_what_is_not_HL7_v2) {
  EXPECT_EQ(errorOf("", format("hl7v2")), "byte 0: the message does not begin with MSH");
  EXPECT_EQ(errorOf("PID|1\rMSH|^~\\&|\r", format("hl7v2")), "byte 0: the message does not begin with MSH");
  EXPECT_EQ(errorOf("<xml/>", format("hl7v2")), "byte 0: the message does not begin with MSH");
  EXPECT_EQ(errorOf("MSH", format("hl7v2")), "line 1: MSH without a field separator");
  EXPECT_EQ(errorOf("MSHA^~", format("hl7v2")), "line 1: MSH without a field separator");
  EXPECT_EQ(errorOf("BHS|^~\\&\rPID|1\r", format("hl7v2")), "line 2: a segment outside of a message");
  EXPECT_EQ(errorOf("BHS|^~\\&\rBTS|0\r", format("hl7v2")), "a batch without a message");
  const auto too_many = readMessage("MSH|^~\\&|" + std::string(2000, '|') + "x\r", format("hl7v2"));
  EXPECT_EQ(too_many.error().why, fhir::base::Why::TooCostly);
  ReadOptions few = format("hl7v2");
  few.max_records = 10;
  EXPECT_EQ(readMessage("MSH|^~\\&|1|2|3|4|5|6|7|8|9|10\r", few).error().why, fhir::base::Why::TooCostly);
}

TEST(Hl7v2Reader, every_leaf_knows_its_raw_place) {
  const std::string bytes = encode(kReport, "GB18030").value();
  const ReadMessage message = readOk(bytes, format("hl7v2"));
  int checked = 0;
  for (const SourceTree::Record& record : message.parts[0].tree.records()) {
    if (record.text.empty()) continue;
    EXPECT_EQ(decode(std::string_view(bytes).substr(record.offset, record.length), "GB18030")->text, record.text);
    ++checked;
  }
  EXPECT_GT(checked, 70);
}

TEST(Hl7v2Reader, tells_places_as_people_do) {
  const SourceTree tree = std::move(report().parts[0].tree);
  const auto place = [&](std::string_view path, size_t which) { return tree.placeOf(nodesOf(tree, path).at(which)); };
  EXPECT_EQ(place("OBX.5", 1), "OBX[2].5");
  EXPECT_EQ(place("PID.3.1", 1), "PID.3[2].1");
  EXPECT_EQ(place("PID.5", 0), "PID.5");
  EXPECT_EQ(tree.placeOf(tree.root()), "");
}

}  // namespace
}  // namespace mappings::source
