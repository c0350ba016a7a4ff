#include "fhir/base/temporal.h"

#include <gtest/gtest.h>

namespace fhir::base {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kDay = 86'400 * kSecond;

Temporal dateTime(std::string_view text) {
  auto parsed = Temporal::parseDateTime(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.ok() ? *parsed : Temporal();
}

TEST(Temporal, keeps_the_written_precision) {
  for (const char* text :
       {"2025", "2025-03", "2025-03-06", "2025-03-06T08", "2025-03-06T08:15", "2025-03-06T08:15:28",
        "2025-03-06T08:15:28.1", "2025-03-06T08:15:28.120+08:00", "2025-03-06T08:15:28Z", "0001-01-01T00:00:00-14:00",
        "9999-12-31T23:59:59.123456789+14:00", "2024-02-29"})
    EXPECT_EQ(dateTime(text).text(), text);
  for (const char* text : {"08", "08:15", "08:15:28", "08:15:28.500"}) {
    const auto parsed = Temporal::parseTime(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(parsed->text(), text);
  }
}

TEST(Temporal, reads_the_partial_forms_of_FHIRPath) {
  EXPECT_EQ(dateTime("2015T").precision, Precision::Year);
  EXPECT_EQ(dateTime("2015-02T").precision, Precision::Month);
  EXPECT_EQ(dateTime("2015-02-04T").precision, Precision::Day);
  EXPECT_EQ(dateTime("2015-02-04T14").precision, Precision::Hour);
}

TEST(Temporal, refuses_what_does_not_exist) {
  for (const char* text : {"",
                           "T",
                           "25",
                           "20250306",
                           "0000-01-01",
                           "2025-00",
                           "2025-13",
                           "2025-02-29",
                           "1900-02-29",
                           "2025-04-31",
                           "2025-3-6",
                           "2025-03-06T24:00",
                           "2025-03-06T08:60",
                           "2025-03-06T08:15:61",
                           "2025-03-06T08:15:28.",
                           "2025-03-06T08:15+8:00",
                           "2025-03-06T08:15+14:01",
                           "2025-03-06T08:15+15:00",
                           "2025-03-06 08:15",
                           "2025-03T08:15",
                           "2025-03-06T08:15Zx",
                           "2025/03/06",
                           "２０２５"})
    EXPECT_FALSE(Temporal::parseDateTime(text).ok()) << text;
  for (const char* text : {"2025-03-06T08:15", "2025T", "2025-"})
    EXPECT_FALSE(Temporal::parseDate(text).ok()) << text;
  for (const char* text : {"", "8", "24:00", "08:15Z", "T08:15"})
    EXPECT_FALSE(Temporal::parseTime(text).ok()) << text;
}

TEST(Temporal, spans_what_the_precision_says) {
  const auto width = [](std::string_view text) {
    const auto span = dateTime(text).span(480);
    return span.high - span.low;
  };
  EXPECT_EQ(width("2024"), 366 * kDay);
  EXPECT_EQ(width("2025"), 365 * kDay);
  EXPECT_EQ(width("9999"), 365 * kDay);
  EXPECT_EQ(width("2025-02"), 28 * kDay);
  EXPECT_EQ(width("2025-02-03"), kDay);
  EXPECT_EQ(width("2025-02-03T10"), 3600 * kSecond);
  EXPECT_EQ(width("2025-02-03T10:11"), 60 * kSecond);
  EXPECT_EQ(width("2025-02-03T10:11:12"), kSecond);
  EXPECT_EQ(width("2025-02-03T10:11:12.1"), kSecond / 10);
  EXPECT_EQ(width("2025-02-03T10:11:12.123456789"), 1);
}

TEST(Temporal, takes_a_value_without_zone_in_the_given_zone) {
  EXPECT_EQ(dateTime("1970-01-01").span(0).low, 0);
  EXPECT_EQ(dateTime("1970-01-01").span(480).low, -8 * 3600 * kSecond);
  EXPECT_EQ(dateTime("1970-01-01T00:00:00Z").span(480).low, 0);
  EXPECT_EQ(dateTime("2025-03-06T08:00:00+08:00").span(0).low, dateTime("2025-03-06T00:00:00Z").span(480).low);
  EXPECT_EQ(dateTime("2025-03-06T00:00:00Z").span(0).low, 1741219200 * kSecond);
  EXPECT_EQ(Temporal::parseTime("01:00")->span(480).low, 3600 * kSecond);
}

TEST(Temporal, reads_a_leap_second_as_the_end_of_the_minute) {
  const Temporal leap = dateTime("2016-12-31T23:59:60Z");
  EXPECT_EQ(leap.text(), "2016-12-31T23:59:59.999999Z");
  EXPECT_EQ(leap.span(0).high, dateTime("2017-01-01T00:00:00Z").span(0).low);
}

TEST(Temporal, comes_back_from_microseconds) {
  EXPECT_EQ(Temporal::fromMicroseconds(0, 0).text(), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(Temporal::fromMicroseconds(1741219200123 * 1000, 480).text(), "2025-03-06T08:00:00.123+08:00");
  EXPECT_EQ(Temporal::fromMicroseconds(1741219200123456, -330).text(), "2025-03-05T18:30:00.123456-05:30");
  EXPECT_EQ(Temporal::fromMicroseconds(INT64_MAX, 0).text(), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(Temporal::fromMicroseconds(INT64_MIN, 0).text(), "0001-01-01T00:00:00.000Z");
}

TEST(Temporal, every_day_of_ten_thousand_years_comes_back) {
  int64_t expected = Temporal::daysFromCivil(1, 1, 1);
  for (int year = 1; year <= 9999; ++year)
    for (int month = 1; month <= 12; ++month) {
      const int days = Temporal::daysInMonth(year, month);
      ASSERT_EQ(Temporal::daysFromCivil(year, month, 1), expected);
      const Temporal last = Temporal::fromMicroseconds((expected + days - 1) * kDay + 1000, 0);
      ASSERT_EQ(last.year, year);
      ASSERT_EQ(last.month, month);
      ASSERT_EQ(last.day, days);
      expected += days;
    }
}

}  // namespace
}  // namespace fhir::base
