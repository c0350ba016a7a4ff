#pragma once
// The tables of fhir/definitions/r4 as they were compiled in: a header line, then one line per row, cells
// separated by tabs. Rows of cells are views into the program's own memory.

#include <cstddef>
#include <string_view>
#include <vector>

namespace fhir::definitions {

struct Tables {
  std::string_view types;
  std::string_view elements;
  std::string_view search_parameters;
  std::string_view compartments;
  std::string_view required_codes;
  std::string_view code_systems;  // rows of three kinds, see fhir/terminology/r4_terminology.cpp
  std::string_view value_sets;
  std::string_view invariants;
  std::string_view bindings;
  std::string_view primitives;
  std::string_view type_profiles;
  std::string_view profiles;  // no table: one StructureDefinition a line
};
const Tables& r4Tables();

// Walks the rows of one table.
class TableReader {
 public:
  explicit TableReader(std::string_view table);  // stands before the first row after the header
  bool next();                                   // false at the end
  std::string_view cell(size_t column) const { return cells_[column]; }

 private:
  std::string_view rest_;
  std::vector<std::string_view> cells_;
};

// The words of a cell, split at single spaces.
std::vector<std::string_view> words(std::string_view cell);

}  // namespace fhir::definitions
