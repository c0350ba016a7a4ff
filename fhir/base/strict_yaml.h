#pragma once
// The one loader for mappings, settings and case files: strict YAML (yaml-cpp's event API). Refuses what makes
// YAML surprising: duplicate keys, anchors, aliases, tags, merge keys, tabs, several documents, and flow style that
// holds an expression. Scalars stay text: typing is the reader's business ("no" stays "no"). Depth cap 64.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"

namespace fhir::base {

struct YamlMember;

struct YamlNode {
  enum class Kind { Null, Scalar, Sequence, Map } kind = Kind::Null;
  std::string text;                 // Scalar
  bool quoted = false;              // Scalar: was written in quotes or as a block
  std::vector<YamlNode> items;      // Sequence
  std::vector<YamlMember> members;  // Map, in file order
  uint32_t line = 0;                // from 1
  uint32_t column = 0;              // from 1

  const YamlNode* find(std::string_view key) const;  // Map
};

struct YamlMember {
  YamlNode key;  // a scalar
  YamlNode value;
};

// `file` is only used for places: errors have where = "file:line:column".
Result<YamlNode> readYaml(std::string_view text, std::string_view file);
Result<YamlNode> readYamlFile(const std::string& path);

}  // namespace fhir::base
