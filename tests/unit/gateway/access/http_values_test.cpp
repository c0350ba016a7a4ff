#include "gateway/access/rest/http_values.h"

#include <gtest/gtest.h>

namespace gateway::access::rest {
namespace {

TEST(HttpDate, is_written_as_imf_fixdate_and_read_back) {
  EXPECT_EQ(httpDate(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(httpDate(1'741'220'128), "Thu, 06 Mar 2025 00:15:28 GMT");
  EXPECT_EQ(httpDate(951'782'400), "Tue, 29 Feb 2000 00:00:00 GMT");
  for (int64_t seconds : {int64_t{0}, int64_t{1'741'220'128}, int64_t{951'868'799}, int64_t{4'102'444'800}})
    EXPECT_EQ(parseHttpDate(httpDate(seconds)), seconds);
}

TEST(HttpDate, anything_else_is_no_date) {
  for (const char* text :
       {"", "Thu", "Thu, 32 Jan 1970 00:00:00 GMT", "Sat, 29 Feb 2025 00:00:00 GMT", "Thu, 01 Foo 1970 00:00:00 GMT",
        "Thu, 01 Jan 1970 24:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 CET", "2025-03-06T08:15:28+08:00",
        "Thu, 0a Jan 1970 00:00:00 GMT", "Thu, 00 Jan 1970 00:00:00 GMT"})
    EXPECT_FALSE(parseHttpDate(text)) << text;
}

TEST(EntityTag, weak_strong_lists_and_star_are_read) {
  EXPECT_EQ(entityTag(3), "W/\"3\"");
  EXPECT_EQ(parseEntityTags("W/\"3\"")->versions, std::vector<uint64_t>{3});
  EXPECT_EQ(parseEntityTags("\"3\"")->versions, std::vector<uint64_t>{3});
  EXPECT_EQ(parseEntityTags("W/\"1\", \"2\" ,W/\"3\"")->versions, (std::vector<uint64_t>{1, 2, 3}));
  EXPECT_TRUE(parseEntityTags(" * ")->any);
  EXPECT_TRUE(parseEntityTags("")->empty());
}

TEST(EntityTag, of_another_server_matches_no_version) {
  EXPECT_EQ(parseEntityTags("\"abc\"")->versions, std::vector<uint64_t>{0});
  EXPECT_EQ(parseEntityTags("\"99999999999999999999999\"")->versions, std::vector<uint64_t>{0});
}

TEST(EntityTag, refuses_what_is_none) {
  for (const char* text : {"3", "W/3", "W/\"3", "\"3\" \"4\"", "\"3\",", "W/\"", "\""})
    EXPECT_FALSE(parseEntityTags(text).ok()) << text;
}

TEST(PathSegment, escapes_are_decoded_and_broken_ones_refused) {
  EXPECT_EQ(percentDecoded("a%2Db"), "a-b");
  EXPECT_EQ(percentDecoded("%E5%BC%A0"), "张");
  EXPECT_EQ(percentDecoded("a+b"), "a+b");
  for (const char* text : {"%", "%4", "%zz", "a%2", "%00", "%2F", "%2f"}) EXPECT_FALSE(percentDecoded(text)) << text;
}

TEST(Prefer, is_read_from_any_mixture_and_strangers_are_passed_over) {
  Preferences preferences;
  readPreferences("respond-async, return=minimal; foo=\"bar\", handling=lenient", preferences);
  EXPECT_EQ(preferences.returns, Return::Minimal);
  EXPECT_TRUE(preferences.lenient);
  Preferences other;
  readPreferences("return=\"OperationOutcome\"", other);
  readPreferences("return=minimal", other);  // the first one counts
  EXPECT_EQ(other.returns, Return::Outcome);
  Preferences none;
  readPreferences("return=everything,,;=", none);
  EXPECT_FALSE(none.returns);
}

}  // namespace
}  // namespace gateway::access::rest
