#include "mappings/engine/map_diff.h"

#include <algorithm>

#include "fhir/base/json.h"
#include "fhir/model/json_writer.h"

namespace mappings::engine {
namespace {

using fhir::base::Result;
using Values = std::map<std::string, std::string>;  // element -> its values

// The leaves of a resource under their paths; values of one path stand in their order.
class Leaves : public fhir::base::JsonHandler {
 public:
  Leaves(std::string_view type, Values& out) : path_{std::string(type)}, out_(out) {}

  bool null(size_t) override { return leaf("null"); }
  bool boolean(bool value, size_t) override { return leaf(value ? "true" : "false"); }
  bool number(std::string_view text, size_t) override { return leaf(text); }
  bool string(std::string_view text, bool, size_t) override {
    std::string quoted;
    fhir::model::appendJsonString(quoted, text);
    return leaf(quoted);
  }
  bool key(std::string_view text, bool, size_t) override {
    path_.back() = std::string(text);
    return true;
  }
  bool startObject(size_t) override {
    path_.emplace_back();
    return true;
  }
  bool endObject(size_t) override {
    path_.pop_back();
    return true;
  }
  bool startArray(size_t) override { return true; }
  bool endArray(size_t) override { return true; }

 private:
  bool leaf(std::string_view value) {
    std::string path;
    for (const std::string& name : path_) path += (path.empty() ? "" : ".") + name;
    std::string& values = out_[path];
    if (!values.empty()) values += ", ";
    values += value;
    return true;
  }

  std::vector<std::string> path_;
  Values& out_;
};

Values leavesOf(const MappedResource& resource) {
  Values out;
  Leaves leaves(resource.type, out);
  (void)fhir::base::readJson(resource.json, leaves);  // written by the engine itself
  out.erase(resource.type + ".resourceType");
  return out;
}

void compare(const Values& before, const Values& after, std::vector<MapDifference>& out) {
  for (const auto& [element, value] : before) {
    const auto other = after.find(element);
    if (other == after.end())
      out.push_back({element, value, ""});
    else if (other->second != value)
      out.push_back({element, value, other->second});
  }
  for (const auto& [element, value] : after)
    if (!before.contains(element)) out.push_back({element, "", value});
}

std::vector<const MappedResource*> compared(const MappedPart& part) {
  std::vector<const MappedResource*> out;
  for (const MappedResource& resource : part.resources)
    if (resource.type != "Provenance") out.push_back(&resource);
  return out;
}

// Takes out of `from` the first that fits.
template <typename Fits>
const MappedResource* take(std::vector<const MappedResource*>& from, Fits fits) {
  const auto found = std::find_if(from.begin(), from.end(), [&](const MappedResource* one) { return fits(*one); });
  if (found == from.end()) return nullptr;
  const MappedResource* out = *found;
  from.erase(found);
  return out;
}

void compareResources(const MappedPart& before, const MappedPart& after, std::vector<MapDifference>& out) {
  std::vector<const MappedResource*> rest;
  std::vector<const MappedResource*> others = compared(after);
  for (const MappedResource* one : compared(before)) {
    const auto* same = take(others, [&](const auto& o) { return o.type == one->type && o.id == one->id; });
    if (same != nullptr)
      compare(leavesOf(*one), leavesOf(*same), out);
    else
      rest.push_back(one);
  }
  for (const MappedResource* one : rest) {
    const auto* same = take(others, [&](const auto& o) { return o.type == one->type && o.as == one->as; });
    if (same != nullptr)
      compare(leavesOf(*one), leavesOf(*same), out);
    else
      out.push_back({one->type, one->as.empty() ? "one" : one->as, ""});
  }
  for (const MappedResource* one : others) out.push_back({one->type, "", one->as.empty() ? "one" : one->as});
}

Values usesOf(const MappedPart& part) {
  Values out;
  for (const SourceField& field : part.fields) {
    std::string& uses = out["source " + field.path];
    const std::string_view name = toString(field.use);
    if (uses.find(name) == std::string::npos) uses += (uses.empty() ? "" : ", ") + std::string(name);
  }
  return out;
}

}  // namespace

std::string_view toString(SourceField::Use use) {
  switch (use) {
    case SourceField::Use::Flows: return "flows";
    case SourceField::Use::ConditionOnly: return "decides";
    case SourceField::Use::Ignored: return "ignored";
    case SourceField::Use::Unread: return "unread";
  }
  return "";
}

std::vector<MapDifference> differences(const Result<MappedPart>& before, const Result<MappedPart>& after) {
  std::vector<MapDifference> out;
  if (!before.ok() || !after.ok()) {
    const std::string was = before.ok() ? "mapped" : before.error().what;
    const std::string is = after.ok() ? "mapped" : after.error().what;
    if (was != is) out.push_back({"the part", was, is});
    return out;
  }
  compareResources(*before, *after, out);
  compare(usesOf(*before), usesOf(*after), out);
  return out;
}

void DiffReport::add(std::string_view part, const std::vector<MapDifference>& differences) {
  ++parts_;
  if (differences.empty()) ++equal_;
  for (const MapDifference& one : differences) {
    Line& line = lines_[one.element];
    ++(one.before.empty() ? line.gained : one.after.empty() ? line.lost : line.changed);
    if (line.first.empty())
      line.first = std::string(part) + ": " + (one.before.empty() ? "nothing" : one.before) + " -> " +
                   (one.after.empty() ? "nothing" : one.after);
  }
}

std::string DiffReport::text() const {
  std::string out;
  for (const auto& [element, line] : lines_) {
    out += element;
    if (line.changed > 0) out += "  changed " + std::to_string(line.changed);
    if (line.gained > 0) out += "  gained " + std::to_string(line.gained);
    if (line.lost > 0) out += "  lost " + std::to_string(line.lost);
    out += "\n    " + line.first + "\n";
  }
  return out + std::to_string(parts_) + " parts compared, " + std::to_string(equal_) + " equal\n";
}

}  // namespace mappings::engine
