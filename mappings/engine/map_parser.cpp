#include "mappings/engine/map_parser.h"

#include <algorithm>
#include <optional>

#include "fhir/base/digest.h"
#include "fhir/base/text.h"
#include "mappings/engine/date_reader.h"
#include "mappings/engine/object_parser.h"

namespace mappings::engine {
namespace {

using fhir::base::invalid;
using fhir::base::Result;
using fhir::base::YamlNode;

constexpr std::string_view kKeys[] = {
    "mapping", "extends", "source",      "encoding", "delimiter", "columns", "split",  "unwrap", "root", "accept",
    "zone",    "order",   "institution", "occurred", "let",       "ignore",  "absent", "output", "patch"};
constexpr size_t kMaxExtends = 8;

// One top-level entry, of the mapping itself or of one that it extends.
struct Entry {
  const YamlNode* key = nullptr;
  const YamlNode* value = nullptr;
  std::shared_ptr<const std::string> file;
  const std::string* text = nullptr;
};

class MapParser {
 public:
  MapParser(std::string_view name, const ParserInput& input) : input_(input), parser_(input, patches_) {
    map_.name = std::string(name);
  }

  Map parse() {
    const MapFile& file = input_.mappings->find(map_.name)->second;
    map_.file = file.file;
    gather(file, 0);
    enter(required("mapping"));
    if (text("mapping") != map_.name)
      parser_.refuse(*entry("mapping")->value, "the mapping stands in the folder of \"" + map_.name + "\"");
    readReader();
    readExpressions();
    for (const auto& [field, value] : ignore_) readIgnore(field, value);
    readAbsent();
    enter(required("output"));
    parser_.parseOutput(*entry("output")->value, map_.output);
    for (const auto& [path, patch] : patches_)
      if (!patch.hit)
        throw ParseRefused{invalid("the patch \"" + path + "\" hits nothing in what is extended",
                                   FilePlace{patch.file, patch.line, patch.column}.text())};
    setVersion();
    return std::move(map_);
  }

 private:
  // Base first, so that the mapping's own entries win.
  void gather(const MapFile& file, size_t depth) {
    const auto name = std::make_shared<const std::string>(file.file);
    parser_.enterFile(name, &file.text);
    if (file.root.kind != YamlNode::Kind::Map) parser_.refuse(file.root, "a mapping is expected: keys and values");
    if (const YamlNode* base = file.root.find("extends")) {
      const auto found = input_.mappings->find(base->text);
      if (found == input_.mappings->end()) parser_.refuse(*base, "there is no mapping \"" + base->text + "\"");
      if (depth >= kMaxExtends) parser_.refuse(*base, "extended too often");
      gather(found->second, depth + 1);
      parser_.enterFile(name, &file.text);
    }
    hashed_ += file.text;
    for (const auto& [key, value] : file.root.members) {
      if (std::find(std::begin(kKeys), std::end(kKeys), key.text) == std::end(kKeys)) {
        const std::string near = nearestWord(key.text, kKeys);
        parser_.refuse(
            key, "unknown key \"" + key.text + "\"" + (near.empty() ? "" : "; the nearest is \"" + near + "\""));
      }
      const Entry one{&key, &value, name, &file.text};
      if (key.text == "let" || key.text == "ignore" || key.text == "patch") {
        gatherMembers(one);
      } else {
        top_[key.text] = one;
      }
    }
  }

  void gatherMembers(const Entry& map) {
    if (map.value->kind != YamlNode::Kind::Map) parser_.refuse(*map.value, map.key->text + " holds names and values");
    for (const auto& member : map.value->members) {
      const YamlNode &key = member.key, &value = member.value;
      const Entry one{&key, &value, map.file, map.text};
      if (map.key->text == "patch") {
        patches_[key.text] = Patch{&value, map.file, map.text, key.line, key.column, false};
        continue;
      }
      auto& list = map.key->text == "let" ? let_ : ignore_;
      const auto same = std::find_if(list.begin(), list.end(), [&](const auto& e) { return e.first == key.text; });
      if (same != list.end())
        same->second = one;
      else
        list.emplace_back(key.text, one);
    }
  }

  const Entry* entry(std::string_view key) const {
    const auto found = top_.find(std::string(key));
    return found == top_.end() ? nullptr : &found->second;
  }
  const Entry* enter(const Entry* one) {
    if (one != nullptr) parser_.enterFile(one->file, one->text);
    return one;
  }
  const Entry* required(std::string_view key) {
    const Entry* one = entry(key);
    if (one == nullptr) throw ParseRefused{invalid("the key \"" + std::string(key) + "\" is missing", map_.file)};
    return one;
  }
  std::string text(std::string_view key) {
    const Entry* one = enter(entry(key));
    if (one == nullptr) return "";
    if (one->value->kind != YamlNode::Kind::Scalar) parser_.refuse(*one->value, std::string(key) + " is a text");
    return one->value->text;
  }

  void readReader() {
    required("source");
    map_.read.format = text("source");
    static constexpr std::string_view kFormats[] = {"hl7v2", "xml", "json", "delimited", "form"};
    if (std::find(std::begin(kFormats), std::end(kFormats), map_.read.format) == std::end(kFormats))
      parser_.refuse(*entry("source")->value, "source is hl7v2, xml, json, delimited or form");
    map_.read.encoding = text("encoding");
    map_.read.split = text("split");
    const std::string delimiter = text("delimiter");
    if (delimiter.size() > 1 && delimiter != "tab")
      parser_.refuse(*entry("delimiter")->value, "delimiter is one character, or tab");
    if (!delimiter.empty()) map_.read.delimiter = delimiter == "tab" ? '\t' : delimiter[0];
    map_.read.columns = texts("columns");
    if (const std::string root = text("root"); !root.empty())
      for (std::string_view name : fhir::base::split(root, '.')) map_.root.emplace_back(name);
    if (const std::string zone = text("zone"); !zone.empty()) {
      const auto minutes = readZone(zone);
      if (!minutes) parser_.refuse(*entry("zone")->value, "zone is an offset: \"+08:00\"");
      map_.zone_minutes = *minutes;
    }
    readUnwrap();
  }

