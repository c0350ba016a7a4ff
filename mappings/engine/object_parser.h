#pragma once
// The `output:` part of a mapping: resources, objects, leaves, directives. Private to map_parser.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mappings/engine/map_parser.h"

namespace mappings::engine {

// Leaves the parser from any depth; caught in parseMap. Never crosses the component's border.
struct ParseRefused {
  fhir::base::Error error;
};

struct Patch {
  const fhir::base::YamlNode* value = nullptr;
  std::shared_ptr<const std::string> file;
  const std::string* file_text = nullptr;
  uint32_t line = 0;
  uint32_t column = 0;
  bool hit = false;
};

class ObjectParser {
 public:
  ObjectParser(const ParserInput& input, std::map<std::string, Patch>& patches) : input_(input), patches_(patches) {}

  // The file that the following nodes stand in.
  void enterFile(std::shared_ptr<const std::string> file, const std::string* text) {
    file_ = std::move(file);
    text_ = text;
  }

  void parseOutput(const fhir::base::YamlNode& list, std::vector<std::unique_ptr<ResourceNode>>& out);
  // `= ...`; anything else is refused. `purpose` names the key in the error.
  CompiledExpression parseExpression(const fhir::base::YamlNode& node, std::string_view purpose,
                                     const Target* target = nullptr);
  void parseLet(const fhir::base::YamlNode& map, std::vector<Named>& out);
  void declare(const std::string& variable) { variables_.push_back(variable); }

  // For the mapping's version: what else decides its results.
  const std::set<std::string>& usedCodeMaps() const { return used_code_maps_; }
  const std::set<std::string>& usedFragments() const { return used_fragments_; }

  [[noreturn]] void refuse(const fhir::base::YamlNode& at, std::string what) const;
  FilePlace place(const fhir::base::YamlNode& node) const { return {file_, node.line, node.column}; }

 private:
  void collectNames(const fhir::base::YamlNode& list);
  std::unique_ptr<ResourceNode> parseResource(const fhir::base::YamlNode& node);
  void parseResourceKey(const std::string& key, const fhir::base::YamlNode& value, ResourceNode& out);
  void parseWrite(const fhir::base::YamlNode& value, ResourceNode& out);
  fhir::definitions::TypeNumber resourceType(const fhir::base::YamlNode& node);

  ObjectNode parseObject(const fhir::base::YamlNode& map, fhir::definitions::TypeNumber type, const std::string& path,
                         const std::string& patch_path, bool in_list);
  void parseMembers(const fhir::base::YamlNode& map, ObjectNode& object, const std::string& patch_path, bool in_list,
                    ResourceNode* resource);
  void parseDirective(const std::string& key, const fhir::base::YamlNode& map, const fhir::base::YamlNode& name,
                      const fhir::base::YamlNode& value, ObjectNode& object, const std::string& patch_path,
                      bool in_list);
  void parseLoop(const fhir::base::YamlNode& value, ObjectNode& object);
  void parseSwitch(const fhir::base::YamlNode& map, const fhir::base::YamlNode& value, ObjectNode& object,
                   const std::string& patch_path);
  void useFragment(const fhir::base::YamlNode& value, ObjectNode& object, const std::string& patch_path);
  void addPatchedMembers(ObjectNode& object, const std::string& patch_path);
  void parseField(const std::string& name, const fhir::base::YamlNode& key, const fhir::base::YamlNode& value,
                  Block& block, const std::string& patch_path);
  void parsePatched(Patch& patch, const std::string& name, Block& block, const std::string& patch_path);
  Value parseValue(const fhir::base::YamlNode& node, const Target& target, const std::string& patch_path,
                   bool in_list);
  Constant parseConstant(const fhir::base::YamlNode& node, const Target& target);
  Target findTarget(const std::string& name, const fhir::base::YamlNode& key, const Block& block);
  void checkRequired(const ObjectNode& object, const fhir::base::YamlNode& at) const;

  CompiledExpression compile(std::string_view text, const fhir::base::YamlNode& node, uint32_t skipped,
                             const Target* target);
  void checkMentions(std::string_view text, const fhir::base::YamlNode& node, uint32_t skipped, const Target* target);
  void checkComment(const fhir::base::YamlNode& node) const;
  void checkSystem(const std::string& name, const fhir::base::YamlNode& node) const;
  const CodeMap& checkCodeMap(const std::string& name, const fhir::base::YamlNode& node) const;
  void checkBinding(const CodeMap& map, const std::string& name, const Target& target,
                    const fhir::base::YamlNode& node) const;

  const ParserInput& input_;
  std::map<std::string, Patch>& patches_;
  std::shared_ptr<const std::string> file_;
  const std::string* text_ = nullptr;
  std::vector<std::string> variables_;  // in scope, innermost last
  std::set<std::string> resource_names_;
  std::vector<std::string> fragments_;  // being included
  mutable std::set<std::string> used_code_maps_;
  std::set<std::string> used_fragments_;
};

// Functions that mappings add to FHIRPath, for CompileOptions.
std::span<const fhir::path::HostFunction> mappingFunctions();

}  // namespace mappings::engine
