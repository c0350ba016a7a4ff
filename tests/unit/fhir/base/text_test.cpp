#include "fhir/base/text.h"

#include <gtest/gtest.h>

namespace fhir::base {
namespace {

TEST(Text, trims_splits_and_lowers) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), std::vector<std::string_view>{""});
  EXPECT_EQ(split(",", ','), (std::vector<std::string_view>{"", ""}));
  EXPECT_EQ(lowerAscii("ABÇÄz"), "abÇÄz");
  EXPECT_TRUE(equalIgnoringCase("GB18030", "gb18030"));
  EXPECT_FALSE(equalIgnoringCase("a", "ab"));
}

TEST(Text, percent_codes_go_both_ways) {
  EXPECT_EQ(percentDecode("a%20b+c").value(), "a b+c");
  EXPECT_EQ(percentDecode("a%20b+c%2B", Plus::Space).value(), "a b c+");
  EXPECT_EQ(percentDecode("%e6%9D%8e").value(), "李");
  EXPECT_EQ(percentDecode("%C0%EE").value(), "\xC0\xEE");
  for (const char* text : {"%", "%2", "%2g", "abc%zz", "%%20"}) EXPECT_FALSE(percentDecode(text).ok()) << text;
  EXPECT_EQ(percentEncode("a b/李~"), "a%20b%2F%E6%9D%8E~");
}

TEST(Text, base64_gives_the_values_of_RFC_4648) {
  const char* pairs[][2] = {{"", ""},
                            {"f", "Zg=="},
                            {"fo", "Zm8="},
                            {"foo", "Zm9v"},
                            {"foob", "Zm9vYg=="},
                            {"fooba", "Zm9vYmE="},
                            {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : pairs) {
    EXPECT_EQ(base64Encode(plain), coded);
    EXPECT_EQ(base64Decode(coded).value(), plain);
  }
  EXPECT_EQ(base64Decode("Zm9v\r\nYmFy").value(), "foobar");
  EXPECT_EQ(base64Decode("_-8").value(), "\xFF\xEF");
  for (const char* text : {"Zg==x", "Z", "Zm9vY", "Zm9*", "===", "Zg==="})
    EXPECT_FALSE(base64Decode(text).ok()) << text;
}

TEST(Text, reads_code_points_and_never_past_the_end) {
  EXPECT_EQ(codePointAt("a", 0).value, U'a');
  EXPECT_EQ(codePointAt("李", 0).value, U'李');
  EXPECT_EQ(codePointAt("𠮷", 0).value, U'𠮷');
  EXPECT_EQ(codePointAt("𠮷", 0).length, 4u);
  for (const char* bad : {"\x80", "\xC0\x80", "\xC3", "\xE6\x9D", "\xED\xA0\x80", "\xE0\x80\x80", "\xF0\x80\x80\x80",
                          "\xF4\x90\x80\x80", "\xFF", "\xC3\x41"}) {
    EXPECT_EQ(codePointAt(bad, 0).value, 0xFFFDu);
    EXPECT_EQ(codePointAt(bad, 0).length, 1u);
    EXPECT_EQ(firstInvalidUtf8(std::string("李") + bad), 3u);
  }
  EXPECT_EQ(firstInvalidUtf8("李\xEF\xBF\xBD"), 6u);
  std::string all;
  for (char32_t c : {U'a', U'é', U'李', U'𠮷', char32_t{0xD800}}) appendUtf8(all, c);
  EXPECT_EQ(all, "aé李𠮷\xEF\xBF\xBD");
  EXPECT_EQ(countCodePoints(all), 5u);
}

TEST(Text, full_width_becomes_half_width) {
  EXPECT_EQ(halfWidth("ＡＢ１２　ｘ～李、"), "AB12 x~李、");
  EXPECT_EQ(halfWidth("9901２1\xEF"), "990121\xEF");
}

TEST(Text, search_form_folds_case_width_accents_and_blanks) {
  EXPECT_EQ(searchForm("  José  GARCÍA\t"), "jose garcia");
  EXPECT_EQ(searchForm("ＬＩ　李 秀英"), "li 李 秀英");
  EXPECT_EQ(searchForm("Straße"), "strasse");
  EXPECT_EQ(searchForm("ﬁ"), "fi");
  EXPECT_EQ(searchForm("Ångström"), searchForm("ångstro\u0308m"));
  EXPECT_EQ(searchForm("が"), "が");
  EXPECT_EQ(searchForm("𠮷Ａ"), "𠮷a");
  EXPECT_EQ(searchForm("a\u00A0b"), "a b");
  EXPECT_EQ(searchForm(" \n"), "");
  EXPECT_EQ(searchForm("李\xFF"), "李\xEF\xBF\xBD");
  std::string longer;
  for (int i = 0; i < 1000; ++i) longer += "ﷺ";  // one character that becomes eighteen
  EXPECT_GT(searchForm(longer).size(), 18'000u);
}

TEST(Text, case_is_that_of_Unicode_whatever_the_locale_of_the_process) {
  EXPECT_EQ(upperCase("stra\u00dfe li"), "STRASSE LI");
  EXPECT_EQ(upperCase("\u00e9\u0131i"), "\u00c9II");
  EXPECT_EQ(lowerCase("\u039f\u0394\u039f\u03a3 \u00c9A"), "\u03bf\u03b4\u03bf\u03c2 \u00e9a");
  EXPECT_EQ(lowerCase("\u738bABC\U0001f525"), "\u738babc\U0001f525");
  EXPECT_EQ(upperCase(""), "");
  EXPECT_EQ(upperCase(std::string(2000, 'a') + "\u0149"), std::string(2000, 'A') + "\u02bcN");
}

}  // namespace
}  // namespace fhir::base
