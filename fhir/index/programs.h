#pragma once
// What Extractor::create makes of the search parameters: for each resource type a trie of simple paths, and a
// compiled FHIRPath expression for each parameter that is not simple.

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/index/extractor.h"
#include "fhir/index/path_trie.h"
#include "fhir/path/expression.h"

namespace fhir::index {

// One component of a composite, evaluated below the composite's node.
struct ComponentProgram {
  definitions::SearchParameter parameter;                           // number of the composite, type of the component
  std::vector<std::pair<definitions::TypeNumber, PathTrie>> tries;  // by type of the composite's node
  std::optional<path::Expression> general;                          // when it is not simple

  const PathTrie* trie(definitions::TypeNumber type) const;
};

struct ParameterProgram {
  const definitions::SearchParameter* parameter = nullptr;
  std::optional<path::Expression> general;  // when the trie does not find it
  std::vector<ComponentProgram> components;
};

struct TypePrograms {
  std::vector<ParameterProgram> parameters;  // by number; their places are the slots of the trie
  std::optional<PathTrie> trie;
};

struct Extractor::Programs {
  ExtractorOptions options;
  std::vector<TypePrograms> of_type;  // by type number

  base::Done compile(const definitions::Definitions& definitions);

 private:
  base::Done compileType(const definitions::Definitions& definitions, definitions::TypeNumber type);
  base::Done compileParameter(const definitions::Definitions& definitions, definitions::TypeNumber type,
                              const definitions::SearchParameter& parameter, TypePrograms& programs);
  base::Done compileComponent(const definitions::Definitions& definitions, definitions::TypeNumber type,
                              std::string_view component, const std::vector<definitions::TypeNumber>& node_types,
                              ParameterProgram& program);
};

}  // namespace fhir::index
