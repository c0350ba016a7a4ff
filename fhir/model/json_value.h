#pragma once
// JsonValue: a JSON text as a tree that can be changed. Members keep their order, numbers their text (1.10), and each
// value knows where it stood in the text. For documents that are data about resources (patches, view definitions) and
// for changing resources; reading resources is Document's work.
// Value type; not thread-safe while it is changed.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/json.h"
#include "fhir/base/result.h"

namespace fhir::model {

struct JsonMember;

struct JsonValue {
  enum class Kind : uint8_t { Null, Boolean, Number, String, Array, Object };

  Kind kind = Kind::Null;
  bool boolean = false;
  std::string text;  // of a number as it was written, of a string without escapes
  std::vector<JsonValue> items;
  std::vector<JsonMember> members;
  size_t offset = 0;  // of the first byte in the text that was read

  // Why::Invalid with where = "line:column"; a member that is there twice is one.
  static base::Result<JsonValue> read(std::string_view json, const base::JsonLimits& limits = {});

  static JsonValue string(std::string_view text);
  static JsonValue number(int64_t value);
  static JsonValue array();
  static JsonValue object();

  bool isObject() const { return kind == Kind::Object; }
  bool isArray() const { return kind == Kind::Array; }
  bool isString() const { return kind == Kind::String; }

  JsonValue* find(std::string_view name);  // nullptr when absent, and when this is no object
  const JsonValue* find(std::string_view name) const;
  // The value of a member, added at the end when it is absent. This must be an object.
  JsonValue& member(std::string_view name);
  void erase(std::string_view name);

  std::string write() const;  // compact
  void write(std::string& out) const;

  // How many values it is made of, itself included, and how deep they nest (1 for a string).
  size_t size() const;
  size_t depth() const;
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

// Equal as RFC 6902 4.6 says: members in any order, numbers by their value (1.0 equals 1.00 and 1e0).
bool sameValue(const JsonValue& a, const JsonValue& b);
// Equal, and numbers written with the same digits: 1.0 is not 1.00 (R4 2.24.0.1: the precision means something).
bool sameDigits(const JsonValue& a, const JsonValue& b);

std::string_view toString(JsonValue::Kind kind);  // "a string"

}  // namespace fhir::model
