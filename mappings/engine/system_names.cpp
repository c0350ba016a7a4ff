#include "mappings/engine/system_names.h"

#include <algorithm>
#include <vector>

#include "mappings/engine/csv_table.h"

namespace mappings::engine {
namespace {

void replaceAll(std::string& text, std::string_view what, std::string_view by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

}  // namespace

fhir::base::Result<SystemNames> SystemNames::load(const std::string& path, std::string_view file) {
  ASSIGN_OR_RETURN(CsvTable table, readCsvTable(path, file, {"name", "uri"}, {"name", "uri", "meaning"}));
  SystemNames names;
  const int name = table.column("name");
  const int uri = table.column("uri");
  for (CsvTable::Row& row : table.rows) {
    const std::string where = table.file + ":" + std::to_string(row.line);
    if (row.cells[name].empty() || row.cells[uri].empty())
      return fhir::base::invalid("a row needs a name and a URI", where);
    if (!names.uris_.emplace(row.cells[name], row.cells[uri]).second)
      return fhir::base::invalid("the name \"" + row.cells[name] + "\" stands here twice", where);
  }
  names.bytes_ = std::move(table.bytes);
  return names;
}

std::string SystemNames::uri(std::string_view name, std::string_view canonical, std::string_view institution) const {
  const auto found = uris_.find(name);
  if (found == uris_.end()) return std::string(name);
  std::string out = found->second;
  replaceAll(out, "{canonical}", canonical);
  replaceAll(out, "{institution}", institution);
  return out;
}

std::string SystemNames::nearest(std::string_view name) const {
  std::vector<std::string_view> all;
  for (const auto& entry : uris_) all.push_back(entry.first);
  return nearestWord(name, all);
}

size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      const size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace mappings::engine
