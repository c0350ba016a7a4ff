#pragma once
// Map: a mapping file after loading: checked against the R4 definitions, expressions compiled, every piece with its
// place in the file. Immutable, thread-safe. The language is described in mappings/README.md.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fhir/definitions/lookup.h"
#include "fhir/path/expression.h"
#include "mappings/engine/field_pattern.h"
#include "mappings/engine/map_runner.h"
#include "mappings/engine/part_view.h"
#include "mappings/source/source_reader.h"

namespace mappings::engine {

// A place in a mapping file, "hl7v2/oru_r01/oru_r01.yaml:33:14".
struct FilePlace {
  std::shared_ptr<const std::string> file;
  uint32_t line = 0;
  uint32_t column = 0;
  std::string text() const;
};

struct CompiledExpression {
  fhir::path::Expression expression;
  FilePlace place;
};

using Named = std::pair<std::string, CompiledExpression>;

// What a value is written into.
struct Target {
  const fhir::definitions::Element* element = nullptr;
  fhir::definitions::TypeNumber type = 0;
  std::string json_name;  // "valueQuantity", "_birthDate"
  std::string path;       // "Observation.valueQuantity", for error texts
  bool repeats = false;
  bool primitive = false;
};

struct Block;

struct Loop {
  std::string variable;
  CompiledExpression over;
};

// An object in the output; also the body of a resource and of a case.
struct ObjectNode {
  FilePlace place;
  std::optional<Loop> loop;                   // $for, in lists
  std::optional<CompiledExpression> only_if;  // $if
  std::vector<Named> let;                     // $let
  std::unique_ptr<Block> body;
};

struct Constant {
  std::string json;  // ready to write
};

using Value = std::variant<Constant, CompiledExpression, ObjectNode>;

struct Field {
  Target target;
  FilePlace place;
  std::vector<Value> values;  // one, unless the file has a list
  bool in_list = false;
};

struct Case {
  std::vector<std::string> keys;  // "CE|CWE"
  ObjectNode object;
};

struct Switch {
  CompiledExpression on;
  std::vector<Case> cases;
  std::unique_ptr<ObjectNode> otherwise;  // $else
};

struct Fail {
  std::string text;
  FilePlace place;
};

// Statements in the order of the file.
struct Block {
  fhir::definitions::TypeNumber type = 0;
  std::string path;  // "Observation.referenceRange"
  std::vector<std::variant<Field, Switch, Fail>> statements;
};

struct ResourceNode {
  std::string as;
  std::string type_name;
  fhir::definitions::TypeNumber type = 0;
  WriteMode mode = WriteMode::Newer;
  std::vector<std::string> merge_lists;
  std::optional<CompiledExpression> key;
  std::optional<CompiledExpression> order;
  ObjectNode object;  // $for, $if, $let and the content; of a bare `$fail` entry only the statement
  std::vector<std::unique_ptr<ResourceNode>> then;
};

struct IgnoreRule {
  FieldPattern field;
  std::string reason;
};

struct Map {
  std::string name;  // "hl7v2/oru_r01"
  std::string file;  // "hl7v2/oru_r01/oru_r01.yaml"
  source::ReadOptions read;
  std::vector<std::string> root;  // names from the part's root to where expressions start
  int zone_minutes = 480;
  std::optional<CompiledExpression> accept;
  std::optional<CompiledExpression> institution;
  std::optional<CompiledExpression> occurred;
  std::vector<CompiledExpression> order;
  std::vector<Named> let;
  std::vector<IgnoreRule> ignore;
  AbsentWords absent;
  std::vector<std::unique_ptr<ResourceNode>> output;
  std::string version;  // 16 hex digits
  // `extends:` and `patch:` lines that no longer hit anything, and the like: worth saying, no reason to refuse.
  std::vector<fhir::base::Error> remarks;
};

}  // namespace mappings::engine
