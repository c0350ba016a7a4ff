#include "mappings/engine/measured_text.h"

#include <gtest/gtest.h>

namespace mappings::engine {
namespace {

std::string number(std::string_view text) {
  const auto read = readMeasured(text);
  return read ? read->comparator + "|" + read->digits + "|" + read->unit : "none";
}

std::string ranges(std::string_view text) {
  std::string out;
  for (const ReferenceRange& range : readRanges(text))
    out += "[" + range.low + ".." + range.high + (range.sex.empty() ? "" : " " + range.sex) +
           (range.age_unit.empty() ? "" : " " + range.age_low + ".." + range.age_high + range.age_unit) +
           (range.group.empty() ? "" : " " + range.group) + "]";
  return out;
}

std::string interpret(std::string_view text, std::string_view range, std::string_view sex = {}) {
  const auto read = readMeasured(text);
  return read ? interpretNumber(*read, readRanges(range), sex) : "none";
}

TEST(MeasuredText, reads_numbers_with_comparators_and_units) {
  EXPECT_EQ(number("11.32"), "|11.32|");
  EXPECT_EQ(number("1.10"), "|1.10|");
  EXPECT_EQ(number("<5"), "<|5|");
  EXPECT_EQ(number("＜5"), "<|5|");
  EXPECT_EQ(number(">1000"), ">|1000|");
  EXPECT_EQ(number("≤0.5"), "<=|0.5|");
  EXPECT_EQ(number(">= 3"), ">=|3|");
  EXPECT_EQ(number("71kg"), "|71|kg");
  EXPECT_EQ(number("36.5℃"), "|36.5|℃");
  EXPECT_EQ(number("１１．３２"), "|11.32|");
  EXPECT_EQ(number("-2.5"), "|-2.5|");
  EXPECT_EQ(number(".5"), "|0.5|");
  EXPECT_EQ(number("007"), "|7|");
  EXPECT_EQ(number("5 10^9/L"), "|5|10^9/L");
}

TEST(MeasuredText, does_not_take_other_things_for_numbers) {
  for (const char* text : {"", "+++", "阴性(-)", "*", "1:160", "3.5-9.5", "2025-03-06", "见备注", "-", "<", "1.2.3",
                           "12(H)", "5~10", "9.9,1"})
    EXPECT_EQ(number(text), "none") << text;
}

TEST(MeasuredText, reads_titres) {
  EXPECT_EQ(readRatio("1:160")->denominator, "160");
  EXPECT_EQ(readRatio("1：80")->numerator, "1");
  EXPECT_FALSE(readRatio("1:160 阳性"));
  EXPECT_FALSE(readRatio("160"));
}

TEST(MeasuredText, reads_ranges) {
  EXPECT_EQ(ranges("3.5--9.5"), "[3.5..9.5]");
  EXPECT_EQ(ranges("125～350"), "[125..350]");
  EXPECT_EQ(ranges("115-150"), "[115..150]");
  EXPECT_EQ(ranges("0 — 10"), "[0..10]");
  EXPECT_EQ(ranges("≤10"), "[..10]");
  EXPECT_EQ(ranges("<10"), "[..10]");
  EXPECT_EQ(ranges(">=3"), "[3..]");
  EXPECT_EQ(ranges("男:4.3-5.8 女:3.8-5.1"), "[4.3..5.8 male][3.8..5.1 female]");
  EXPECT_EQ(ranges("男性：4.3-5.8；女性：3.8-5.1"), "[4.3..5.8 male][3.8..5.1 female]");
}

TEST(MeasuredText, reads_ranges_of_ages_and_groups_on_lines_of_their_own) {
  EXPECT_EQ(ranges("18-60岁:3.5-5.5；≥60岁:3.8-6.1"), "[3.5..5.5 18..60a][3.8..6.1 60..a]");
  EXPECT_EQ(ranges("男 1～3个月：4-6\n女 28天以下：5-7"), "[4..6 male 1..3mo][5..7 female ..28d]");
  EXPECT_EQ(ranges("成人 3.9-6.1\n儿童 3.3-5.6"), "[3.9..6.1 成人][3.3..5.6 儿童]");
  EXPECT_EQ(ranges("成人男性: <10 成人女性: <8"), "[..10 male 成人][..8 female 成人]");
  EXPECT_EQ(ranges("男:4.3-5.8\r\n女:3.8-5.1"), "[4.3..5.8 male][3.8..5.1 female]");
  EXPECT_EQ(readRanges("成人 3.9-6.1\n儿童 3.3-5.6")[1].text, "儿童 3.3-5.6");
}

TEST(MeasuredText, keeps_the_text_of_a_range_it_does_not_understand) {
  for (const char* text : {"阴性", "成人 3.9-6.1\n儿童见说明", "3.9-6.1 3.3-5.6", "成人", "9.5-3.5", "0-10 mg/L",
                           "男:4.3-5.8 女:见说明"}) {
    EXPECT_EQ(ranges(text), "[..]") << text;
    EXPECT_EQ(readRanges(text)[0].text, text);
  }
  EXPECT_EQ(ranges(""), "");
  EXPECT_EQ(readRanges("3.5--9.5")[0].text, "3.5--9.5");
}

TEST(MeasuredText, interprets_only_what_the_range_decides) {
  EXPECT_EQ(interpret("11.32", "3.5--9.5"), "H");
  EXPECT_EQ(interpret("3.4", "3.5--9.5"), "L");
  EXPECT_EQ(interpret("3.5", "3.5--9.5"), "N");
  EXPECT_EQ(interpret("9.50", "3.5--9.5"), "N");
  EXPECT_EQ(interpret("10", "<10"), "H");
  EXPECT_EQ(interpret("10", "≤10"), "N");
  EXPECT_EQ(interpret("<5", "125-350"), "L");
  EXPECT_EQ(interpret("<5", "≤40"), "");
  EXPECT_EQ(interpret(">1000", "125-350"), "H");
  EXPECT_EQ(interpret("5", "阴性"), "");
  EXPECT_EQ(interpret("4.0", "男:4.3-5.8 女:3.8-5.1", "male"), "L");
  EXPECT_EQ(interpret("4.0", "男:4.3-5.8 女:3.8-5.1", "female"), "N");
  EXPECT_EQ(interpret("4.0", "男:4.3-5.8 女:3.8-5.1"), "");
  EXPECT_EQ(interpret("9.0", "成人 3.9-6.1 儿童 3.3-5.6"), "");
  EXPECT_EQ(interpret("9.0", "18-60岁:3.5-5.5"), "");
}

}  // namespace
}  // namespace mappings::engine
