#include "gateway/record/store/merge_lists.h"

#include <algorithm>
#include <utility>

namespace gateway::record::store {

namespace {

struct Member {
  std::string_view key;  // with its quotes
  std::string_view value;
};

// The text was read by a Document before, so it is well-formed JSON without white space, nested at most as deep as
// the reader's limit.
size_t endOfString(std::string_view json, size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return std::min(at + 1, json.size());
}

size_t endOfValue(std::string_view json, size_t at) {
  int depth = 0;
  while (at < json.size()) {
    char c = json[at];
    if (c == '"') {
      at = endOfString(json, at);
      if (depth == 0) return at;
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    }
    if (c == ',' && depth == 0) return at;
    ++at;
  }
  return at;
}

std::vector<Member> members(std::string_view object) {
  std::vector<Member> out;
  size_t at = 1;
  while (at < object.size() && object[at] == '"') {
    size_t key_end = endOfString(object, at);
    size_t value_end = endOfValue(object, key_end + 1);
    out.push_back({object.substr(at, key_end - at), object.substr(key_end + 1, value_end - key_end - 1)});
    at = value_end + 1;
  }
  return out;
}

std::vector<std::string_view> items(std::string_view array) {
  std::vector<std::string_view> out;
  size_t at = 1;
  while (at < array.size() && array[at] != ']') {
    size_t end = endOfValue(array, at);
    out.push_back(array.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::string_view valueOf(const std::vector<Member>& all, std::string_view name) {
  for (const auto& member : all) {
    if (member.key.size() == name.size() + 2 && member.key.substr(1, name.size()) == name) return member.value;
  }
  return {};
}

// Members sorted by name; the depth is that of the reader's limit.
std::string canonical(std::string_view value) {
  std::string out;
  if (value.starts_with('{')) {
    auto all = members(value);
    std::sort(all.begin(), all.end(), [](const Member& a, const Member& b) { return a.key < b.key; });
    out = "{";
    for (const auto& member : all) out.append(member.key).append(":").append(canonical(member.value)).append(",");
    out += "}";
  } else if (value.starts_with('[')) {
    out = "[";
    for (auto item : items(value)) out.append(canonical(item)).append(",");
    out += "]";
  } else {
    out = value;
  }
  return out;
}

struct Item {
  std::string_view text;
  std::string pair;  // system and value
  std::string_view id;
  std::string content;

  bool sameAs(const Item& other) const {
    if (!pair.empty() && !other.pair.empty()) return pair == other.pair;
    if (!id.empty() && !other.id.empty()) return id == other.id;
    return content == other.content;
  }
};

std::vector<Item> readItems(std::string_view array) {
  std::vector<Item> out;
  for (auto text : items(array)) {
    Item item{text, "", {}, canonical(text)};
    if (text.starts_with('{')) {
      auto all = members(text);
      auto system = valueOf(all, "system");
      auto value = valueOf(all, "value");
      if (!system.empty() && !value.empty()) item.pair.append(system).append("|").append(value);
      item.id = valueOf(all, "id");
    }
    out.push_back(std::move(item));
  }
  return out;
}

std::string unite(std::string_view stored, std::string_view incoming, bool incoming_wins) {
  auto all = readItems(stored);
  for (auto& item : readItems(incoming)) {
    auto same = std::find_if(all.begin(), all.end(), [&](const Item& other) { return item.sameAs(other); });
    if (same == all.end()) {
      all.push_back(std::move(item));
    } else if (incoming_wins && same->content != item.content) {
      *same = std::move(item);
    }
  }
  std::string out = "[";
  for (const auto& item : all) {
    if (out.size() > 1) out += ',';
    out += item.text;
  }
  return out + "]";
}

void append(std::string& out, std::string_view key, std::string_view value) {
  if (out.size() > 1) out += ',';
  out.append(key).append(":").append(value);
}

}  // namespace

std::string mergeLists(std::string_view newer, std::string_view older, bool stored_is_older,
                       const std::vector<std::string>& lists) {
  auto base = members(newer);
  auto other = members(older);
  auto united = [&](std::string_view name) -> std::string {
    auto in_base = valueOf(base, name);
    auto in_other = valueOf(other, name);
    std::string sibling = "_" + std::string(name);
    bool plain = valueOf(base, sibling).empty() && valueOf(other, sibling).empty();
    bool lists_both = (in_base.empty() || in_base[0] == '[') && (in_other.empty() || in_other[0] == '[');
    if (!plain || !lists_both || in_other.empty()) return std::string(in_base);
    if (in_base.empty()) in_base = "[]";
    return stored_is_older ? unite(in_other, in_base, true) : unite(in_base, in_other, false);
  };

  std::string out = "{";
  std::vector<std::string> missing;
  for (const auto& name : lists) {
    if (valueOf(base, name).empty()) missing.push_back(name);
  }
  for (const auto& member : base) {
    std::string_view name = member.key.substr(1, member.key.size() - 2);
    bool listed = std::find(lists.begin(), lists.end(), name) != lists.end();
    append(out, member.key, listed ? united(name) : std::string(member.value));
  }
  for (const auto& name : missing) {
    std::string value = united(name);
    if (!value.empty()) append(out, '"' + name + '"', value);
  }
  return out + "}";
}

}  // namespace gateway::record::store
