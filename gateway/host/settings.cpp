#include "gateway/host/settings.h"

#include <algorithm>

#include "gateway/host/secrets.h"

namespace gateway::host {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;
using fhir::base::YamlNode;

namespace {

constexpr std::string_view kRequired = "(required)";
constexpr size_t kMostErrors = 20;
constexpr size_t kDeepestInclude = 8;

std::vector<std::string_view> segments(std::string_view dotted) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  for (size_t end = dotted.find('.'); end != std::string_view::npos; end = dotted.find('.', begin)) {
    parts.push_back(dotted.substr(begin, end - begin));
    begin = end + 1;
  }
  parts.push_back(dotted.substr(begin));
  return parts;
}

std::string join(std::string_view prefix, std::string_view name) {
  if (prefix.empty()) return std::string(name);
  return std::string(prefix).append(".").append(name);
}

std::string folderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

bool matches(const std::vector<std::string_view>& pattern, const std::vector<std::string_view>& path, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (pattern[i] != "*" && pattern[i] != path[i]) return false;
  }
  return true;
}

// What the table says about a dotted key.
struct Meaning {
  const Setting* leaf = nullptr;
  bool free_form = false;  // at or below a Section
  bool has_children = false;
  bool children_are_names = false;
};

class Table {
 public:
  explicit Table(const std::vector<Setting>& settings) : settings_(settings) {
    for (const Setting& setting : settings) patterns_.push_back(segments(setting.key));
  }

  Meaning meaning(std::string_view key) const {
    const auto path = segments(key);
    Meaning found;
    for (size_t i = 0; i < settings_.size(); ++i) {
      const auto& pattern = patterns_[i];
      const bool section = settings_[i].kind == SettingKind::Section;
      if (section && path.size() >= pattern.size() && matches(pattern, path, pattern.size())) found.free_form = true;
      if (path.size() == pattern.size() && !section && found.leaf == nullptr && matches(pattern, path, path.size())) {
        found.leaf = &settings_[i];
      }
      if (path.size() < pattern.size() && matches(pattern, path, path.size())) {
        found.has_children = true;
        found.children_are_names = found.children_are_names || pattern[path.size()] == "*";
      }
    }
    return found;
  }

  // Known keys of the same depth, with the names of `key` in place of "*".
  std::string nearest(std::string_view key) const {
    const auto path = segments(key);
    std::vector<std::string> known;
    for (const auto& pattern : patterns_) {
      if (pattern.size() < path.size()) continue;
      std::string candidate;
      for (size_t i = 0; i < path.size(); ++i) candidate = join(candidate, pattern[i] == "*" ? path[i] : pattern[i]);
      known.push_back(std::move(candidate));
    }
    if (path.size() == 1) known.emplace_back("include");
    const std::string same_depth = nearestKey(key, known);
    if (!same_depth.empty()) return same_depth;
    known.clear();
    for (const Setting& setting : settings_) known.emplace_back(setting.key);
    return nearestKey(key, known);
  }

  const std::vector<Setting>& settings() const { return settings_; }
  const std::vector<std::string_view>& pattern(size_t i) const { return patterns_[i]; }

 private:
  const std::vector<Setting>& settings_;
  std::vector<std::vector<std::string_view>> patterns_;
};

// Gathers values from files, overrides and defaults, and every trouble on the way.
class Reading {
 public:
  Reading(const std::vector<Setting>& table, std::string secrets_folder)
      : table_(table), secrets_(std::move(secrets_folder)) {}

  void file(const std::string& path) {
    if (std::find(open_files_.begin(), open_files_.end(), path) != open_files_.end() ||
        open_files_.size() >= kDeepestInclude) {
      return trouble("files include one another in a circle or more than eight deep", path);
    }
    Result<YamlNode> root = fhir::base::readYamlFile(path);
    if (!root.ok()) return errors_.push_back(root.error());
    if (root->kind == YamlNode::Kind::Null) return;
    if (root->kind != YamlNode::Kind::Map) return trouble("settings are a map of keys", path);
    open_files_.push_back(path);
    for (const auto& [key, value] : root->members) {
      if (key.text == "include") include(value);
    }
    for (const auto& [key, value] : root->members) {
      if (key.text != "include") member("", key, value);
    }
    open_files_.pop_back();
  }

