#pragma once
// Strict YAML -> Map. Everything that can be known to be wrong without a message is an error here, with
// file:line:column: unknown directives and elements (naming the nearest right one), values of the wrong type,
// unknown variables, code maps and systems, codes outside a required binding, expressions that do not compile.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/base/strict_yaml.h"
#include "mappings/engine/code_maps.h"
#include "mappings/engine/map.h"

namespace mappings::engine {

// One YAML file of the mappings folder as read from the disk.
struct MapFile {
  std::string file;  // "hl7v2/oru_r01/oru_r01.yaml"
  std::string text;
  fhir::base::YamlNode root;
};

struct ParserInput {
  const std::map<std::string, MapFile, std::less<>>* mappings = nullptr;   // by mapping name
  const std::map<std::string, MapFile, std::less<>>* fragments = nullptr;  // by fragment name
  const CodeMaps* code_maps = nullptr;
  const SystemNames* systems = nullptr;
};

// The error names the first thing that is wrong.
fhir::base::Result<Map> parseMap(std::string_view name, const ParserInput& input);

}  // namespace mappings::engine
