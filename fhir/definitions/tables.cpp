#include "fhir/definitions/tables.h"

// One object file section per table, with its bytes between two symbols.
#define ONECARD_TABLE(symbol, file)            \
  asm(".pushsection .rodata\n"                 \
      ".global onecard_r4_" #symbol            \
      "\n"                                     \
      "onecard_r4_" #symbol                    \
      ":\n"                                    \
      ".incbin \"" FHIR_R4_TABLES "/" file     \
      "\"\n"                                   \
      ".global onecard_r4_" #symbol            \
      "_end\n"                                 \
      "onecard_r4_" #symbol                    \
      "_end:\n"                                \
      ".byte 0\n"                              \
      ".popsection\n");                        \
  extern "C" const char onecard_r4_##symbol[]; \
  extern "C" const char onecard_r4_##symbol##_end[];

ONECARD_TABLE(types, "types.tsv")
ONECARD_TABLE(elements, "elements.tsv")
ONECARD_TABLE(search_parameters, "search_parameters.tsv")
ONECARD_TABLE(compartments, "compartments.tsv")
ONECARD_TABLE(required_codes, "required_codes.tsv")
ONECARD_TABLE(code_systems, "code_systems.tsv")
ONECARD_TABLE(value_sets, "value_sets.tsv")
ONECARD_TABLE(invariants, "invariants.tsv")
ONECARD_TABLE(bindings, "bindings.tsv")
ONECARD_TABLE(primitives, "primitives.tsv")
ONECARD_TABLE(type_profiles, "type_profiles.tsv")
ONECARD_TABLE(profiles, "profiles.ndjson")

namespace fhir::definitions {
namespace {

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<size_t>(end - begin)}; }

}  // namespace

const Tables& r4Tables() {
  static const Tables tables{
      between(onecard_r4_types, onecard_r4_types_end),
      between(onecard_r4_elements, onecard_r4_elements_end),
      between(onecard_r4_search_parameters, onecard_r4_search_parameters_end),
      between(onecard_r4_compartments, onecard_r4_compartments_end),
      between(onecard_r4_required_codes, onecard_r4_required_codes_end),
      between(onecard_r4_code_systems, onecard_r4_code_systems_end),
      between(onecard_r4_value_sets, onecard_r4_value_sets_end),
      between(onecard_r4_invariants, onecard_r4_invariants_end),
      between(onecard_r4_bindings, onecard_r4_bindings_end),
      between(onecard_r4_primitives, onecard_r4_primitives_end),
      between(onecard_r4_type_profiles, onecard_r4_type_profiles_end),
      between(onecard_r4_profiles, onecard_r4_profiles_end),
  };
  return tables;
}

TableReader::TableReader(std::string_view table) : rest_(table) {
  size_t header_end = rest_.find('\n');
  rest_.remove_prefix(header_end == std::string_view::npos ? rest_.size() : header_end + 1);
}

bool TableReader::next() {
  if (rest_.empty()) return false;
  std::string_view line = rest_.substr(0, rest_.find('\n'));
  rest_.remove_prefix(line.size() < rest_.size() ? line.size() + 1 : line.size());
  cells_.clear();
  size_t start = 0;
  while (true) {
    size_t tab = line.find('\t', start);
    cells_.push_back(line.substr(start, tab - start));
    if (tab == std::string_view::npos) return true;
    start = tab + 1;
  }
}

std::vector<std::string_view> words(std::string_view cell) {
  std::vector<std::string_view> out;
  while (!cell.empty()) {
    size_t space = cell.find(' ');
    out.push_back(cell.substr(0, space));
    cell.remove_prefix(space == std::string_view::npos ? cell.size() : space + 1);
  }
  return out;
}

}  // namespace fhir::definitions
