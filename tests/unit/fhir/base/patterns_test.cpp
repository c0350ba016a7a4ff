#include "fhir/base/patterns.h"

#include <gtest/gtest.h>

namespace fhir::base {
namespace {

Pattern pattern(std::string_view expression) {
  auto compiled = Pattern::compile(expression);
  EXPECT_TRUE(compiled.ok()) << expression;
  return compiled.ok() ? *compiled : *Pattern::compile("x");
}

TEST(Patterns, match_all_or_part) {
  EXPECT_TRUE(pattern("[A-Z]\\d+").fullMatch("I10"));
  EXPECT_FALSE(pattern("[A-Z]\\d+").fullMatch("I10.x"));
  EXPECT_TRUE(pattern("[A-Z]\\d+").partialMatch("I10.x"));
  EXPECT_TRUE(pattern("^.$").fullMatch("李"));
  EXPECT_TRUE(pattern("a.b").fullMatch("a\nb"));
  EXPECT_FALSE(pattern("abc").fullMatch("ABC"));
  EXPECT_TRUE(pattern("").fullMatch(""));
}

TEST(Patterns, give_their_groups) {
  const auto groups = pattern("(\\d+)-(\\d+)(x)?").groups("range 3-5");
  ASSERT_TRUE(groups.has_value());
  EXPECT_EQ(*groups, (std::vector<std::string_view>{"3-5", "3", "5", ""}));
  EXPECT_FALSE(pattern("z").groups("abc").has_value());
}

TEST(Patterns, replace_all_matches) {
  EXPECT_EQ(pattern("a").replaceAll("banana", "o").value(), "bonono");
  EXPECT_EQ(pattern("(a)(n)").replaceAll("banana", "$2${1}$$").value(), "bna$na$a");
  EXPECT_EQ(pattern("\\b(?<month>\\d{1,2})/(?<day>\\d{1,2})/(?<year>\\d{2,4})\\b")
                .replaceAll("11/30/1972", "${day}-${month}-${year}")
                .value(),
            "30-11-1972");
  EXPECT_EQ(pattern("").replaceAll("李a", "-").value(), "-李-a-");
  EXPECT_EQ(pattern("x*").replaceAll("axb", "-").value(), "-a-b-");
  EXPECT_EQ(pattern("^").replaceAll("ab", "x").value(), "xab");
  EXPECT_EQ(pattern("a").replaceAll("", "x").value(), "");
  EXPECT_EQ(pattern("b").replaceAll("ab", "cost $").value(), "acost $");
  EXPECT_EQ(pattern("(b)").replaceAll("ab", "$2").error().why, Why::Invalid);
  EXPECT_EQ(pattern("b").replaceAll("ab", "${no}").error().why, Why::Invalid);
  EXPECT_EQ(pattern("").replaceAll(std::string(100'000, 'a'), std::string(1000, 'b')).error().why, Why::TooCostly);
}

TEST(Patterns, refuse_what_is_wrong_or_too_large) {
  EXPECT_EQ(Pattern::compile("(").error().why, Why::Invalid);
  EXPECT_EQ(Pattern::compile("(?<=a)b").error().why, Why::Invalid);
  EXPECT_EQ(Pattern::compile("(a)\\1").error().why, Why::Invalid);
  EXPECT_FALSE(Pattern::compile("((a{1,100}){1,100}){1,100}").ok());
  EXPECT_EQ(Pattern::compile(std::string(10'000, 'a')).error().why, Why::TooCostly);
}

TEST(Patterns, take_linear_time_where_backtracking_would_not_end) {
  EXPECT_FALSE(pattern("(a+)+b").fullMatch(std::string(100'000, 'a')));
  // FHIR's own pattern for a string, on a long one.
  EXPECT_TRUE(pattern("[ \\r\\n\\t\\S]+").fullMatch(std::string(1'000'000, 'x')));
}

TEST(Patterns, survive_bytes_that_are_not_UTF8) {
  EXPECT_FALSE(pattern("^.+$").fullMatch("a\xFF"));
  EXPECT_EQ(pattern("a")
                .replaceAll("\xFF"
                            "a\xE6",
                            "b")
                .value(),
            "\xFF"
            "b\xE6");
  EXPECT_TRUE(pattern("").replaceAll("\xFF\xE6", "-").ok());
}

}  // namespace
}  // namespace fhir::base
