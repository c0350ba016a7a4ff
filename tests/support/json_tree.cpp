#include "tests/support/json_tree.h"

#include <charconv>

#include "fhir/base/json.h"

namespace tests::support {

namespace {

class TreeBuilder : public fhir::base::JsonHandler {
 public:
  explicit TreeBuilder(JsonTree& root) : root_(root) {}
  bool null(size_t) override { return place({}) != nullptr; }
  bool boolean(bool value, size_t) override { return leaf(JsonTree::Kind::Boolean, value ? "true" : "false"); }
  bool number(std::string_view text, size_t) override { return leaf(JsonTree::Kind::Number, text); }
  bool string(std::string_view text, bool, size_t) override { return leaf(JsonTree::Kind::String, text); }
  bool key(std::string_view text, bool, size_t) override {
    key_ = text;
    return true;
  }
  bool startObject(size_t) override { return open(JsonTree::Kind::Object); }
  bool endObject(size_t) override { return close(); }
  bool startArray(size_t) override { return open(JsonTree::Kind::Array); }
  bool endArray(size_t) override { return close(); }

 private:
  JsonTree* place(JsonTree tree) {
    if (open_.empty()) {
      root_ = std::move(tree);
      return &root_;
    }
    JsonTree& parent = *open_.back();
    if (parent.kind == JsonTree::Kind::Array) return &parent.items.emplace_back(std::move(tree));
    return &parent.members.emplace_back(key_, std::move(tree)).second;
  }
  bool leaf(JsonTree::Kind kind, std::string_view text) {
    JsonTree tree;
    tree.kind = kind;
    tree.text = text;
    return place(std::move(tree)) != nullptr;
  }
  bool open(JsonTree::Kind kind) {
    JsonTree tree;
    tree.kind = kind;
    open_.push_back(place(std::move(tree)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  JsonTree& root_;
  std::vector<JsonTree*> open_;  // a parent's list does not grow while a child is open
  std::string key_;
};

std::string shown(const JsonTree& tree) {
  switch (tree.kind) {
    case JsonTree::Kind::Null: return "null";
    case JsonTree::Kind::Array: return "an array of " + std::to_string(tree.items.size());
    case JsonTree::Kind::Object: return "an object";
    case JsonTree::Kind::String: return '"' + tree.text + '"';
    default: return tree.text;
  }
}

std::string objectDifference(const JsonTree& expected, const JsonTree& actual, Variables& variables,
                             const std::string& path) {
  for (const auto& [name, value] : expected.members) {
    std::string place = path.empty() ? name : path + "." + name;
    const JsonTree* found = actual.member(name);
    bool absent = value.kind == JsonTree::Kind::String && value.text == "<absent>";
    if (absent && found != nullptr) return place + " is there: " + shown(*found);
    if (absent) continue;
    if (found == nullptr) return place + " is missing";
    std::string difference = differenceOf(value, *found, variables, place);
    if (!difference.empty()) return difference;
  }
  return {};
}

std::string arrayDifference(const JsonTree& expected, const JsonTree& actual, Variables& variables,
                            const std::string& path) {
  size_t count = expected.items.size();
  bool open_end =
      count > 0 && expected.items.back().kind == JsonTree::Kind::String && expected.items.back().text == "...";
  if (open_end) --count;
  if (actual.items.size() < count || (!open_end && actual.items.size() != count))
    return path + " has " + std::to_string(actual.items.size()) + " items, expected " + std::to_string(count);
  for (size_t i = 0; i < count; ++i) {
    std::string difference =
        differenceOf(expected.items[i], actual.items[i], variables, path + "." + std::to_string(i));
    if (!difference.empty()) return difference;
  }
  return {};
}

}  // namespace

const JsonTree* JsonTree::member(std::string_view name) const {
  for (const auto& [key, value] : members)
    if (key == name) return &value;
  return nullptr;
}

const JsonTree& JsonTree::at(std::string_view path) const {
  static const JsonTree kNothing;
  const JsonTree* tree = this;
  while (!path.empty()) {
    size_t dot = path.find('.');
    std::string_view step = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    if (tree->kind == Kind::Array) {
      size_t index = 0;
      std::from_chars(step.data(), step.data() + step.size(), index);
      if (index >= tree->items.size()) return kNothing;
      tree = &tree->items[index];
    } else {
      tree = tree->member(step);
      if (tree == nullptr) return kNothing;
    }
  }
  return *tree;
}

fhir::base::Result<JsonTree> readJsonTree(std::string_view text) {
  JsonTree root;
  TreeBuilder builder(root);
  RETURN_IF_ERROR(fhir::base::readJson(text, builder));
  return root;
}

std::string filled(std::string_view text, const Variables& variables) {
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    size_t open = text.find("{{", at);
    size_t close = open == std::string_view::npos ? open : text.find("}}", open);
    if (close == std::string_view::npos) break;
    out += text.substr(at, open - at);
    auto known = variables.find(std::string(text.substr(open + 2, close - open - 2)));
    out += known == variables.end() ? text.substr(open, close + 2 - open) : std::string_view(known->second);
    at = close + 2;
  }
  out += text.substr(at);
  return out;
}

bool matches(std::string_view pattern, std::string_view actual, Variables& variables) {
  std::string text = filled(pattern, variables);
  std::string_view rest = text;
  while (true) {
    size_t open = rest.find("{{");
    size_t close = open == std::string_view::npos ? open : rest.find("}}", open);
    if (close == std::string_view::npos) return actual == rest;
    if (actual.substr(0, open) != rest.substr(0, open)) return false;
    actual = actual.substr(open);
    std::string name(rest.substr(open + 2, close - open - 2));
    rest = rest.substr(close + 2);
    std::string_view literal = rest.substr(0, rest.find("{{"));
    size_t end = literal.empty() ? actual.size() : actual.find(literal, 1);
    if (end == std::string_view::npos || end == 0) return false;
    variables[name] = actual.substr(0, end);
    actual = actual.substr(end);
  }
}

std::string differenceOf(const JsonTree& expected, const JsonTree& actual, Variables& variables,
                         const std::string& path) {
  if (expected.kind == JsonTree::Kind::String) {
    if (expected.text == "<any>") return {};
    if (actual.kind == JsonTree::Kind::String && matches(expected.text, actual.text, variables)) return {};
    return path + " is " + shown(actual) + ", expected \"" + filled(expected.text, variables) + '"';
  }
  if (expected.kind != actual.kind) return path + " is " + shown(actual) + ", expected " + shown(expected);
  if (expected.kind == JsonTree::Kind::Object) return objectDifference(expected, actual, variables, path);
  if (expected.kind == JsonTree::Kind::Array) return arrayDifference(expected, actual, variables, path);
  if (expected.text != actual.text) return path + " is " + shown(actual) + ", expected " + shown(expected);
  return {};
}

}  // namespace tests::support
