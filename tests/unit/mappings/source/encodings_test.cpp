#include "mappings/source/encodings.h"

#include <gtest/gtest.h>

#include "fhir/base/text.h"

namespace mappings::source {
namespace {

Decoded decodeOk(std::string_view bytes, std::string_view encoding) {
  auto decoded = decode(bytes, encoding);
  EXPECT_TRUE(decoded.ok());
  return decoded.ok() ? std::move(*decoded) : Decoded{};
}

TEST(Encodings, knows_the_names_that_senders_use) {
  for (const char* name :
       {"GB18030", "gb18030-2000", "GB 18030-2000", "GBK", "gbk", "GB2312", "cp936", "windows-936"})
    EXPECT_EQ(canonicalEncoding(name), "GB18030") << name;
  for (const char* name : {"UTF-8", "utf8", "UNICODE UTF-8", "Unicode"}) EXPECT_EQ(canonicalEncoding(name), "UTF-8");
  EXPECT_EQ(canonicalEncoding("8859/1"), "ISO-8859-1");
  EXPECT_EQ(canonicalEncoding("Big5"), "");
  EXPECT_EQ(decode("a", "Big5").error().why, fhir::base::Why::Unsupported);
  EXPECT_EQ(encode("a", "Big5").error().why, fhir::base::Why::Unsupported);
}

TEST(Encodings, decodes_GB18030_with_its_four_byte_characters) {
  EXPECT_EQ(decodeOk(encode("㛃𠮷", "GB18030").value(), "GB18030").text, "㛃𠮷");
  EXPECT_EQ(encode("㛃𠮷", "GB18030").value().size(), 8u);
  const Decoded decoded = decodeOk("A\xC0\xEE\xD0\xE3\xD3\xA2\xFE\x9F|", "GBK");
  EXPECT_EQ(decoded.text, "A李秀英䶮|");
  EXPECT_EQ(decoded.encoding, "GB18030");
  EXPECT_EQ(decoded.replaced, 0u);
}

TEST(Encodings, round_trips_every_character_that_GB18030_can_write) {
  std::string all;
  for (char32_t c = 0x80; c < 0x11000; ++c)
    if ((c < 0xD800 || c > 0xDFFF) && !(c >= 0xE000 && c < 0xF900) && c < 0xFFFD) fhir::base::appendUtf8(all, c);
  for (char32_t c = 0x20000; c < 0x2A6E0; ++c) fhir::base::appendUtf8(all, c);
  const std::string bytes = encode(all, "GB18030").value();
  const Decoded decoded = decodeOk(bytes, "GB18030");
  EXPECT_EQ(decoded.replaced, 0u);
  EXPECT_TRUE(decoded.text == all);
}

TEST(Encodings, private_characters_of_vendors_become_Unicode) {
  EXPECT_EQ(decodeOk("\xFE\x51", "GBK").text, "𠂇");  // provisional in the 2005 edition
  EXPECT_EQ(decodeOk("\xFE\x59", "GB18030").text, "龴");
  EXPECT_EQ(decodeOk("\xA6\xD9", "GB18030").text, "︐");
  EXPECT_EQ(decodeOk("\xEE\xA1\xA3", "UTF-8").text, "䶮");  // U+E863, what old GBK tables made of it
  const Decoded name = decodeOk("王\xEE\xA0\x96x", "");     // U+E816, three bytes that become four
  EXPECT_EQ(name.text, "王𠂇x");
  EXPECT_EQ(name.rawOffset(7), 6u);
  EXPECT_EQ(decodeOk("\xEE\x80\x80", "UTF-8").text, "\xEE\x80\x80");  // U+E000 stands for nothing known
}

TEST(Encodings, sniffs_mark_then_UTF8_then_GB18030) {
  EXPECT_EQ(decodeOk("\xEF\xBB\xBF李", "").text, "李");
  EXPECT_EQ(decodeOk("\xEF\xBB\xBF李", "GBK").text, "李");
  EXPECT_EQ(decodeOk("李", "").encoding, "UTF-8");
  EXPECT_EQ(decodeOk("\xC0\xEE", "").text, "李");
  EXPECT_EQ(decodeOk("\xC0\xEE", "").encoding, "GB18030");
  EXPECT_EQ(decodeOk(std::string_view("\xFF\xFE\x4E\x67\x61\x00", 6), "").text, "李a");
  EXPECT_EQ(decodeOk(std::string_view("\xFE\xFF\x67\x4E\xD8\x42\xDF\xB7", 8), "").text, "李𠮷");
  EXPECT_EQ(decodeOk("", "").text, "");
}

TEST(Encodings, invalid_UTF8_is_refused_only_when_it_was_declared) {
  EXPECT_EQ(decode("ab\xC0\xEE", "UTF-8").error().text(), "byte 2: not UTF-8");
  EXPECT_EQ(decode("\xEF\xBB\xBF"
                   "a\xFF",
                   "")
                .error()
                .text(),
            "byte 4: not UTF-8");
}

TEST(Encodings, replaces_what_is_no_character_and_keeps_the_delimiter_behind_it) {
  const Decoded cut = decodeOk("\xC0\xEE\xD0,x", "GBK");  // the second character lost its second byte
  EXPECT_EQ(cut.text, "李\xEF\xBF\xBD,x");
  EXPECT_EQ(cut.replaced, 1u);
  EXPECT_EQ(decodeOk("\xD0", "GBK").text, "\xEF\xBF\xBD");
  EXPECT_EQ(decodeOk("a\xFF"
                     "b",
                     "GBK")
                .replaced,
            1u);
  EXPECT_EQ(decodeOk(std::string_view("\xFE\xFF\xD8\x42", 4), "").replaced, 1u);
  EXPECT_EQ(decodeOk("caf\xE9", "ISO-8859-1").text, "café");
  EXPECT_EQ(decodeOk("caf\xE9", "ASCII").replaced, 1u);
}

TEST(Encodings, raw_offsets_are_exact_for_every_character) {
  const std::string text = "a李秀b㛃𠮷𠮷c,李,\n王建国|é€x";
  for (const char* encoding : {"GB18030", "UTF-16", "UTF-8"}) {
    const bool utf16 = std::string_view(encoding) == "UTF-16";
    const std::string bytes = (utf16 ? "\xFE\xFF" : "") + encode(text, encoding).value();
    const Decoded decoded = decodeOk(bytes, encoding);
    ASSERT_EQ(decoded.text, text);
    for (size_t at = 0; at < text.size();) {
      const std::string before = encode(std::string_view(text).substr(0, at), encoding).value();
      EXPECT_EQ(decoded.rawOffset(at), before.size() + (utf16 ? 2 : 0)) << encoding << " " << at;
      at += fhir::base::codePointAt(text, at).length;
    }
    EXPECT_EQ(decoded.rawOffset(text.size()), bytes.size());
  }
  EXPECT_EQ(decodeOk("\xEF\xBB\xBF李x", "").rawOffset(3), 6u);
  EXPECT_TRUE(decodeOk("plain ascii", "GB18030").marks.empty());
}

TEST(Encodings, encodes_replies) {
  EXPECT_EQ(encode("成功", "GBK").value(), "\xB3\xC9\xB9\xA6");
  EXPECT_EQ(encode("㛃a", "GBK").value(), "?a");
  EXPECT_EQ(encode("李", "UTF-8").value(), "李");
  EXPECT_EQ(encode("é李", "ISO-8859-1").value(), "\xE9?");
}

TEST(Encodings, survive_any_bytes) {
  std::string bytes;
  uint32_t state = 1;
  for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  for (const char* encoding : {"GB18030", "UTF-16LE", "ISO-8859-1", "ASCII"}) {
    const Decoded decoded = decodeOk(bytes, encoding);
    EXPECT_TRUE(fhir::base::isUtf8(decoded.text)) << encoding;
    EXPECT_EQ(decoded.rawOffset(decoded.text.size()), bytes.size()) << encoding;
  }
}

}  // namespace
}  // namespace mappings::source
