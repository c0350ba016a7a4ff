#pragma once
// The small tables that engineers edit in a spreadsheet: code maps and system names. UTF-8 with or without BOM,
// or GB18030; commas; quotes as spreadsheets write them; the first line names the columns; lines that begin with #
// are remarks.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"

namespace mappings::engine {

struct CsvTable {
  struct Row {
    uint32_t line = 0;
    std::vector<std::string> cells;  // as many as columns
  };
  std::string file;
  std::string bytes;  // as on the disk, for version hashes
  std::vector<std::string> columns;
  std::vector<Row> rows;

  // Index of a column; -1 when absent.
  int column(std::string_view name) const;
};

// Why::Invalid with where = "file:line"; the columns must be among `known` and hold all of `required`.
fhir::base::Result<CsvTable> readCsvTable(const std::string& path, std::string_view file,
                                          const std::vector<std::string_view>& required,
                                          const std::vector<std::string_view>& known);

}  // namespace mappings::engine
