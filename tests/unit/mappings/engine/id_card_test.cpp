#include "mappings/engine/id_card.h"

#include <gtest/gtest.h>

#include "mappings/engine/plain_text.h"

namespace mappings::engine {
namespace {

using Kind = IdCard::Kind;

TEST(IdCard, accepts_a_number_with_the_right_check_digit) {
  const IdCard card = readIdCard("990121197608254024");
  EXPECT_EQ(card.kind, Kind::Valid);
  EXPECT_EQ(card.birth_date, "1976-08-25");
  EXPECT_TRUE(card.female);
}

TEST(IdCard, makes_one_number_of_all_the_ways_to_write_it) {
  for (const char* text : {"'990121197608254024", " 990121 19760825 4024 ", "９９０１２１１９７６０８２５４０２４",
                           "990121-19760825-4024", "‘990121197608254024"})
    EXPECT_EQ(readIdCard(text).number, "990121197608254024") << text;
}

TEST(IdCard, writes_the_check_character_in_upper_case) {
  std::string number = "99012119760825400";
  for (int i = 0; i < 1000 && idCardCheckDigit(number) != 'X'; ++i) {
    const std::string tail = std::to_string(1000 + i).substr(1);
    number = "99012119760825" + tail;
  }
  const IdCard card = readIdCard(number + "x");
  EXPECT_EQ(card.kind, Kind::Valid);
  EXPECT_EQ(card.number, number + "X");
}

TEST(IdCard, makes_eighteen_digits_of_fifteen) {
  const IdCard card = readIdCard("990121760825402");
  EXPECT_EQ(card.kind, Kind::Valid);
  EXPECT_EQ(card.number, "990121197608254024");
}

TEST(IdCard, knows_what_a_spreadsheet_has_destroyed) {
  EXPECT_EQ(readIdCard("9.90121E+17").kind, Kind::Scientific);
  EXPECT_EQ(readIdCard("9.90121e17").kind, Kind::Scientific);
  EXPECT_TRUE(readIdCard("9.90121E+17").number.empty());
}

TEST(IdCard, tells_shared_wrong_and_other_numbers_apart) {
  EXPECT_EQ(readIdCard("111111111111111111").kind, Kind::Fake);
  EXPECT_EQ(readIdCard("000000000000000000").kind, Kind::Fake);
  EXPECT_EQ(readIdCard("123456789012345678").kind, Kind::Fake);
  EXPECT_EQ(readIdCard("990121197608254025").kind, Kind::WrongCheck);
  EXPECT_EQ(readIdCard("E12345678").kind, Kind::Other);
  EXPECT_EQ(readIdCard("12345").kind, Kind::Other);
  EXPECT_EQ(readIdCard(" ").kind, Kind::Absent);
}

TEST(PlainText, makes_full_width_plain_and_drops_padding) {
  EXPECT_EQ(plainText("　ＡＢ１２ "), "AB12");
  EXPECT_EQ(plainText(std::string_view("abc\0\0", 5)), "abc");
  EXPECT_EQ(plainText("a \t b"), "a b");
  EXPECT_EQ(trimmed("　李秀英 "), "李秀英");
}

TEST(PlainText, takes_a_remark_behind_a_name_away) {
  EXPECT_EQ(withoutRemark("李秀英(女)"), "李秀英");
  EXPECT_EQ(withoutRemark("李秀英（女）"), "李秀英");
  EXPECT_EQ(withoutRemark("王建国之子"), "王建国之子");
  EXPECT_EQ(withoutRemark("(女)"), "(女)");
}

TEST(PlainText, splits_words_at_blanks_and_chinese_separators) {
  EXPECT_EQ(words("鄂HR ★WBC　★HGB"), (std::vector<std::string_view>{"鄂HR", "★WBC", "★HGB"}));
  EXPECT_EQ(words("a，b、c"), (std::vector<std::string_view>{"a", "b", "c"}));
}

}  // namespace
}  // namespace mappings::engine