  void override(const std::string& assignment) {
    const size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0) return trouble("write --set key=value", "--set");
    const std::string key = assignment.substr(0, equals);
    const Meaning found = table_.meaning(key);
    if (found.leaf == nullptr && !found.free_form) return unknown(key, "--set");
    YamlNode node;
    node.kind = YamlNode::Kind::Scalar;
    node.text = assignment.substr(equals + 1);
    std::string prefix;
    for (const std::string_view segment : segments(key)) {
      if (!prefix.empty() && table_.meaning(prefix).children_are_names) name(prefix, segment);
      prefix = join(prefix, segment);
    }
    scalar(key, node, found.leaf, "--set");
  }

  void defaults() {
    for (size_t i = 0; i < table_.settings().size(); ++i) defaultOf(table_.settings()[i], table_.pattern(i), 0, "");
  }

  Done outcome() {
    if (errors_.empty()) return {};
    Error all = errors_.front();
    for (size_t i = 1; i < errors_.size() && i < kMostErrors; ++i) all.what += "\n" + errors_[i].text();
    return all;
  }

  std::map<std::string, SettingValue, std::less<>> values;
  std::map<std::string, std::vector<std::string>, std::less<>> names;

 private:
  std::string place(const YamlNode& node) const {
    return open_files_.back() + ":" + std::to_string(node.line) + ":" + std::to_string(node.column);
  }

  void trouble(std::string what, std::string where) {
    errors_.push_back(Error{Why::Invalid, std::move(what), std::move(where)});
  }

  void unknown(const std::string& key, std::string where) {
    const std::string nearest = table_.nearest(key);
    trouble("unknown key \"" + key + "\"" + (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"),
            std::move(where));
  }

  void name(const std::string& section, std::string_view entry) {
    auto& known = names[section];
    if (std::find(known.begin(), known.end(), entry) == known.end()) known.emplace_back(entry);
  }

  void include(const YamlNode& node) {
    const std::string folder = folderOf(open_files_.back());
    const auto one = [&](const YamlNode& item) {
      if (item.kind != YamlNode::Kind::Scalar || item.text.empty())
        return trouble("include takes file names", place(item));
      file(item.text.front() == '/' ? item.text : folder + item.text);
    };
    if (node.kind == YamlNode::Kind::Sequence) {
      for (const YamlNode& item : node.items) one(item);
    } else {
      one(node);
    }
  }

  void member(const std::string& prefix, const YamlNode& key_node, const YamlNode& node) {
    const std::string key = join(prefix, key_node.text);
    const bool named = !prefix.empty() && table_.meaning(prefix).children_are_names;
    if (key_node.text.empty() || key_node.text.find('.') != std::string::npos) {
      return trouble("the key \"" + key_node.text + "\" must be a word without dots", place(key_node));
    }
    const Meaning found = table_.meaning(key);
    if (found.free_form) return freeForm(key, node);
    if (found.leaf == nullptr && !found.has_children) return unknown(key, place(key_node));
    if (named) name(prefix, key_node.text);
    if (found.leaf != nullptr && (node.kind != YamlNode::Kind::Map || !found.has_children)) {
      return value(key, key_node, node, *found.leaf);
    }
    if (node.kind == YamlNode::Kind::Null) return;
    if (node.kind != YamlNode::Kind::Map) return trouble("\"" + key + "\" is a section of keys", place(node));
    for (const auto& [child_key, child] : node.members) member(key, child_key, child);
  }

  void value(const std::string& key, const YamlNode& key_node, const YamlNode& node, const Setting& setting) {
    const bool is_list = setting.kind == SettingKind::List;
    if (node.kind == YamlNode::Kind::Null) return trouble("\"" + key + "\" has no value", place(key_node));
    if (is_list && node.kind == YamlNode::Kind::Sequence) return sequence(key, node);
    if (node.kind != YamlNode::Kind::Scalar) {
      return trouble("\"" + key + (is_list ? "\" is a list of plain values" : "\" is one plain value"), place(node));
    }
    scalar(key, node, &setting, place(node));
  }

  void freeForm(const std::string& key, const YamlNode& node) {
    switch (node.kind) {
      case YamlNode::Kind::Null: return;
      case YamlNode::Kind::Scalar: return scalar(key, node, nullptr, place(node));
      case YamlNode::Kind::Sequence:
        if (std::all_of(node.items.begin(), node.items.end(),
                        [](const YamlNode& item) { return item.kind == YamlNode::Kind::Scalar; })) {
          return sequence(key, node);
        }
        for (size_t i = 0; i < node.items.size(); ++i) freeForm(join(key, std::to_string(i)), node.items[i]);
        return;
      case YamlNode::Kind::Map:
        for (const auto& [child_key, child] : node.members) freeForm(join(key, child_key.text), child);
    }
  }

  void sequence(const std::string& key, const YamlNode& node) {
    SettingValue list;
    list.where = place(node);
    for (const YamlNode& item : node.items) {
      if (item.kind != YamlNode::Kind::Scalar)
        return trouble("\"" + key + "\" is a list of plain values", place(item));
      bool secret = false;
      Result<std::string> text = withSecrets(item.text, secrets_, secret);
      if (!text.ok()) return trouble(text.error().what, place(item));
      list.list.push_back(*text);
      list.secret = list.secret || secret;
    }
    values[key] = std::move(list);
  }

  void scalar(const std::string& key, const YamlNode& node, const Setting* setting, std::string where) {
    SettingValue made;
    made.where = std::move(where);
    Result<std::string> text = withSecrets(node.text, secrets_, made.secret);
    if (!text.ok()) return trouble(text.error().text(), made.where);
    made.text = *text;
    if (setting == nullptr) {
      values[key] = std::move(made);
      return;
    }
    Setting here = *setting;
    here.key = key;
    Result<SettingValue> checked = checkSetting(here, std::move(made));
    if (!checked.ok()) return errors_.push_back(checked.error());
    values[key] = std::move(*checked);
  }

  void defaultOf(const Setting& setting, const std::vector<std::string_view>& pattern, size_t i, std::string key) {
    for (; i < pattern.size(); ++i) {
      if (pattern[i] != "*") {
        key = join(key, pattern[i]);
        continue;
      }
      const auto entries = names.find(key);
      if (entries == names.end() || i + 1 == pattern.size()) return;
      for (const std::string& entry : entries->second) defaultOf(setting, pattern, i + 1, join(key, entry));
      return;
    }
    if (setting.kind == SettingKind::Section || setting.default_value.empty() || values.count(key) != 0) return;
    if (setting.default_value == kRequired) {
      if (!failedBefore(key)) trouble("\"" + key + "\" is required" + meaningOf(setting), "");
      return;
    }
    YamlNode node;
    node.text = setting.default_value;
    scalar(key, node, &setting, "default");
  }

  static std::string meaningOf(const Setting& setting) {
    return setting.text.empty() ? "" : ": " + std::string(setting.text);
  }

  // A key that was given a wrong value is not missing too.
  bool failedBefore(const std::string& key) const {
    return std::any_of(errors_.begin(), errors_.end(),
                       [&](const Error& error) { return error.what.find("\"" + key + "\"") != std::string::npos; });
  }

  Table table_;
  Secrets secrets_;
  std::vector<std::string> open_files_;
  std::vector<Error> errors_;
};

}  // namespace

