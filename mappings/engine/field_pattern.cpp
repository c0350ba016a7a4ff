#include "mappings/engine/field_pattern.h"

#include <algorithm>

#include "fhir/base/text.h"

namespace mappings::engine {

fhir::base::Result<FieldPattern> FieldPattern::parse(std::string_view text, bool hl7) {
  FieldPattern pattern;
  pattern.text_ = std::string(text);
  pattern.anchored_ = hl7;
  for (std::string_view name : fhir::base::split(text, '.')) pattern.names_.emplace_back(name);
  if (pattern.names_.back() == "*") {
    pattern.inside_ = true;
    pattern.names_.pop_back();
  }
  if (pattern.names_.empty())
    return fhir::base::invalid("\"*\" would swallow every field, known or not: name the fields or their container");
  for (const std::string& name : pattern.names_)
    if (name.empty() || name == "*")
      return fhir::base::invalid("is no field: names with points between, * only at the end");
  return pattern;
}

bool FieldPattern::matchesAt(const std::vector<std::string_view>& path, size_t start) const {
  if (start + names_.size() > path.size()) return false;
  return std::equal(names_.begin(), names_.end(), path.begin() + static_cast<ptrdiff_t>(start));
}

bool FieldPattern::matches(const std::vector<std::string_view>& path) const {
  if (anchored_) return matchesAt(path, 0);
  if (!inside_) return path.size() >= names_.size() && matchesAt(path, path.size() - names_.size());
  for (size_t start = 0; start + names_.size() < path.size(); ++start)
    if (matchesAt(path, start)) return true;
  return false;
}

void pathNames(const source::SourceTree& tree, uint32_t record, std::vector<std::string_view>& out) {
  out.clear();
  for (uint32_t at = record; at != 0; at = tree.records()[at].parent) out.push_back(tree.records()[at].name);
  std::reverse(out.begin(), out.end());
}

std::string pathText(const source::SourceTree& tree, const std::vector<std::string_view>& path, size_t skip) {
  const bool hl7 = tree.style() == source::SourceTree::Style::Hl7v2;
  std::string out;
  for (size_t i = skip; i < path.size(); ++i) {
    if (!out.empty()) out += hl7 && i == 1 ? '-' : '.';
    out += path[i];
  }
  return out;
}

}  // namespace mappings::engine
