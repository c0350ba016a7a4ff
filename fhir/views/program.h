#pragma once
// Program: the compiled form of a view. Written once by view_reader, then only read. Private to fhir/views.

#include <string>
#include <vector>

#include "fhir/definitions/lookup.h"
#include "fhir/path/expression.h"
#include "fhir/views/column_type.h"
#include "fhir/views/constants.h"
#include "fhir/views/view_definition.h"

namespace fhir::views {

struct CompiledColumn {
  path::Expression path;
  ColumnType type;
  bool collection = false;
  bool uses_row_index = false;
  std::string place;  // "view.json:12:9", of its path
};

// A select. Its columns, those of its selects and those of its unionAll are neighbours in the row.
struct Selection {
  enum class Over : uint8_t { Once, ForEach, ForEachOrNull, Repeat };

  Over over = Over::Once;
  std::vector<path::Expression> paths;  // one, or those of repeat
  size_t first_column = 0;
  size_t column_count = 0;  // with those of selects and unionAll
  std::vector<CompiledColumn> columns;
  std::vector<Selection> selects;
  std::vector<Selection> union_all;  // all with the same range of columns
};

struct Condition {
  path::Expression path;
  std::string place;
};

struct ViewDefinition::Program {
  std::string name;
  std::string resource;
  definitions::TypeNumber type = 0;
  std::vector<Column> columns;
  Constants constants;
  std::vector<Condition> where;
  Selection root;  // its selects are those of the view
};

}  // namespace fhir::views