Result<Settings> Settings::read(const std::string& path, const std::vector<std::string>& overrides,
                                const std::vector<Setting>& table) {
  Reading reading(table, folderOf(path) + "secrets");
  reading.file(path);
  for (const std::string& assignment : overrides) reading.override(assignment);
  reading.defaults();
  RETURN_IF_ERROR(reading.outcome());
  Settings settings;
  settings.values_ = std::move(reading.values);
  settings.names_ = std::move(reading.names);
  return settings;
}

const SettingValue* Settings::find(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second;
}

const std::string& Settings::text(std::string_view key) const {
  static const std::string kNone;
  const SettingValue* value = find(key);
  return value == nullptr ? kNone : value->text;
}

int64_t Settings::number(std::string_view key) const {
  const SettingValue* value = find(key);
  return value == nullptr ? 0 : value->number;
}

const std::vector<std::string>& Settings::list(std::string_view key) const {
  static const std::vector<std::string> kNone;
  const SettingValue* value = find(key);
  return value == nullptr ? kNone : value->list;
}

std::vector<std::string> Settings::names(std::string_view section) const {
  const auto found = names_.find(section);
  return found == names_.end() ? std::vector<std::string>{} : found->second;
}

std::vector<std::pair<std::string, SettingValue>> Settings::below(std::string_view key) const {
  const std::string prefix = std::string(key) + ".";
  std::vector<std::pair<std::string, SettingValue>> found;
  for (auto it = values_.lower_bound(prefix); it != values_.end() && it->first.compare(0, prefix.size(), prefix) == 0;
       ++it) {
    found.emplace_back(it->first.substr(prefix.size()), it->second);
  }
  return found;
}

}  // namespace gateway::host
