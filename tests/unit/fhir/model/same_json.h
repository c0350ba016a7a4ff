#pragma once
// JSON texts compared as FHIR compares them: members in any order, arrays in order, numbers by their text. Made of
// the token reader alone, so that it shares nothing with what it judges.

#include <map>
#include <string>
#include <vector>

#include "fhir/base/json.h"

namespace fhir::model {

// One text for all JSON that is the same; empty when it is no JSON.
inline std::string canonicalJson(std::string_view json) {
  struct Handler final : base::JsonHandler {
    struct Frame {
      bool array;
      std::string key;
      std::map<std::string, std::string> members;
      std::string items;
    };
    std::vector<Frame> frames;
    std::string result;

    bool put(std::string value) {
      if (frames.empty()) {
        result = std::move(value);
      } else if (frames.back().array) {
        frames.back().items += value + ",";
      } else {
        frames.back().members[frames.back().key] = std::move(value);
      }
      return true;
    }
    bool null(size_t) override { return put("null"); }
    bool boolean(bool value, size_t) override { return put(value ? "true" : "false"); }
    bool number(std::string_view text, size_t) override { return put("#" + std::string(text)); }
    bool string(std::string_view text, bool, size_t) override { return put("\"" + std::string(text) + "\""); }
    bool key(std::string_view text, bool, size_t) override {
      frames.back().key = text;
      return true;
    }
    bool startObject(size_t) override {
      frames.push_back({false, {}, {}, {}});
      return true;
    }
    bool startArray(size_t) override {
      frames.push_back({true, {}, {}, {}});
      return true;
    }
    bool endObject(size_t) override {
      std::string out = "{";
      for (const auto& [name, value] : frames.back().members) out += name + ":" + value + ";";
      frames.pop_back();
      return put(out + "}");
    }
    bool endArray(size_t) override {
      std::string items = std::move(frames.back().items);
      while (items == "null," || items.ends_with(",null,"))
        items.resize(items.size() - 5);  // `_x` need not be filled up
      frames.pop_back();
      return put("[" + items + "]");
    }
  };
  Handler handler;
  base::JsonLimits limits;
  limits.bytes = 128u << 20;
  limits.values = 20'000'000;
  return base::readJson(json, handler, limits).ok() ? handler.result : std::string();
}

}  // namespace fhir::model
