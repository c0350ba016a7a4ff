// The formats of primitives against the published regular expressions, over texts that lie at their borders.

#include "fhir/validate/primitives.h"

#include <gtest/gtest.h>

#include "fhir/base/patterns.h"
#include "fhir/definitions/rules.h"

namespace {

using fhir::validate::wrongPrimitive;

constexpr std::string_view kTexts[] = {"0",
                                       "-0",
                                       "00",
                                       "1",
                                       "-1",
                                       "+1",
                                       "01",
                                       "1.0",
                                       "1.",
                                       ".1",
                                       "1e5",
                                       "1E+5",
                                       "1e",
                                       "-1.50e-3",
                                       "12",
                                       "true",
                                       "false",
                                       "TRUE",
                                       "",
                                       "a",
                                       "a b",
                                       "a  b",
                                       " a",
                                       "a ",
                                       "a\tb",
                                       "a-b.c",
                                       "a_b",
                                       "2012",
                                       "2012-01",
                                       "2012-13",
                                       "2012-01-01",
                                       "2012-01-32",
                                       "2012-1-1",
                                       "0000",
                                       "0001",
                                       "1000",
                                       "2012-01-01T10:00:00Z",
                                       "2012-01-01T10:00:00",
                                       "2012-01-01T10:00Z",
                                       "2012-01-01T24:00:00Z",
                                       "2012-01-01T23:59:60Z",
                                       "2012-01-01T10:00:00.123+08:00",
                                       "2012-01-01T10:00:00+14:00",
                                       "2012-01-01T10:00:00+14:01",
                                       "2012-01-01T10:00:00-13:59",
                                       "2012-01-01 10:00:00Z",
                                       "10:00:00",
                                       "10:00",
                                       "23:59:60",
                                       "24:00:00",
                                       "10:00:00.1",
                                       "10:00:00.",
                                       "AAEC",
                                       "AAE=",
                                       "AA==",
                                       "A===",
                                       "AAEC AAEC",
                                       "AAE",
                                       "http://example.org",
                                       "http://example.org/a b",
                                       "urn:oid:1.2.3",
                                       "urn:oid:1.02",
                                       "urn:oid:3.1",
                                       "urn:oid:1",
                                       "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
                                       "urn:uuid:C757873D-EC9A-4326-A141-556F43239520",
                                       "urn:uuid:c757",
                                       "a|b",
                                       "12345678901234567890123456789012345678901234567890123456789012345"};

TEST(PrimitivesTest, WhatThePublishedRegexRefusesIsRefused) {
  for (const auto& row : fhir::definitions::r4Rules().primitives()) {
    if (row.regex.empty()) continue;
    const auto pattern = fhir::base::Pattern::compile(row.regex);
    ASSERT_TRUE(pattern.ok()) << row.type;
    for (std::string_view text : kTexts) {
      if (pattern->fullMatch(text)) continue;
      EXPECT_FALSE(wrongPrimitive(row.type, text).empty()) << row.type << " '" << text << "'";
    }
  }
}

TEST(PrimitivesTest, WhatThePublishedRegexTakesIsTakenButForWhatTheTextAdds) {
  for (const auto& row : fhir::definitions::r4Rules().primitives()) {
    if (row.regex.empty() || row.type == "xhtml") continue;
    const auto pattern = fhir::base::Pattern::compile(row.regex);
    ASSERT_TRUE(pattern.ok()) << row.type;
    for (std::string_view text : kTexts) {
      if (!pattern->fullMatch(text) || text.empty()) continue;
      const bool bad_oid = text.starts_with("urn:oid:") && !wrongPrimitive("oid", text).empty();
      const bool bad_base64 = text == "A===";
      const bool too_large = text.size() > 60;
      const bool bad_uuid = text == "urn:uuid:c757";
      if (bad_oid || bad_base64 || too_large || bad_uuid) continue;
      EXPECT_TRUE(wrongPrimitive(row.type, text).empty()) << row.type << " '" << text << "'";
    }
  }
}

TEST(PrimitivesTest, DatesAreInTheCalendarAndIntegersInTheirRange) {
  EXPECT_TRUE(wrongPrimitive("date", "2024-02-29").empty());
  EXPECT_FALSE(wrongPrimitive("date", "2023-02-29").empty());
  EXPECT_TRUE(wrongPrimitive("integer", "-2147483648").empty());
  EXPECT_FALSE(wrongPrimitive("integer", "-2147483649").empty());
  EXPECT_TRUE(wrongPrimitive("positiveInt", "2147483647").empty());
  EXPECT_FALSE(wrongPrimitive("positiveInt", "2147483648").empty());
  EXPECT_FALSE(wrongPrimitive("string", "").empty());
  EXPECT_FALSE(wrongPrimitive("string", std::string(1024 * 1024 + 1, 'a')).empty());
  EXPECT_TRUE(wrongPrimitive("string", std::string(1024 * 1024, 'a')).empty());
}

}  // namespace
