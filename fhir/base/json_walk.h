#pragma once
// The walk behind readJson, for readers that build something from every token: with a handler of a known `final`
// class its calls are direct. The same limits and errors as readJson.

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cstddef>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/json.h"
#include "fhir/base/text.h"

namespace fhir::base {

// What must hold before the walk: size, UTF-8, no NUL.
Done checkJsonText(std::string_view text, const JsonLimits& limits);
std::string jsonPlace(std::string_view text, size_t offset);  // "line:column"

namespace json_walk {

inline bool isDigit(char c) { return c >= '0' && c <= '9'; }

// The first byte from `at` on that ends a run of ordinary characters in a string: quote, backslash or control
// character.
inline size_t endOfPlainRun(std::string_view text, size_t at) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), last_control = _mm_set1_epi8(0x1F);
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i is_control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, last_control), last_control);
    const __m128i ends =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)), is_control);
    if (const int mask = _mm_movemask_epi8(ends))
      return at + static_cast<size_t>(std::countr_zero(static_cast<unsigned>(mask)));
  }
#endif
  while (at < text.size() && text[at] != '"' && text[at] != '\\' && static_cast<uint8_t>(text[at]) >= 0x20) ++at;
  return at;
}

// Walks over the text once. Depth costs heap, not stack. Every function that can fail returns false, with the reason
// in `error`. What it calls for each token is known at compile time.
template <typename Handler>
class JsonWalk {
 public:
  JsonWalk(std::string_view text, Handler& handler, const JsonLimits& limits)
      : text_(text), handler_(handler), limits_(limits) {
    open_.reserve(16);
  }

