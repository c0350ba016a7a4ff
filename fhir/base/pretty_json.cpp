#include "fhir/base/pretty_json.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "fhir/base/json.h"

namespace fhir::base {

namespace {

// What the reader tells, to RapidJSON's writer.
class Printing : public JsonHandler {
 public:
  Printing() : writer_(buffer_) { writer_.SetIndent(' ', 2); }

  bool null(size_t) override { return writer_.Null(); }
  bool boolean(bool value, size_t) override { return writer_.Bool(value); }
  bool number(std::string_view text, size_t) override {
    return writer_.RawValue(text.data(), text.size(), rapidjson::kNumberType);
  }
  bool string(std::string_view text, bool, size_t) override { return writer_.String(text.data(), sizeOf(text)); }
  bool key(std::string_view text, bool, size_t) override { return writer_.Key(text.data(), sizeOf(text)); }
  bool startObject(size_t) override { return writer_.StartObject(); }
  bool endObject(size_t) override { return writer_.EndObject(); }
  bool startArray(size_t) override { return writer_.StartArray(); }
  bool endArray(size_t) override { return writer_.EndArray(); }

  std::string text() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  static rapidjson::SizeType sizeOf(std::string_view text) { return static_cast<rapidjson::SizeType>(text.size()); }

  rapidjson::StringBuffer buffer_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer_;
};

}  // namespace

std::string prettyJson(std::string_view json) {
  // What is printed has been read before under tighter limits, or is our own.
  constexpr JsonLimits kLimits{100'000, UINT32_MAX, UINT32_MAX, 1u << 30, 1u << 30};
  Printing printing;
  if (!readJson(json, printing, kLimits).ok()) return std::string(json);
  return printing.text();
}

}  // namespace fhir::base
