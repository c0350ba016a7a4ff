#include "fhir/model/json_value.h"

#include <algorithm>
#include <unordered_set>

#include "fhir/base/decimal.h"
#include "fhir/model/json_writer.h"

namespace fhir::model {
namespace {

class Builder final : public base::JsonHandler {
 public:
  explicit Builder(JsonValue& root) : root_(root) {}

  bool null(size_t offset) override { return add(JsonValue::Kind::Null, offset); }
  bool boolean(bool value, size_t offset) override {
    return add(JsonValue::Kind::Boolean, offset) && (last_->boolean = value, true);
  }
  bool number(std::string_view text, size_t offset) override {
    return add(JsonValue::Kind::Number, offset) && (last_->text = text, true);
  }
  bool string(std::string_view text, bool, size_t offset) override {
    return add(JsonValue::Kind::String, offset) && (last_->text = text, true);
  }
  bool key(std::string_view text, bool, size_t offset) override {
    if (!names_.back().emplace(text).second) {
      twice = offset;
      return false;
    }
    open_.back()->members.push_back({std::string(text), {}});
    return true;
  }
  bool startObject(size_t offset) override { return add(JsonValue::Kind::Object, offset) && open(); }
  bool endObject(size_t) override { return close(); }
  bool startArray(size_t offset) override { return add(JsonValue::Kind::Array, offset) && open(); }
  bool endArray(size_t) override { return close(); }

  size_t twice = SIZE_MAX;  // where a member's name stands for the second time

 private:
  bool add(JsonValue::Kind kind, size_t offset) {
    if (open_.empty()) {
      last_ = &root_;
    } else if (open_.back()->isArray()) {
      last_ = &open_.back()->items.emplace_back();
    } else {
      last_ = &open_.back()->members.back().value;
    }
    last_->kind = kind;
    last_->offset = offset;
    return true;
  }
  bool open() {
    open_.push_back(last_);
    names_.emplace_back();
    return true;
  }
  bool close() {
    open_.pop_back();
    names_.pop_back();
    return true;
  }

  JsonValue& root_;
  JsonValue* last_ = nullptr;
  std::vector<JsonValue*> open_;
  std::vector<std::unordered_set<std::string>> names_;
};

// `by_value`: numbers are compared as decimals.
bool same(const JsonValue& a, const JsonValue& b, bool by_value) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case JsonValue::Kind::Null: return true;
    case JsonValue::Kind::Boolean: return a.boolean == b.boolean;
    case JsonValue::Kind::String: return a.text == b.text;
    case JsonValue::Kind::Number: {
      if (a.text == b.text || !by_value) return a.text == b.text;
      auto left = base::Decimal::parse(a.text), right = base::Decimal::parse(b.text);
      return left && right && *left == *right;
    }
    case JsonValue::Kind::Array:
      return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(),
                        [&](const JsonValue& x, const JsonValue& y) { return same(x, y, by_value); });
    case JsonValue::Kind::Object: break;
  }
  if (a.members.size() != b.members.size()) return false;
  for (size_t i = 0; i < a.members.size(); ++i) {
    // Nearly always the members stand in the same order.
    const JsonMember& mine = a.members[i];
    const JsonValue* other = b.members[i].name == mine.name ? &b.members[i].value : b.find(mine.name);
    if (!other || !same(mine.value, *other, by_value)) return false;
  }
  return true;
}

}  // namespace

base::Result<JsonValue> JsonValue::read(std::string_view json, const base::JsonLimits& limits) {
  JsonValue root;
  Builder builder(root);
  auto done = base::readJson(json, builder, limits);
  if (builder.twice != SIZE_MAX) {
    auto [line, column] = base::lineColumn(json, builder.twice);
    return base::invalid("the member is there twice", std::to_string(line) + ":" + std::to_string(column));
  }
  if (!done) return done.error();
  return root;
}

JsonValue JsonValue::string(std::string_view text) {
  JsonValue out;
  out.kind = Kind::String;
  out.text = text;
  return out;
}
JsonValue JsonValue::number(int64_t value) {
  JsonValue out;
  out.kind = Kind::Number;
  out.text = std::to_string(value);
  return out;
}
JsonValue JsonValue::array() {
  JsonValue out;
  out.kind = Kind::Array;
  return out;
}
JsonValue JsonValue::object() {
  JsonValue out;
  out.kind = Kind::Object;
  return out;
}

const JsonValue* JsonValue::find(std::string_view name) const {
  for (const JsonMember& member : members) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}
JsonValue* JsonValue::find(std::string_view name) {
  return const_cast<JsonValue*>(static_cast<const JsonValue*>(this)->find(name));
}

JsonValue& JsonValue::member(std::string_view name) {
  if (JsonValue* found = find(name)) return *found;
  members.push_back({std::string(name), {}});
  return members.back().value;
}

void JsonValue::erase(std::string_view name) {
  std::erase_if(members, [&](const JsonMember& member) { return member.name == name; });
}

std::string JsonValue::write() const {
  std::string out;
  write(out);
  return out;
}

void JsonValue::write(std::string& out) const {
  switch (kind) {
    case Kind::Null: out += "null"; return;
    case Kind::Boolean: out += boolean ? "true" : "false"; return;
    case Kind::Number: out += text; return;
    case Kind::String: appendJsonString(out, text); return;
    case Kind::Array:
      out += '[';
      for (const JsonValue& item : items) {
        if (&item != items.data()) out += ',';
        item.write(out);
      }
      out += ']';
      return;
    case Kind::Object: break;
  }
  out += '{';
  for (const JsonMember& member : members) {
    if (&member != members.data()) out += ',';
    appendJsonString(out, member.name);
    out += ':';
    member.value.write(out);
  }
  out += '}';
}

size_t JsonValue::size() const {
  size_t out = 1;
  for (const JsonValue& item : items) out += item.size();
  for (const JsonMember& member : members) out += member.value.size();
  return out;
}

size_t JsonValue::depth() const {
  size_t deepest = 0;
  for (const JsonValue& item : items) deepest = std::max(deepest, item.depth());
  for (const JsonMember& member : members) deepest = std::max(deepest, member.value.depth());
  return deepest + 1;
}

bool sameValue(const JsonValue& a, const JsonValue& b) { return same(a, b, true); }
bool sameDigits(const JsonValue& a, const JsonValue& b) { return same(a, b, false); }

std::string_view toString(JsonValue::Kind kind) {
  switch (kind) {
    case JsonValue::Kind::Null: return "null";
    case JsonValue::Kind::Boolean: return "a boolean";
    case JsonValue::Kind::Number: return "a number";
    case JsonValue::Kind::String: return "a string";
    case JsonValue::Kind::Array: return "an array";
    case JsonValue::Kind::Object: return "an object";
  }
  return "null";
}

}  // namespace fhir::model
