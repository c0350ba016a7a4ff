#include "fhir/index/programs.h"

#include <algorithm>

namespace fhir::index {

using definitions::Definitions;
using definitions::SearchParameter;
using definitions::SearchType;
using definitions::TypeNumber;

namespace {

base::Result<path::Expression> compileGeneral(std::string_view expression, const SearchParameter& parameter) {
  path::CompileOptions options;
  options.search_parameter = true;
  auto compiled = path::Expression::compile(expression, options);
  if (compiled.ok()) return compiled;
  return base::Error{base::Why::Fault,
                     "search parameter " + std::string(parameter.url) + ": " + compiled.error().what,
                     compiled.error().where};
}

}  // namespace

const PathTrie* ComponentProgram::trie(TypeNumber type) const {
  for (const auto& [node_type, trie] : tries)
    if (node_type == type) return &trie;
  return nullptr;
}

base::Done Extractor::Programs::compile(const Definitions& definitions) {
  of_type.resize(definitions.types().size() + 1);
  for (const definitions::Type& type : definitions.types())
    if (definitions.isResource(type.number)) RETURN_IF_ERROR(compileType(definitions, type.number));
  return {};
}

base::Done Extractor::Programs::compileType(const Definitions& definitions, TypeNumber type) {
  TypePrograms& programs = of_type[type];
  programs.trie.emplace(type);
  auto published = definitions.searchParameters(type);
  std::vector<const SearchParameter*> by_number(published.begin(), published.end());
  std::sort(by_number.begin(), by_number.end(), [](auto* a, auto* b) { return a->number < b->number; });
  for (const SearchParameter* parameter : by_number) {
    if (parameter->expression.empty() || parameter->type == SearchType::Special) continue;
    if (std::find(options.leave_out.begin(), options.leave_out.end(), parameter->number) != options.leave_out.end())
      continue;
    RETURN_IF_ERROR(compileParameter(definitions, type, *parameter, programs));
  }
  programs.trie->finish();
  return {};
}

base::Done Extractor::Programs::compileParameter(const Definitions& definitions, TypeNumber type,
                                                 const SearchParameter& parameter, TypePrograms& programs) {
  const auto slot = static_cast<uint32_t>(programs.parameters.size());
  ParameterProgram& program = programs.parameters.emplace_back();
  program.parameter = &parameter;
  auto paths = parseSimplePaths(parameter.expression, type);
  const bool simple = options.specialised && paths && programs.trie->add(*paths, slot);
  if (!simple) {
    ASSIGN_OR_RETURN(program.general, compileGeneral(parameter.expression, parameter));
  }
  const std::vector<TypeNumber> node_types = simple ? programs.trie->typesOf(slot) : std::vector<TypeNumber>();
  for (std::string_view component : parameter.components)
    RETURN_IF_ERROR(compileComponent(definitions, type, component, node_types, program));
  return {};
}

base::Done Extractor::Programs::compileComponent(const Definitions& definitions, TypeNumber type,
                                                 std::string_view component,
                                                 const std::vector<TypeNumber>& node_types,
                                                 ParameterProgram& program) {
  const size_t bar = component.find('|');
  const std::string_view code = component.substr(0, bar);
  const std::string_view expression = component.substr(bar + 1);
  const SearchParameter* part = definitions.searchParameter(type, code);
  if (part == nullptr)
    return base::Error{base::Why::Fault,
                       "the composite has a component that is no search parameter: " + std::string(code),
                       std::string(program.parameter->url)};
  ComponentProgram& out = program.components.emplace_back();
  out.parameter = *part;
  out.parameter.number = program.parameter->number;
  bool simple = options.specialised && !node_types.empty();
  for (TypeNumber node_type : node_types) {
    auto paths = parseSimplePaths(expression, node_type);
    PathTrie trie(node_type);
    simple = simple && paths && trie.add(*paths, 0);
    trie.finish();
    out.tries.emplace_back(node_type, std::move(trie));
  }
  if (simple) return {};
  out.tries.clear();
  ASSIGN_OR_RETURN(out.general, compileGeneral(expression, *program.parameter));
  return {};
}

}  // namespace fhir::index
