#include "fhir/base/strict_yaml.h"

#include <simdjson.h>
#include <yaml-cpp/emitterstyle.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <utility>

namespace fhir::base {

namespace {

constexpr size_t kMaxDepth = 64;
constexpr size_t kMaxBytes = 16u << 20;
constexpr size_t kLinearSearch = 16;  // maps up to this size are searched for repeats member by member

// yaml-cpp counts bytes; people count characters.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {
    starts_.push_back(0);
    for (size_t i = 0; i < text.size(); ++i)
      if (text[i] == '\n') starts_.push_back(i + 1);
  }
  std::string_view from(const YAML::Mark& mark) const {
    if (mark.line < 0 || static_cast<size_t>(mark.line) >= starts_.size()) return {};
    return text_.substr(
        std::min(starts_[static_cast<size_t>(mark.line)] + static_cast<size_t>(mark.column), text_.size()));
  }
  uint32_t column(const YAML::Mark& mark) const {
    if (mark.line < 0 || static_cast<size_t>(mark.line) >= starts_.size()) return 1;
    const size_t start = starts_[static_cast<size_t>(mark.line)];
    uint32_t column = 1;
    for (size_t i = start; i < text_.size() && i < start + static_cast<size_t>(mark.column); ++i)
      if ((static_cast<uint8_t>(text_[i]) & 0xC0) != 0x80) ++column;
    return column;
  }

 private:
  std::string_view text_;
  std::vector<size_t> starts_;
};

// Leaves yaml-cpp's parser from within an event.
struct Refused {
  uint32_t line;
  uint32_t column;
  std::string what;
};

class Builder : public YAML::EventHandler {
 public:
  explicit Builder(const Lines& lines) : lines_(lines) {}

  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (started_) refuse(mark, "a second document in one file is not allowed");
    started_ = true;
  }
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark& mark, const std::string&) override { refuse(mark, "anchors are not allowed"); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse(mark, "aliases are not allowed"); }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    YamlNode node = start(mark, YamlNode::Kind::Null);
    // The words for null count as text where text is all that is possible: in keys.
    const std::string_view rest = lines_.from(mark);
    for (const std::string_view word : {"null", "Null", "NULL", "~"})
      if (rest.substr(0, word.size()) == word) node.text = word;
    if (expectsKey()) {
      if (node.text.empty()) refuse(mark, "a key is missing");
      node.kind = YamlNode::Kind::Scalar;
    }
    add(std::move(node));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    if (lines_.from(mark).substr(0, 1) == "!" || (tag != "?" && tag != "!" && !tag.empty()))
      refuse(mark, "tags are not allowed");
    YamlNode node = start(mark, YamlNode::Kind::Scalar);
    node.text = value;
    node.quoted = tag == "!";
    if (flow_ > 0 && value.substr(0, 1) == "=")
      refuse(mark, "an expression cannot stand inside [ ] or { }: write the list or map over several lines");
    if (expectsKey() && !node.quoted && value == "<<") refuse(mark, "merge keys are not allowed");
    add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value style) override {
    open(mark, tag, style, YamlNode::Kind::Sequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value style) override {
    open(mark, tag, style, YamlNode::Kind::Map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    bool flow = false;
    std::optional<YamlNode> key;                        // Map: read, waits for its value
    std::unordered_map<std::string, uint32_t> earlier;  // Map with many members: key -> line
  };

  [[noreturn]] void refuse(const YAML::Mark& mark, std::string what) const {
    throw Refused{static_cast<uint32_t>(mark.line + 1), lines_.column(mark), std::move(what)};
  }

  YamlNode start(const YAML::Mark& mark, YamlNode::Kind kind) const {
    YamlNode node;
    node.kind = kind;
    node.line = static_cast<uint32_t>(mark.line + 1);
    node.column = lines_.column(mark);
    return node;
  }

  bool expectsKey() const {
    return !open_.empty() && open_.back().node.kind == YamlNode::Kind::Map && !open_.back().key;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::EmitterStyle::value style, YamlNode::Kind kind) {
    if (tag != "?" && !tag.empty()) refuse(mark, "tags are not allowed");
    if (expectsKey()) refuse(mark, "a key must be a single text");
    if (open_.size() >= kMaxDepth) refuse(mark, "nested deeper than 64 levels");
    Open next;
    next.node = start(mark, kind);
    next.flow = style == YAML::EmitterStyle::Flow;
    flow_ += next.flow ? 1 : 0;
    open_.push_back(std::move(next));
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    flow_ -= done.flow ? 1 : 0;
    add(std::move(done.node));
  }

  void add(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::Sequence) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      checkRepeat(parent, node);
      parent.key = std::move(node);
    } else {
      parent.node.members.push_back({std::move(*parent.key), std::move(node)});
      parent.key.reset();
    }
  }

  void checkRepeat(Open& map, const YamlNode& key) const {
    const auto& members = map.node.members;
    uint32_t earlier = 0;
    if (members.size() <= kLinearSearch) {
      for (const auto& [name, value] : members)
        if (name.text == key.text) earlier = name.line;
    } else {
      if (map.earlier.empty())
        for (const auto& [name, value] : members) map.earlier.emplace(name.text, name.line);
      const auto [found, added] = map.earlier.emplace(key.text, key.line);
      if (!added) earlier = found->second;
    }
    if (earlier == 0) return;
    throw Refused{key.line, key.column,
                  "the key \"" + key.text + "\" stands on line " + std::to_string(earlier) + " already"};
  }

  const Lines& lines_;
  std::vector<Open> open_;
  YamlNode root_;
  bool started_ = false;
  int flow_ = 0;  // how many of the open ones are in flow style
};

