#include "fhir/base/json.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "fhir/base/text.h"

// An assertion inside RapidJSON would end the process; none can fire as it is used here.
#define RAPIDJSON_ASSERT(x)
#if defined(__SSE4_2__)
#define RAPIDJSON_SSE42
#elif defined(__SSE2__)
#define RAPIDJSON_SSE2
#endif
// RapidJSON's empty stack adds to a null pointer before it compares; harmless, and not ours to change.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((no_sanitize("undefined"))), apply_to = function)
#endif
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>
#if defined(__clang__)
#pragma clang attribute pop
#endif

namespace fhir::base {

namespace {

constexpr size_t kPadding = 64;  // vector instructions of the reader look past the end
constexpr size_t kKeptBuffer = 1u << 20;
constexpr size_t kMaxBytes = 1u << 30;

// The reader works on its own copy of the text, in place. A thread keeps one copy's memory for the next call; a
// call from within a handler finds none and makes its own.
class Buffer {
 public:
  explicit Buffer(std::string_view text) : memory_(std::move(kept_)) {
    if (memory_.size() < text.size() + kPadding) memory_.resize(text.size() + kPadding);
    std::memcpy(memory_.data(), text.data(), text.size());
    std::memset(memory_.data() + text.size(), 0, kPadding);
  }
  ~Buffer() {
    if (memory_.size() <= kKeptBuffer) kept_ = std::move(memory_);
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  char* begin() { return memory_.data(); }

 private:
  static thread_local std::vector<char> kept_;
  std::vector<char> memory_;
};
thread_local std::vector<char> Buffer::kept_;

// What RapidJSON calls. Turns its pointers into offsets, counts, and passes on.
class Forwarder {
 public:
  Forwarder(std::string_view text, char* copy, rapidjson::InsituStringStream& stream, JsonHandler& handler,
            const JsonLimits& limits)
      : text_(text), copy_(copy), stream_(stream), handler_(handler), limits_(limits) {
    next_backslash_ = findBackslash(0);
  }

  bool Null() { return value(here() - 4) && handler_.null(token_); }
  bool Bool(bool b) { return value(here() - (b ? 4 : 5)) && handler_.boolean(b, token_); }
  bool RawNumber(const char* at, rapidjson::SizeType length, bool) {
    return value(offsetOf(at)) && handler_.number(text_.substr(token_, length), token_);
  }
  bool String(const char* at, rapidjson::SizeType length, bool) {
    if (!value(offsetOf(at) - 1) || !fits(length)) return false;
    if (isRaw(token_ + 1, length)) return handler_.string(text_.substr(token_ + 1, length), true, token_);
    return whole({at, length}) && handler_.string({at, length}, false, token_);
  }
  bool Key(const char* at, rapidjson::SizeType length, bool) {
    token_ = offsetOf(at) - 1;
    if (++members_.back() > limits_.members) return refuse("more members in one object than the limit");
    if (!fits(length)) return false;
    if (isRaw(token_ + 1, length)) return handler_.key(text_.substr(token_ + 1, length), true, token_);
    return whole({at, length}) && handler_.key({at, length}, false, token_);
  }
  bool StartObject() { return value(here()) && deeper() && handler_.startObject(token_); }
  bool EndObject(rapidjson::SizeType) {
    members_.pop_back();
    return handler_.endObject(token_ = here());
  }
  bool StartArray() { return value(here()) && deeper() && handler_.startArray(token_); }
  bool EndArray(rapidjson::SizeType) {
    members_.pop_back();
    return handler_.endArray(token_ = here());
  }
  // Never called: numbers come as text.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(int64_t) { return false; }
  bool Uint64(uint64_t) { return false; }
  bool Double(double) { return false; }

  // Why a call returned false; empty: the handler wanted to stop.
  const char* refused() const { return refused_; }
  Why why() const { return why_; }
  size_t token() const { return token_; }  // where the last reported token begins

 private:
  size_t here() const { return stream_.Tell(); }
  size_t offsetOf(const char* at) const { return static_cast<size_t>(at - copy_); }
  size_t findBackslash(size_t from) const {
    const void* found = std::memchr(text_.data() + from, '\\', text_.size() - from);
    return found ? static_cast<size_t>(static_cast<const char*>(found) - text_.data()) : text_.size();
  }
  // Whether the string's bytes in the text are its value. Strings come in ascending order, so all the searching
  // for backslashes adds up to one pass over the text.
  bool isRaw(size_t offset, size_t length) {
    if (next_backslash_ < offset) next_backslash_ = findBackslash(offset);
    return next_backslash_ >= offset + length;
  }
  bool refuse(const char* what, Why why = Why::TooCostly) {
    refused_ = what;
    why_ = why;
    return false;
  }
  bool value(size_t offset) {
    token_ = offset;
    return ++values_ <= limits_.values || refuse("more values than the limit");
  }
  bool fits(size_t length) { return length <= limits_.string_bytes || refuse("a string longer than the limit"); }
  bool deeper() {
    if (members_.size() >= limits_.depth) return refuse("nested deeper than the limit");
    members_.push_back(0);
    return true;
  }
  // RapidJSON encodes a low surrogate that stands alone (\udc00) as three bytes that are not UTF-8.
  bool whole(std::string_view decoded) {
    for (size_t i = 0; i + 1 < decoded.size(); ++i)
      if (static_cast<uint8_t>(decoded[i]) == 0xED && static_cast<uint8_t>(decoded[i + 1]) >= 0xA0)
        return refuse("an escape that is half of a surrogate pair", Why::Invalid);
    return true;
  }

