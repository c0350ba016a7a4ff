#include "mappings/engine/date_reader.h"

#include <gtest/gtest.h>

namespace mappings::engine {
namespace {

std::string read(std::string_view text, std::string_view period = {}) {
  auto date = readDate(text, 480, readPeriod(period));
  if (!date.ok()) return "error";
  if (date->kind == ReadDate::Kind::Absent) return "absent";
  if (date->kind == ReadDate::Kind::NoYear) return "no year";
  return date->value.text();
}

TEST(DateReader, reads_every_form_that_systems_write) {
  EXPECT_EQ(read("20250306"), "2025-03-06");
  EXPECT_EQ(read("202503"), "2025-03");
  EXPECT_EQ(read("2025"), "2025");
  EXPECT_EQ(read("20250306084500"), "2025-03-06T08:45:00+08:00");
  EXPECT_EQ(read("20250306084500.123"), "2025-03-06T08:45:00.123+08:00");
  EXPECT_EQ(read("20250306084500+0900"), "2025-03-06T08:45:00+09:00");
  EXPECT_EQ(read("202503060845"), "2025-03-06T08:45+08:00");
  EXPECT_EQ(read("2025030609:01:10"), "2025-03-06T09:01:10+08:00");
  EXPECT_EQ(read("2025-03-06"), "2025-03-06");
  EXPECT_EQ(read("2025-03-06 08:15:28"), "2025-03-06T08:15:28+08:00");
  EXPECT_EQ(read("2025-03-06 08:15:28.000"), "2025-03-06T08:15:28.000+08:00");
  EXPECT_EQ(read("2025-03-06T08:15:28Z"), "2025-03-06T08:15:28Z");
  EXPECT_EQ(read("2025/3/6 9:48:15"), "2025-03-06T09:48:15+08:00");
  EXPECT_EQ(read("2025/3/6"), "2025-03-06");
  EXPECT_EQ(read("2025.3.6"), "2025-03-06");
  EXPECT_EQ(read("2025年3月6日"), "2025-03-06");
  EXPECT_EQ(read("2025年3月"), "2025-03");
  EXPECT_EQ(read("2025年3月6日 8时15分"), "2025-03-06T08:15+08:00");
  EXPECT_EQ(read("２０２５－３－５"), "2025-03-05");
  EXPECT_EQ(read(" 2025-03-06\t"), "2025-03-06");
}

TEST(DateReader, takes_values_that_only_fill_the_column_for_absent) {
  for (const char* text : {"", "  ", "0001-01-01", "0001-01-01 00:00:00", "1900-01-01", "19000101", "9999-12-31",
                           "99991231235959", "00000000", "0000-00-00"})
    EXPECT_EQ(read(text), "absent") << text;
}

TEST(DateReader, refuses_what_is_no_date) {
  for (const char* text : {"2025-02-30", "20251301", "2025-13-01", "250306", "yesterday", "2025-03-06 25:00", "168",
                           "2025-03-06x", "2025030", "4月31", "2025-03-06 08:61"})
    EXPECT_NE(read(text).substr(0, 4), "2025") << text;
  EXPECT_EQ(read("2025-02-30"), "error");
  EXPECT_EQ(read("250306"), "error");
}

TEST(DateReader, knows_29_february) {
  EXPECT_EQ(read("20240229"), "2024-02-29");
  EXPECT_EQ(read("20250229"), "error");
}

TEST(DateReader, takes_the_end_of_a_day_for_the_beginning_of_the_next) {
  EXPECT_EQ(read("20241231240000"), "2025-01-01T00:00:00+08:00");
}

TEST(DateReader, takes_the_year_of_a_year_less_date_from_the_period_and_from_nowhere_else) {
  EXPECT_EQ(read("3月6日"), "no year");
  EXPECT_EQ(read("3月6日", "2025"), "2025-03-06");
  EXPECT_EQ(read("3月6日", "2025-03"), "2025-03-06");
  EXPECT_EQ(read("12月30日", "2024-12/2025-02"), "2024-12-30");
  EXPECT_EQ(read("1月2日", "2024-12/2025-02"), "2025-01-02");
  EXPECT_EQ(read("6月1日", "2024-12/2025-02"), "error");  // outside
  EXPECT_EQ(read("3月6日", "2024/2025"), "error");        // two years would do
  EXPECT_EQ(read("2月29日", "2025"), "error");
}

}  // namespace
}  // namespace mappings::engine