std::string placeOf(std::string_view file, uint64_t line, uint64_t column) {
  return std::string(file) + ":" + std::to_string(line) + ":" + std::to_string(column);
}

// What yaml-cpp would accept in silence. Returns an error when something was found.
std::optional<Error> precheck(std::string_view text, std::string_view file) {
  if (text.size() > kMaxBytes) return Error{Why::TooCostly, "longer than 16 MiB", std::string(file)};
  if (!simdjson::validate_utf8(text.data(), text.size())) return invalid("not UTF-8", std::string(file));
  uint64_t line = 1;
  uint64_t column = 1;
  for (const char c : text) {
    const bool directive = c == '%' && column == 1;
    if (c == '\t') return invalid("a tab: use spaces, or \\t inside double quotes", placeOf(file, line, column));
    if (directive) return invalid("YAML directives are not allowed", placeOf(file, line, column));
    if (static_cast<uint8_t>(c) < 0x20 && c != '\n' && c != '\r')
      return invalid("a control character", placeOf(file, line, column));
    if (c == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<uint8_t>(c) & 0xC0) != 0x80) {
      ++column;
    }
  }
  return std::nullopt;
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& [name, value] : members)
    if (name.text == key) return &value;
  return nullptr;
}

Result<YamlNode> readYaml(std::string_view text, std::string_view file) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  if (auto error = precheck(text, file)) return std::move(*error);
  const Lines lines(text);
  Builder builder(lines);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      YamlNode empty;
      empty.line = empty.column = 1;
      return empty;
    }
    YamlNode root = builder.take();
    parser.HandleNextDocument(builder);  // refuses
    return root;
  } catch (const Refused& refused) {
    return invalid(refused.what, placeOf(file, refused.line, refused.column));
  } catch (const YAML::Exception& e) {
    return invalid("not YAML: " + e.msg,
                   placeOf(file, static_cast<uint64_t>(std::max(e.mark.line, 0)) + 1, lines.column(e.mark)));
  } catch (const std::exception&) {
    return invalid("not YAML", std::string(file));
  }
}

Result<YamlNode> readYamlFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{Why::NotFound, "cannot be read", path};
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad()) return Error{Why::Unavailable, "cannot be read", path};
  return readYaml(text, path);
}

}  // namespace fhir::base
