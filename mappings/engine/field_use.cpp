#include "mappings/engine/field_use.h"

#include <algorithm>
#include <map>

#include "fhir/base/digest.h"

namespace mappings::engine {
namespace {

using Path = std::vector<std::string_view>;

const IgnoreRule* ignoredBy(const Map& map, const Path& path) {
  for (const IgnoreRule& rule : map.ignore)
    if (rule.field.matches(path)) return &rule;
  return nullptr;
}

// How many names of the path come before the mapping's root.
size_t rootDepth(const Map& map, const Path& path) {
  const bool below = path.size() > map.root.size() && std::equal(map.root.begin(), map.root.end(), path.begin());
  return below ? map.root.size() : 0;
}

void appendCounted(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

}  // namespace

FieldAccount accountOf(const Map& map, const PartView& part) {
  const source::SourceTree& tree = part.tree();
  FieldAccount out;
  out.fields.reserve(tree.records().size());
  std::string said;
  Path path;
  for (uint32_t i = 1; i < tree.records().size(); ++i) {
    const auto& record = tree.records()[i];
    if (record.first_child != 0 || record.text.empty()) continue;
    pathNames(tree, i, path);
    SourceField& field = out.fields.emplace_back();
    field.use = part.use(i);
    field.place = tree.placeOf({&tree, i, 0});
    field.path = pathText(tree, path, rootDepth(map, path));
    field.offset = record.offset;
    const IgnoreRule* rule = ignoredBy(map, path);
    if (rule == nullptr) {
      appendCounted(said, field.place);
      appendCounted(said, record.text);
    }
    if (field.use == SourceField::Use::Flows || (rule == nullptr && !part.hidden(i))) continue;
    field.use = SourceField::Use::Ignored;
    field.reason = rule != nullptr ? rule->reason : "means that there is no value";
  }
  const fhir::base::Sha256 digest = fhir::base::sha256(said);
  out.part_key = fhir::base::hex(digest.data(), 16);
  return out;
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
