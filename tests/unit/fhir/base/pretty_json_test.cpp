#include "fhir/base/pretty_json.h"

#include <gtest/gtest.h>

namespace fhir::base {
namespace {

TEST(PrettyJson, has_a_line_for_each_member_and_item) {
  EXPECT_EQ(prettyJson(R"({"a":[1.10,{"b":"x,{\"y\":[]}"}],"c":{},"d":[]})"),
            "{\n  \"a\": [\n    1.10,\n    {\n      \"b\": \"x,{\\\"y\\\":[]}\"\n    }\n  ],\n  \"c\": {},\n  \"d\": "
            "[]\n}");
}

TEST(PrettyJson, keeps_numbers_as_written_and_names_in_order) {
  EXPECT_EQ(prettyJson(R"({"z":1e400,"a":-0.00,"z":null,"t":true})"),
            "{\n  \"z\": 1e400,\n  \"a\": -0.00,\n  \"z\": null,\n  \"t\": true\n}");
}

TEST(PrettyJson, writes_chinese_as_it_is_and_control_characters_as_escapes) {
  EXPECT_EQ(prettyJson(R"(["李\n\u0001\u674e"])"), "[\n  \"李\\n\\u0001李\"\n]");
}

TEST(PrettyJson, gives_back_what_is_not_json) {
  EXPECT_EQ(prettyJson("{\"a\":"), "{\"a\":");
  EXPECT_EQ(prettyJson(""), "");
}

}  // namespace
}  // namespace fhir::base
