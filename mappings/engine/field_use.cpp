#include "mappings/engine/field_use.h"

#include <algorithm>
#include <map>

#include "fhir/base/digest.h"

namespace mappings::engine {
namespace {

const IgnoreRule* ignoredBy(const Map& map, const source::SourceTree& tree, uint32_t record) {
  const std::vector<std::string_view> path = pathNames(tree, record);
  for (const IgnoreRule& rule : map.ignore)
    if (rule.field.matches(path)) return &rule;
  return nullptr;
}

bool isLeaf(const source::SourceTree& tree, uint32_t record) {
  return tree.records()[record].first_child == 0 && !tree.records()[record].text.empty();
}

// How many names of the path come before the mapping's root.
size_t rootDepth(const Map& map, const source::SourceTree& tree, uint32_t record) {
  const std::vector<std::string_view> path = pathNames(tree, record);
  const bool below = path.size() > map.root.size() && std::equal(map.root.begin(), map.root.end(), path.begin());
  return below ? map.root.size() : 0;
}

}  // namespace

std::vector<SourceField> fieldUses(const Map& map, const PartView& part) {
  const source::SourceTree& tree = part.tree();
  std::vector<SourceField> out;
  for (uint32_t i = 1; i < tree.records().size(); ++i) {
    if (!isLeaf(tree, i)) continue;
    SourceField field;
    field.use = part.use(i);
    field.place = tree.placeOf({&tree, i, 0});
    field.path = pathText(tree, i, rootDepth(map, tree, i));
    field.offset = tree.records()[i].offset;
    if (field.use != SourceField::Use::Flows) {
      if (const IgnoreRule* rule = ignoredBy(map, tree, i)) {
        field.use = SourceField::Use::Ignored;
        field.reason = rule->reason;
      } else if (part.hidden(i)) {
        field.use = SourceField::Use::Ignored;
        field.reason = "means that there is no value";
      }
    }
    out.push_back(std::move(field));
  }
  return out;
}

std::string partKey(const Map& map, const PartView& part) {
  const source::SourceTree& tree = part.tree();
  std::string bytes;
  for (uint32_t i = 1; i < tree.records().size(); ++i) {
    if (!isLeaf(tree, i)) continue;
    if (ignoredBy(map, tree, i) != nullptr) continue;
    const std::string place = tree.placeOf({&tree, i, 0});
    const std::string_view text = tree.records()[i].text;
    bytes += std::to_string(place.size()) + ":" + place + std::to_string(text.size()) + ":";
    bytes += text;
  }
  const fhir::base::Sha256 digest = fhir::base::sha256(bytes);
  return fhir::base::hex(digest.data(), 16);
}

std::vector<std::string> notCarriedLines(const std::vector<SourceField>& fields) {
  struct Line {
    size_t first = 0;
    size_t count = 0;
  };
  std::map<std::pair<std::string, std::string>, Line> lines;  // (kind and path, reason)
  for (size_t i = 0; i < fields.size(); ++i) {
    const SourceField& field = fields[i];
    if (field.use == SourceField::Use::Flows) continue;
    const bool unread = field.use == SourceField::Use::Unread;
    const std::string reason =
        field.use == SourceField::Use::ConditionOnly ? "read to decide, its value is not carried" : field.reason;
    Line& line = lines[{(unread ? "unread: " : "ignored: ") + field.path, reason}];
    if (line.count++ == 0) line.first = i;
  }
  std::vector<std::pair<size_t, std::string>> ordered;
  for (const auto& [key, line] : lines) {
    const SourceField& field = fields[line.first];
    std::string text = key.first;
    if (!key.second.empty()) text += " " + key.second;
    if (key.second.empty() || line.count > 1) {
      text += " (";
      if (line.count > 1) text += std::to_string(line.count) + " times, first ";
      text += field.place + " at byte " + std::to_string(field.offset) + ")";
    }
    ordered.emplace_back(line.first, std::move(text));
  }
  std::sort(ordered.begin(), ordered.end());
  std::vector<std::string> out;
  for (auto& [first, text] : ordered) out.push_back(std::move(text));
  return out;
}

}  // namespace mappings::engine