  bool run() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    skipSpace();
    if (at_ == text_.size()) return wrong("no JSON value");
    for (;;) {
      bool opened = false;
      if (!value(opened)) return false;
      if (opened) continue;
      if (!afterValue()) return false;
      if (finished_) return true;
    }
  }

  Error error;

 private:
  struct Open {
    uint32_t members;
    bool is_array;
  };

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skipSpace() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }

  bool refuse(Why why, const char* what, size_t offset) {
    error = Error{why, what, jsonPlace(text_, offset)};
    return false;
  }
  bool wrong(const char* what) { return refuse(Why::Invalid, what, at_); }
  bool told(bool goes_on, size_t offset) { return goes_on || refuse(Why::Invalid, "stopped", offset); }

  // One value at the current place. `opened`: it is a container that holds something, whose first value is next.
  bool value(bool& opened) {
    const size_t start = at_;
    const char c = peek();
    if (c != '\0' && ++values_ > limits_.values) return refuse(Why::TooCostly, "more values than the limit", start);
    switch (c) {
      case '{': return open(false, opened);
      case '[': return open(true, opened);
      case '"': {
        bool raw = false;
        std::string_view text;
        return string(text, raw) && told(handler_.string(text, raw, start), start);
      }
      case 't': return literal("true") && told(handler_.boolean(true, start), start);
      case 'f': return literal("false") && told(handler_.boolean(false, start), start);
      case 'n': return literal("null") && told(handler_.null(start), start);
      default: return number() && told(handler_.number(text_.substr(start, at_ - start), start), start);
    }
  }

  bool open(bool is_array, bool& opened) {
    const size_t start = at_++;
    if (open_.size() >= limits_.depth) return refuse(Why::TooCostly, "nested deeper than the limit", start);
    open_.push_back({0, is_array});
    if (!told(is_array ? handler_.startArray(start) : handler_.startObject(start), start)) return false;
    skipSpace();
    if (peek() == (is_array ? ']' : '}')) return close();
    opened = true;
    return is_array || key();
  }

  bool close() {
    const size_t start = at_++;
    const bool is_array = open_.back().is_array;
    open_.pop_back();
    return told(is_array ? handler_.endArray(start) : handler_.endObject(start), start);
  }

  // Closes what ends here and goes to the next value.
  bool afterValue() {
    for (;;) {
      skipSpace();
      if (open_.empty()) {
        finished_ = at_ == text_.size();
        return finished_ || wrong("something follows the JSON value");
      }
      const char c = peek();
      const bool is_array = open_.back().is_array;
      if (c == ',') {
        ++at_;
        skipSpace();
        return is_array || key();
      }
      if (c != (is_array ? ']' : '}')) return wrong(is_array ? "a comma or ] is missing" : "a comma or } is missing");
      if (!close()) return false;
    }
  }

  bool key() {
    const size_t start = at_;
    if (peek() != '"') return wrong("a member name is missing");
    if (++open_.back().members > limits_.members)
      return refuse(Why::TooCostly, "more members in one object than the limit", start);
    bool raw = false;
    std::string_view text;
    if (!string(text, raw) || !told(handler_.key(text, raw, start), start)) return false;
    skipSpace();
    if (peek() != ':') return wrong("a colon is missing after a member name");
    ++at_;
    skipSpace();
    return true;
  }

  bool literal(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return wrong("no valid JSON value here");
    at_ += word.size();
    return true;
  }

  size_t digits() {
    const size_t start = at_;
    while (at_ < text_.size() && isDigit(text_[at_])) ++at_;
    return at_ - start;
  }

  bool number() {
    const size_t start = at_;
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
    } else if (digits() == 0) {
      at_ = start;
      return wrong("no valid JSON value here");
    }
    if (peek() == '.') {
      ++at_;
      if (digits() == 0) return wrong("digits are missing after the point");
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (digits() == 0) return wrong("digits are missing in the exponent");
    }
    if (at_ - start > limits_.string_bytes) return refuse(Why::TooCostly, "a number longer than the limit", start);
    return true;
  }

  bool string(std::string_view& out, bool& raw) {
    const size_t start = at_;
    at_ = endOfPlainRun(text_, at_ + 1);
    raw = peek() == '"';
    if (raw) {
      out = text_.substr(start + 1, at_ - start - 1);
    } else {
      if (!unescape(start + 1)) return false;
      out = unescaped_;
    }
    if (out.size() > limits_.string_bytes) return refuse(Why::TooCostly, "a string longer than the limit", start);
    ++at_;
    return true;
  }

  // The string whose content begins at `start`, from the first character at `at_` that is not ordinary.
  bool unescape(size_t start) {
    unescaped_.assign(text_, start, at_ - start);
    while (peek() != '"') {
      if (at_ == text_.size()) return wrong("a string without an end");
      if (peek() != '\\' || !escape())
        return error.what.empty() ? wrong("an invalid escape or a control character") : false;
      const size_t run = at_;
      at_ = endOfPlainRun(text_, at_);
      unescaped_.append(text_, run, at_ - run);
    }
    return true;
  }

  bool escape() {
    const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    switch (c) {
      case '"':
      case '\\':
      case '/': unescaped_ += c; break;
      case 'b': unescaped_ += '\b'; break;
      case 'f': unescaped_ += '\f'; break;
      case 'n': unescaped_ += '\n'; break;
      case 'r': unescaped_ += '\r'; break;
      case 't': unescaped_ += '\t'; break;
      case 'u': return unicodeEscape();
      default: return false;
    }
    at_ += 2;
    return true;
  }

  bool unicodeEscape() {
    uint32_t code = 0, low = 0;
    if (!hex(at_, code)) return wrong("a \\u escape without four hex digits");
    if (code >= 0xD800 && code < 0xE000) {
      const bool pair =
          code < 0xDC00 && text_.substr(at_ + 6, 2) == "\\u" && hex(at_ + 6, low) && low >= 0xDC00 && low < 0xE000;
      if (!pair) return wrong("an escape that is half of a surrogate pair");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      at_ += 6;
    }
    at_ += 6;
    appendUtf8(unescaped_, code);
    return true;
  }

  // The four digits of the escape \uXXXX at `at`.
  bool hex(size_t at, uint32_t& out) const {
    if (at + 6 > text_.size()) return false;
    out = 0;
    for (size_t i = at + 2; i < at + 6; ++i) {
      const char c = text_[i], lower = static_cast<char>(c | 0x20);
      if (!isDigit(c) && !(lower >= 'a' && lower <= 'f')) return false;
      out = out * 16 + static_cast<uint32_t>(isDigit(c) ? c - '0' : lower - 'a' + 10);
    }
    return true;
  }

  const std::string_view text_;
  Handler& handler_;
  const JsonLimits& limits_;
  size_t at_ = 0;
  std::array<std::byte, 32 * sizeof(Open)> memory_;  // of open_, as long as it suffices
  std::pmr::monotonic_buffer_resource resource_{memory_.data(), memory_.size()};
  std::pmr::vector<Open> open_{&resource_};
  std::string unescaped_;
  uint32_t values_ = 0;
  bool finished_ = false;
};

}  // namespace json_walk

template <typename Handler>
Done readJsonInto(std::string_view text, Handler& handler, const JsonLimits& limits = {}) {
  RETURN_IF_ERROR(checkJsonText(text, limits));
  json_walk::JsonWalk<Handler> walk(text, handler, limits);
  if (walk.run()) return {};
  return std::move(walk.error);
}

}  // namespace fhir::base
