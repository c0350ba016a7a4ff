#pragma once
// A streaming JSON reader (RFC 8259) that keeps what FHIR needs and object models lose: the offset of every token,
// numbers as they were written, whatever their exponent, and strings without escapes as views. Depth and size caps;
// UTF-8 is checked first. Survives any input; no recursion.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fhir/base/result.h"

namespace fhir::base {

struct JsonLimits {
  uint32_t depth = 64;
  uint32_t members = 20'000;       // of one object
  uint32_t values = 1'000'000;     // in the whole text: a bound on the memory of whatever is built from it
  size_t string_bytes = 4u << 20;  // of one string, or the digits of one number
  size_t bytes = 16u << 20;
};

// Offsets are of the token's first byte in the text. Views are good during the call only, unless the reader
// was given a text that outlives it and the string had no escapes (`raw` true: it is a view into the text).
class JsonHandler {
 public:
  virtual ~JsonHandler() = default;
  // Each returns false to stop with `stopped` in the error.
  virtual bool null(size_t offset) = 0;
  virtual bool boolean(bool value, size_t offset) = 0;
  virtual bool number(std::string_view text, size_t offset) = 0;  // a view into the text
  virtual bool string(std::string_view text, bool raw, size_t offset) = 0;
  virtual bool key(std::string_view text, bool raw, size_t offset) = 0;
  virtual bool startObject(size_t offset) = 0;
  virtual bool endObject(size_t offset) = 0;
  virtual bool startArray(size_t offset) = 0;
  virtual bool endArray(size_t offset) = 0;
};

// Reads exactly one JSON value (RFC 8259). A byte order mark before it is passed over. Refused besides syntax errors:
// invalid UTF-8, NUL bytes, escapes that are half of a surrogate pair.
// Repeated keys are reported as they stand; whether they matter is for the handler.
// Why::Invalid or Why::TooCostly with where = "line:column".
Done readJson(std::string_view text, JsonHandler& handler, const JsonLimits& limits = {});

struct LineColumn {
  uint32_t line;    // from 1
  uint32_t column;  // from 1, in characters
};
LineColumn lineColumn(std::string_view text, size_t offset);

}  // namespace fhir::base