  std::vector<std::string> texts(std::string_view key) {
    std::vector<std::string> out;
    const Entry* one = enter(entry(key));
    if (one == nullptr) return out;
    readTexts(*one->value, out);
    return out;
  }

  void readTexts(const YamlNode& list, std::vector<std::string>& out) {
    if (list.kind != YamlNode::Kind::Sequence) parser_.refuse(list, "a list of texts is expected");
    for (const YamlNode& item : list.items) {
      if (item.kind == YamlNode::Kind::Null && !item.text.empty()) {  // the words null and ~ as they stand
        out.push_back(item.text);
        continue;
      }
      if (item.kind != YamlNode::Kind::Scalar) parser_.refuse(item, "a text is expected");
      out.push_back(item.text);
    }
  }

  void readUnwrap() {
    using Kind = source::UnwrapStep::Kind;
    const Entry* one = enter(entry("unwrap"));
    if (one == nullptr) return;
    if (one->value->kind == YamlNode::Kind::Null) return;
    if (one->value->kind != YamlNode::Kind::Sequence)
      parser_.refuse(*one->value, "unwrap is a list: \"- xml: path\"");
    for (const YamlNode& step : one->value->items) {
      if (step.kind != YamlNode::Kind::Map || step.members.size() != 1)
        parser_.refuse(step, "one step of unwrap: \"xml: path\", \"json: path\", \"base64: path\" or \"form: path\"");
      const auto& [kind, at] = step.members[0];
      source::UnwrapStep out;
      if (kind.text == "xml")
        out.kind = Kind::Xml;
      else if (kind.text == "json")
        out.kind = Kind::Json;
      else if (kind.text == "base64")
        out.kind = Kind::Base64;
      else if (kind.text == "form")
        out.kind = Kind::Form;
      else
        parser_.refuse(kind, "unwrap knows xml, json, base64 and form");
      out.at = at.text;
      map_.read.unwrap.push_back(std::move(out));
    }
  }

  std::optional<CompiledExpression> expression(std::string_view key) {
    const Entry* one = enter(entry(key));
    if (one == nullptr || one->value->kind == YamlNode::Kind::Null) return std::nullopt;
    return parser_.parseExpression(*one->value, key);
  }

  void readExpressions() {
    map_.accept = expression("accept");
    map_.institution = expression("institution");
    for (const auto& [name, value] : let_) {
      enter(&value);
      map_.let.emplace_back(name, parser_.parseExpression(*value.value, name));
      parser_.declare(name);
    }
    map_.occurred = expression("occurred");
    const Entry* order = enter(entry("order"));
    if (order == nullptr) return;
    if (order->value->kind != YamlNode::Kind::Sequence) parser_.refuse(*order->value, "order is a list of keys");
    for (const YamlNode& item : order->value->items) map_.order.push_back(parser_.parseExpression(item, "order"));
  }

  FieldPattern pattern(const YamlNode& node) {
    auto parsed = FieldPattern::parse(node.text, map_.read.format == "hl7v2");
    if (!parsed.ok()) parser_.refuse(node, parsed.error().what);
    return std::move(parsed).value();
  }

  void readIgnore(const std::string&, const Entry& one) {
    enter(&one);
    if (one.value->kind == YamlNode::Kind::Null) return;  // an overlay takes the rule away
    if (one.value->kind != YamlNode::Kind::Scalar || one.value->text.empty())
      parser_.refuse(*one.value, "ignore needs a reason");
    map_.ignore.push_back({pattern(*one.key), one.value->text});
  }

  void readAbsent() {
    const Entry* one = enter(entry("absent"));
    if (one == nullptr) return;
    if (one->value->kind == YamlNode::Kind::Sequence) return readTexts(*one->value, map_.absent.everywhere);
    if (one->value->kind != YamlNode::Kind::Map)
      parser_.refuse(*one->value, "absent is a list of words, or lists by field with \"*\" for the others");
    for (const auto& [field, words] : one->value->members) {
      std::vector<std::string> list;
      readTexts(words, list);
      if (field.text == "*")
        map_.absent.everywhere = std::move(list);
      else
        map_.absent.rules.push_back({pattern(field), std::move(list)});
    }
  }

  void setVersion() {
    hashed_ += input_.systems->bytes();
    for (const std::string& name : parser_.usedFragments()) hashed_ += input_.fragments->find(name)->second.text;
    for (const std::string& name : parser_.usedCodeMaps()) hashed_ += name + input_.code_maps->find(name)->bytes();
    const fhir::base::Sha256 digest = fhir::base::sha256(hashed_);
    map_.version = fhir::base::hex(digest.data(), 8);
  }

  const ParserInput& input_;
  std::map<std::string, Patch> patches_;
  ObjectParser parser_;
  Map map_;
  std::map<std::string, Entry> top_;
  std::vector<std::pair<std::string, Entry>> let_;
  std::vector<std::pair<std::string, Entry>> ignore_;
  std::string hashed_ = "1\n";  // the language's own version
};

}  // namespace

std::string FilePlace::text() const {
  return (file != nullptr ? *file : std::string()) + ":" + std::to_string(line) + ":" + std::to_string(column);
}

Result<Map> parseMap(std::string_view name, const ParserInput& input) {
  try {
    return MapParser(name, input).parse();
  } catch (const ParseRefused& refused) {
    return refused.error;
  }
}

}  // namespace mappings::engine