  std::string_view text_;
  const char* copy_;
  rapidjson::InsituStringStream& stream_;
  JsonHandler& handler_;
  const JsonLimits& limits_;
  size_t next_backslash_ = 0;
  std::vector<uint32_t> members_;  // of each open object; arrays take a place too
  uint32_t values_ = 0;
  size_t token_ = 0;
  const char* refused_ = nullptr;
  Why why_ = Why::TooCostly;
};

std::string place(std::string_view text, size_t offset) {
  const LineColumn at = lineColumn(text, offset);
  return std::to_string(at.line) + ":" + std::to_string(at.column);
}

Error syntaxError(std::string_view text, const rapidjson::ParseResult& result) {
  const char* what = "not JSON";
  switch (result.Code()) {
    case rapidjson::kParseErrorDocumentEmpty: what = "no JSON value"; break;
    case rapidjson::kParseErrorDocumentRootNotSingular: what = "something follows the JSON value"; break;
    case rapidjson::kParseErrorValueInvalid: what = "no valid JSON value here"; break;
    case rapidjson::kParseErrorObjectMissName: what = "a member name is missing"; break;
    case rapidjson::kParseErrorObjectMissColon: what = "a colon is missing after a member name"; break;
    case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket: what = "a comma or } is missing"; break;
    case rapidjson::kParseErrorArrayMissCommaOrSquareBracket: what = "a comma or ] is missing"; break;
    case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex: what = "a \\u escape without four hex digits"; break;
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
      what = "an escape that is half of a surrogate pair";
      break;
    case rapidjson::kParseErrorStringEscapeInvalid: what = "an invalid escape or a control character"; break;
    case rapidjson::kParseErrorStringMissQuotationMark: what = "a string without an end"; break;
    case rapidjson::kParseErrorNumberTooBig: what = "a number beyond the range of a double"; break;
    case rapidjson::kParseErrorNumberMissFraction: what = "digits are missing after the point"; break;
    case rapidjson::kParseErrorNumberMissExponent: what = "digits are missing in the exponent"; break;
    default: break;
  }
  return invalid(what, place(text, std::min(result.Offset(), text.size())));
}

// RapidJSON 1.1.0 lets the control characters 0x1A to 0x1F pass where its vector loop looks, and refuses them
// elsewhere: the same string would be read today and refused when it stands at another place.
size_t firstControlCharacter(std::string_view text) {
  bool any = false;
  for (char c : text) any |= static_cast<uint8_t>(c) - 0x1Au < 6u;  // no branch: the compiler makes it a vector loop
  if (!any) return std::string_view::npos;
  for (size_t i = 0; i < text.size(); ++i)
    if (static_cast<uint8_t>(text[i]) - 0x1Au < 6u) return i;
  return std::string_view::npos;
}

}  // namespace

Done readJson(std::string_view text, JsonHandler& handler, const JsonLimits& limits) {
  if (text.size() > std::min(limits.bytes, kMaxBytes)) return Error{Why::TooCostly, "longer than the limit", {}};
  if (!isUtf8(text)) return invalid("not UTF-8", place(text, firstInvalidUtf8(text)));
  // The reader takes a NUL for the end.
  if (const void* nul = text.empty() ? nullptr : std::memchr(text.data(), 0, text.size()))
    return invalid("a NUL byte", place(text, static_cast<size_t>(static_cast<const char*>(nul) - text.data())));
  if (const size_t at = firstControlCharacter(text); at != std::string_view::npos)
    return invalid("a control character in the JSON text", place(text, at));

  Buffer copy(text);
  if (text.substr(0, 3) == "\xEF\xBB\xBF") std::memset(copy.begin(), ' ', 3);
  rapidjson::InsituStringStream stream(copy.begin());
  Forwarder forwarder(text, copy.begin(), stream, handler, limits);
  // Iterative: depth costs heap, not stack. Numbers as strings: keeps their digits, and the conversion to double
  // reads outside its tables for some exponents.
  constexpr unsigned kFlags =
      rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, forwarder);
  if (!result.IsError()) return {};
  if (result.Code() != rapidjson::kParseErrorTermination) return syntaxError(text, result);
  const std::string where = place(text, forwarder.token());
  if (forwarder.refused()) return Error{forwarder.why(), forwarder.refused(), where};
  return invalid("stopped", where);
}

LineColumn lineColumn(std::string_view text, size_t offset) {
  LineColumn at{1, 1};
  offset = std::min(offset, text.size());
  size_t line_start = 0;
  for (size_t i = 0; i < offset; ++i) {
    if (text[i] != '\n') continue;
    ++at.line;
    line_start = i + 1;
  }
  for (size_t i = line_start; i < offset; ++i)
    if ((static_cast<uint8_t>(text[i]) & 0xC0) != 0x80) ++at.column;
  return at;
}

}  // namespace fhir::base
