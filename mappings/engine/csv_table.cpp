#include "mappings/engine/csv_table.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "mappings/engine/plain_text.h"
#include "mappings/source/encodings.h"

namespace mappings::engine {
namespace {

using fhir::base::invalid;
using fhir::base::Result;

std::string at(std::string_view file, uint32_t line) { return std::string(file) + ":" + std::to_string(line); }

struct Line {
  uint32_t number;
  std::vector<std::string> cells;
  bool quote_open = false;
};

// Splits into lines of cells; a quoted cell may hold commas, doubled quotes and line ends.
std::vector<Line> splitCells(std::string_view text) {
  std::vector<Line> lines;
  uint32_t number = 1;
  Line line{1, {}};
  std::string cell;
  bool quoted = false;
  bool any = false;
  const auto endCell = [&] {
    line.cells.emplace_back(trimmed(cell));
    cell.clear();
  };
  const auto endLine = [&] {
    endCell();
    if (any) lines.push_back(std::move(line));
    line = Line{number, {}};
    any = false;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++number;
    if (quoted) {
      if (c != '"') {
        cell += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        cell += text[++i];
      } else {
        quoted = false;
      }
    } else if (c == '"' && trimmed(cell).empty()) {
      cell.clear();
      quoted = any = true;
    } else if (c == ',') {
      endCell();
      any = true;
    } else if (c == '\n') {
      endLine();
    } else if (c != '\r') {
      cell += c;
      any = any || c != ' ';
    }
  }
  line.quote_open = quoted;
  if (any || quoted) {
    endCell();
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

int CsvTable::column(std::string_view name) const {
  const auto found = std::find(columns.begin(), columns.end(), name);
  return found == columns.end() ? -1 : static_cast<int>(found - columns.begin());
}

Result<CsvTable> readCsvTable(const std::string& path, std::string_view file,
                              const std::vector<std::string_view>& required,
                              const std::vector<std::string_view>& known) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fhir::base::Error{fhir::base::Why::NotFound, "cannot be read", std::string(file)};
  CsvTable table;
  table.file = std::string(file);
  table.bytes.assign(std::istreambuf_iterator<char>(in), {});
  auto decoded = source::decode(table.bytes, "");
  if (!decoded.ok()) return invalid("is neither UTF-8 nor GB18030", std::string(file));
  std::vector<Line> lines = splitCells(decoded->text);
  std::erase_if(lines, [](const Line& line) { return line.cells[0].starts_with('#'); });
  if (lines.empty()) return invalid("has no line with the names of the columns", std::string(file));
  if (lines.back().quote_open) return invalid("a quote is not closed", at(file, lines.back().number));
  table.columns = std::move(lines[0].cells);
  for (const std::string& name : table.columns)
    if (std::find(known.begin(), known.end(), name) == known.end())
      return invalid("unknown column \"" + name + "\"", at(file, lines[0].number));
  for (std::string_view name : required)
    if (table.column(name) < 0)
      return invalid("the column \"" + std::string(name) + "\" is missing", at(file, lines[0].number));
  for (size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].cells.size() > table.columns.size())
      return invalid("has more cells than there are columns", at(file, lines[i].number));
    lines[i].cells.resize(table.columns.size());
    table.rows.push_back({lines[i].number, std::move(lines[i].cells)});
  }
  return table;
}

}  // namespace mappings::engine
