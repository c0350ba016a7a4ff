// The expressions of a mapping: compiled with their place in the file, and what they mention checked.

#include <algorithm>

#include "fhir/base/text.h"
#include "mappings/engine/expression_scan.h"
#include "mappings/engine/object_parser.h"

namespace mappings::engine {

using fhir::base::YamlNode;
using fhir::definitions::r4;

namespace {

std::string hint(const std::string& nearest) { return nearest.empty() ? "" : "; the nearest is \"" + nearest + "\""; }

// The line of the file that a node begins in, from its column on.
std::string_view rawLine(const std::string& text, const YamlNode& node) {
  size_t start = 0;
  for (uint32_t line = 1; line < node.line && start != std::string::npos; ++line) {
    const size_t end = text.find('\n', start);
    start = end == std::string::npos ? end : end + 1;
  }
  if (start == std::string::npos) return {};
  return std::string_view(text).substr(start, std::min(text.find('\n', start), text.size()) - start);
}

bool definedByFhirPath(std::string_view name) {
  return name == "context" || name == "resource" || name == "rootResource" || name == "ucum" || name == "sct" ||
         name == "loinc" || name.starts_with("vs-") || name.starts_with("ext-");
}

YamlNode moved(const YamlNode& node, uint32_t columns) {
  YamlNode at;
  at.line = node.line;
  at.column = node.column + (node.quoted ? 1 : 0) + columns;
  return at;
}

}  // namespace

// YAML cuts an unquoted text at " #": what stands behind would be lost without a word.
void ObjectParser::checkComment(const YamlNode& node) const {
  if (node.quoted || text_ == nullptr) return;
  const std::string_view line = rawLine(*text_, node);
  const size_t at = line.find(node.text.substr(0, node.text.find('\n')));
  if (at != std::string_view::npos && line.find(" #", at + 1) != std::string_view::npos)
    refuse(node, "\" #\" ends an unquoted expression: put the remark on its own line, or the expression in quotes");
}

CompiledExpression ObjectParser::parseExpression(const YamlNode& node, std::string_view purpose,
                                                 const Target* target) {
  if (node.kind != YamlNode::Kind::Scalar || !node.text.starts_with("= "))
    refuse(node, std::string(purpose) + " is an expression: it begins with \"= \"");
  checkComment(node);
  return compile(std::string_view(node.text).substr(2), node, 2, target);
}

CompiledExpression ObjectParser::compile(std::string_view text, const YamlNode& node, uint32_t skipped,
                                         const Target* target) {
  const YamlNode at = moved(node, skipped);
  fhir::path::CompileOptions options;
  options.functions = mappingFunctions();
  options.file = *file_;
  options.line = at.line;
  options.column = at.column;
  auto compiled = fhir::path::Expression::compile(text, options);
  if (!compiled.ok()) throw ParseRefused{compiled.error()};
  checkMentions(text, node, skipped, target);
  return {std::move(compiled).value(), place(at)};
}

void ObjectParser::checkMentions(std::string_view text, const YamlNode& node, uint32_t skipped,
                                 const Target* target) {
  const Mentions mentions = scanExpression(text);
  for (const Mentions::Variable& variable : mentions.variables) {
    const bool known = variable.name == "institution" || resource_names_.contains(variable.name) ||
                       definedByFhirPath(variable.name) ||
                       std::find(variables_.begin(), variables_.end(), variable.name) != variables_.end();
    if (known) continue;
    std::vector<std::string> names = variables_;
    names.insert(names.end(), resource_names_.begin(), resource_names_.end());
    refuse(moved(node, skipped + variable.offset),
           "there is no variable %" + variable.name + hint(nearestWord(variable.name, names)));
  }
  for (const MentionedCall& call : mentions.calls) {
    const YamlNode at = moved(node, skipped + call.offset);
    const auto& literals = call.literals;
    if ((call.function == "system" || call.function == "coding") && !literals.empty()) checkSystem(literals[0], at);
    const bool names_map = call.function == "translate" || call.function == "concept" || call.function == "declared";
    if (names_map && !literals.empty()) {
      const CodeMap& map = checkCodeMap(literals[0], at);
      const bool is_result = text.substr(0, call.offset).find_first_not_of(" (coalesce") == std::string_view::npos;
      if (call.function == "translate" && target != nullptr && is_result) checkBinding(map, literals[0], *target, at);
    }
    if (call.function == "kind")
      for (const std::string& name : literals) checkCodeMap(name, at);
  }
}

void ObjectParser::checkSystem(const std::string& name, const YamlNode& node) const {
  if (input_.systems->has(name) || name.find(':') != std::string::npos) return;
  refuse(node, "\"" + name + "\" is neither a name of code_maps/systems.csv nor a URI" +
                   hint(input_.systems->nearest(name)));
}

const CodeMap& ObjectParser::checkCodeMap(const std::string& name, const YamlNode& node) const {
  const CodeMap* map = input_.code_maps->find(name);
  if (map == nullptr) refuse(node, "there is no code_maps/" + name + ".csv" + hint(input_.code_maps->nearest(name)));
  used_code_maps_.insert(name);
  return *map;
}

void ObjectParser::checkBinding(const CodeMap& map, const std::string& name, const Target& target,
                                const YamlNode& node) const {
  const auto codes = r4().requiredCodes(target.element->binding);
  if (codes.empty()) return;
  for (const CodeMapRow* row : map.rows()) {
    if (row->code.empty() || std::find(codes.begin(), codes.end(), row->code) != codes.end()) continue;
    refuse(node, "code_maps/" + name + ".csv:" + std::to_string(row->line) + " gives \"" + row->code + "\" for " +
                     target.path + ", which is not in " + std::string(target.element->binding) +
                     hint(nearestWord(row->code, codes)));
  }
}

}  // namespace mappings::engine
