#include "fhir/base/json.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace fhir::base {
namespace {

// Writes down the events: "{@0 k:a@1 n:1@5 }@6".
class Recorder : public JsonHandler {
 public:
  std::string events;
  int stop_after = -1;

  bool null(size_t offset) override { return note("null", offset); }
  bool boolean(bool value, size_t offset) override { return note(value ? "true" : "false", offset); }
  bool number(std::string_view text, size_t offset) override { return note("n:" + std::string(text), offset); }
  bool string(std::string_view text, bool raw, size_t offset) override {
    return note((raw ? "s:" : "S:") + std::string(text), offset);
  }
  bool key(std::string_view text, bool raw, size_t offset) override {
    return note((raw ? "k:" : "K:") + std::string(text), offset);
  }
  bool startObject(size_t offset) override { return note("{", offset); }
  bool endObject(size_t offset) override { return note("}", offset); }
  bool startArray(size_t offset) override { return note("[", offset); }
  bool endArray(size_t offset) override { return note("]", offset); }

 private:
  bool note(const std::string& what, size_t offset) {
    events += (events.empty() ? "" : " ") + what + "@" + std::to_string(offset);
    return stop_after < 0 || --stop_after > 0;
  }
};

std::string eventsOf(std::string_view text, const JsonLimits& limits = {}) {
  Recorder recorder;
  const Done done = readJson(text, recorder, limits);
  return done.ok() ? recorder.events : done.error().text();
}

TEST(Json, reports_every_token_with_its_offset) {
  EXPECT_EQ(eventsOf(R"({"a":1,"b":[true,false,null,"x"]})"),
            "{@0 k:a@1 n:1@5 k:b@7 [@11 true@12 false@17 null@23 s:x@28 ]@31 }@32");
  EXPECT_EQ(eventsOf(" [ ] "), "[@1 ]@3");
  EXPECT_EQ(eventsOf("\"a\""), "s:a@0");
  EXPECT_EQ(eventsOf(" -0.10 "), "n:-0.10@1");
  EXPECT_EQ(eventsOf("\xEF\xBB\xBF{}"), "{@3 }@4");
}

TEST(Json, keeps_numbers_to_the_digit) {
  for (const char* text :
       {"0.010", "1.10", "-0", "1e3", "1E+3", "1.0e-7", "123456789012345678901234567890.12345678901",
        "0.1234567890123456789012345678901234567890", "18446744073709551616", "1e-400", "1e400", "-1E+999999999999",
        "-0.0", "0e400", "1e2147483648"})
    EXPECT_EQ(eventsOf("[" + std::string(text) + "]"),
              "[@0 n:" + std::string(text) + "@1 ]@" + std::to_string(std::string_view(text).size() + 1));
}

TEST(Json, refuses_a_control_character_wherever_it_stands) {
  for (char control = 1; control < 0x20; ++control) {
    for (size_t before = 0; before < 70; ++before) {
      const std::string text = "[\"" + std::string(before, 'x') + control + std::string(40, 'y') + "\"]";
      Recorder recorder;
      EXPECT_FALSE(readJson(text, recorder).ok()) << int(control) << " after " << before;
    }
  }
}

TEST(Json, survives_the_number_that_crashes_a_conversion_to_double) {
  EXPECT_EQ(eventsOf(R"({"v":0.00000000001e-2147483639})"), "{@0 k:v@1 n:0.00000000001e-2147483639@5 }@30");
}

TEST(Json, a_number_may_have_as_many_digits_as_a_string) {
  EXPECT_EQ(eventsOf("[12345]", {.string_bytes = 5}), "[@0 n:12345@1 ]@6");
  EXPECT_EQ(eventsOf("[1234.5]", {.string_bytes = 5}), "1:2: a number longer than the limit");
}

TEST(Json, gives_strings_without_escapes_as_views_into_the_text) {
  struct Views : Recorder {
    std::string_view seen;
    bool string(std::string_view text, bool raw, size_t offset) override {
      seen = text;
      return Recorder::string(text, raw, offset);
    }
  } views;
  const std::string text = R"(["李秀英"])";
  ASSERT_TRUE(readJson(text, views).ok());
  EXPECT_EQ(views.seen.data(), text.data() + 2);
}

TEST(Json, tells_strings_with_escapes_from_those_without) {
  EXPECT_EQ(eventsOf(R"(["\"","a","\"a","a\"","\\","b"])"), R"([@0 S:"@1 s:a@6 S:"a@10 S:a"@16 S:\@22 s:b@27 ]@30)");
  EXPECT_EQ(eventsOf(R"({"a\u0062":"\ud83d\ude00\u674e\n\/"})"), "{@0 K:ab@1 S:😀李\n/@11 }@35");
}

TEST(Json, says_where_it_is_wrong) {
  EXPECT_EQ(eventsOf(""), "1:1: no JSON value");
  EXPECT_EQ(eventsOf("{\n  \"a\": 1,\n  李\n}"), "3:3: a member name is missing");
  EXPECT_EQ(eventsOf("[\"李\" 1]"), "1:6: a comma or ] is missing");
  EXPECT_EQ(eventsOf("[1] 2"), "1:5: something follows the JSON value");
  EXPECT_EQ(eventsOf("\"abc"), "1:5: a string without an end");
  EXPECT_EQ(eventsOf(R"(["\x"])"), "1:3: an invalid escape or a control character");
  EXPECT_EQ(eventsOf("[\"a\nb\"]"), "1:4: an invalid escape or a control character");
  for (const char* text :
       {"[1,]",    "{\"a\":1,}", "[01]",    "[.5]",        "[+1]",      "[1.]",      "[1e]", "nul",
        "[NaN]",   "[Infinity]", "{'a':1}", "[1 2]",       "{\"a\" 1}", "{1:2}",     "[",    "{",
        "{\"a\":", "]",          "// x\n1", "[\"\\u12\"]", "[tru]",     "{\"a\":1]", "-",    "\xEF\xBB\xBF"})
    EXPECT_FALSE(readJson(text, *std::make_unique<Recorder>()).ok()) << text;
}

TEST(Json, refuses_half_surrogates) {
  for (const char* text :
       {R"(["\ud800"])", R"(["\udc00"])", R"(["a\udfffb"])", R"(["\ud800\u0041"])", R"({"\udc00":1})"})
    EXPECT_FALSE(readJson(text, *std::make_unique<Recorder>()).ok()) << text;
  EXPECT_TRUE(readJson(R"(["\ud7ff\ue000"])", *std::make_unique<Recorder>()).ok());
}

TEST(Json, refuses_bytes_that_are_not_UTF8_without_reading_past_them) {
  EXPECT_EQ(eventsOf("{\"a\":\"\xF0\x9F"), "1:7: not UTF-8");
  EXPECT_EQ(eventsOf("[\"\xC0\x80\"]"), "1:3: not UTF-8");
  EXPECT_EQ(eventsOf("[\"\xED\xA0\x80\"]"), "1:3: not UTF-8");
  EXPECT_EQ(eventsOf("[\"李\xE6\x9D\"]"), "1:4: not UTF-8");
  EXPECT_EQ(eventsOf("\xFF"), "1:1: not UTF-8");
}

TEST(Json, does_not_take_a_NUL_for_the_end) {
  EXPECT_EQ(eventsOf(std::string_view("[1]\0[2]", 7)), "1:4: a NUL byte");
  EXPECT_EQ(eventsOf(std::string_view("[1]\0", 4)), "1:4: a NUL byte");
  EXPECT_EQ(eventsOf("[\"\\u0000\"]"), std::string("[@0 S:") + '\0' + "@1 ]@9");
}

TEST(Json, survives_400000_levels) {
  for (const std::string_view open : {"[", "{\"a\":"}) {
    std::string text;
    for (int i = 0; i < 400'000; ++i) text += open;
    Recorder recorder;
    const Done done = readJson(text, recorder);
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().why, Why::TooCostly);
    EXPECT_EQ(done.error().what, "nested deeper than the limit");
  }
  // Without our limit the reader itself must stand it too.
  std::string text(400'000, '[');
  text.append(400'000, ']');
  EXPECT_TRUE(readJson(text, *std::make_unique<Recorder>(), {.depth = 500'000}).ok());
}

TEST(Json, holds_its_limits_exactly) {
  EXPECT_EQ(eventsOf("[[1]]", {.depth = 2}), "[@0 [@1 n:1@2 ]@3 ]@4");
  EXPECT_EQ(eventsOf("[[[1]]]", {.depth = 2}), "1:3: nested deeper than the limit");
  EXPECT_EQ(eventsOf("[[],[],[]]", {.depth = 2}), "[@0 [@1 ]@2 [@4 ]@5 [@7 ]@8 ]@9");
  EXPECT_EQ(eventsOf(R"({"a":{"x":1,"y":2},"b":3})", {.members = 2}).substr(0, 4), "{@0 ");
  EXPECT_EQ(eventsOf(R"({"a":{"x":1},"b":2,"c":3})", {.members = 2}),
            "1:20: more members in one object than the limit");
  EXPECT_EQ(eventsOf(R"(["abc"])", {.string_bytes = 3}), "[@0 s:abc@1 ]@6");
  EXPECT_EQ(eventsOf(R"(["abcd"])", {.string_bytes = 3}), "1:2: a string longer than the limit");
  EXPECT_EQ(eventsOf("[1,2,3]", {.values = 3}), "1:6: more values than the limit");
  EXPECT_EQ(eventsOf("[1,2]", {.bytes = 4}), "longer than the limit");
}

TEST(Json, stops_when_the_handler_says_so) {
  Recorder recorder;
  recorder.stop_after = 3;
  const Done done = readJson("[1,2,3]", recorder);
  EXPECT_EQ(recorder.events, "[@0 n:1@1 n:2@3");
  EXPECT_EQ(done.error().what, "stopped");
}

TEST(Json, can_be_called_from_within_a_handler) {
  struct Nested : Recorder {
    std::string inner;
    bool string(std::string_view text, bool raw, size_t offset) override {
      inner += eventsOf(text) + ";";
      return Recorder::string(text, raw, offset);
    }
  } nested;
  ASSERT_TRUE(readJson(R"(["{\"x\":\"1\"}","[2]"])", nested).ok());
  EXPECT_EQ(nested.inner, "{@0 k:x@1 s:1@5 }@8;[@0 n:2@1 ]@2;");
  EXPECT_EQ(nested.events, R"([@0 S:{"x":"1"}@1 s:[2]@17 ]@22)");
}

TEST(Json, survives_mutations) {
  const std::string good =
      R"({"resourceType":"Patient","name":[{"family":"李\u674e","given":["秀英","\ud83d\ude00"]}],"x":[1.50,-2e-3,true,null]})";
  std::mt19937_64 random(7);
  int accepted = 0;
  for (int i = 0; i < 30'000; ++i) {
    std::string text = good;
    for (uint64_t k = 0; k <= random() % 3; ++k) {
      const size_t at = random() % text.size();
      switch (random() % 3) {
        case 0: text[at] = static_cast<char>(random()); break;
        case 1: text.erase(at, 1 + random() % 5); break;
        default: text.resize(at + 1); break;
      }
      if (text.empty()) text = "x";
    }
    // An allocation of exactly this size, so that a sanitizer sees any step outside.
    const auto exact = std::make_unique<char[]>(text.size());
    std::copy(text.begin(), text.end(), exact.get());
    Recorder recorder;
    accepted += readJson({exact.get(), text.size()}, recorder).ok() ? 1 : 0;
  }
  EXPECT_GT(accepted, 0);
  EXPECT_LT(accepted, 30'000);
}

}  // namespace
}  // namespace fhir::base
