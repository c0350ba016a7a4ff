#include "mappings/engine/map_trace.h"

#include "mappings/engine/map.h"

namespace mappings::engine {
namespace {

// Control characters would spoil the line.
std::string oneLine(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else if (static_cast<unsigned char>(c) >= ' ')
      out += c;
  }
  return out;
}

// Depth is the file's own, which the YAML reader has capped.
void addLines(const Block& block, std::vector<WritingLine>& out) {
  for (const auto& statement : block.statements) {
    if (const Field* field = std::get_if<Field>(&statement)) {
      for (const Value& value : field->values) {
        if (const auto* expression = std::get_if<CompiledExpression>(&value))
          out.push_back({expression->place.text(), field->target.path});
        else if (const auto* object = std::get_if<ObjectNode>(&value))
          addLines(*object->body, out);
      }
    } else if (const Switch* branches = std::get_if<Switch>(&statement)) {
      for (const Case& one : branches->cases) addLines(*one.object.body, out);
      if (branches->otherwise != nullptr) addLines(*branches->otherwise->body, out);
    }
  }
}

void addLines(const std::vector<std::unique_ptr<ResourceNode>>& nodes, std::vector<WritingLine>& out) {
  for (const auto& node : nodes) {
    if (node->object.body != nullptr) addLines(*node->object.body, out);
    addLines(node->then, out);
  }
}

}  // namespace

std::vector<WritingLine> writingLines(const Map& map) {
  std::vector<WritingLine> out;
  addLines(map.output, out);
  return out;
}

std::string printTree(const source::SourceTree& tree) {
  std::string out;
  for (uint32_t i = 1; i < tree.records().size(); ++i) {
    const auto& record = tree.records()[i];
    size_t depth = 0;
    for (uint32_t at = record.parent; at != 0; at = tree.records()[at].parent) ++depth;
    out.append(depth * 2, ' ');
    out += tree.placeOf({&tree, i, 0});
    if (!record.alias.empty()) out += " (" + std::string(record.alias) + ")";
    if (record.first_child == 0) out += " = " + oneLine(record.text);
    out += "   byte " + std::to_string(record.offset) + "\n";
  }
  return out;
}

std::string printOrigins(const std::vector<OutputOrigin>& origins, const source::SourceTree& tree) {
  std::string out;
  const std::string* resource = nullptr;
  for (const OutputOrigin& origin : origins) {
    if (resource == nullptr || *resource != origin.resource) out += origin.resource + "\n";
    resource = &origin.resource;
    out += "  " + origin.element + " = " + oneLine(origin.json) + "\n      <- ";
    for (size_t i = 0; i < origin.records.size(); ++i)
      out += (i > 0 ? ", " : "") + tree.placeOf({&tree, origin.records[i], 0});
    if (origin.records.empty()) out += "constant";
    out += "   " + origin.rule + "\n";
  }
  return out;
}

}  // namespace mappings::engine
