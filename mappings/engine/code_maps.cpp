#include "mappings/engine/code_maps.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "fhir/base/temporal.h"
#include "mappings/engine/csv_table.h"
#include "mappings/engine/plain_text.h"

namespace mappings::engine {
namespace {

using fhir::base::Done;
using fhir::base::invalid;
using fhir::base::Result;

bool isDay(std::string_view text) {
  return text.empty() || (text.size() == 10 && fhir::base::Temporal::parseDate(text).ok());
}

bool overlap(const CodeMapRow& a, const CodeMapRow& b) {
  const auto before = [](const std::string& end, const std::string& start) {
    return !end.empty() && !start.empty() && end < start;
  };
  return !before(a.valid_to, b.valid_from) && !before(b.valid_to, a.valid_from);
}

bool validOn(const CodeMapRow& row, std::string_view day) {
  if (day.empty()) return true;
  return (row.valid_from.empty() || row.valid_from <= day) && (row.valid_to.empty() || day <= row.valid_to);
}

Done checkRow(const CodeMapRow& row, const SystemNames& systems) {
  static constexpr std::array<std::string_view, 7> kEquivalences = {"equivalent", "equal",     "wider",   "narrower",
                                                                    "inexact",    "unmatched", "disjoint"};
  if (row.local.empty()) return invalid("the local code is empty");
  if (std::find(kEquivalences.begin(), kEquivalences.end(), row.equivalence) == kEquivalences.end())
    return invalid("unknown equivalence \"" + row.equivalence + "\"");
  const bool unmatched = row.equivalence == "unmatched" || row.equivalence == "disjoint";
  if (row.code.empty() != unmatched)
    return invalid(unmatched ? "an unmatched row has no code"
                             : "the code is empty; \"unmatched\" says so on purpose");
  if (!unmatched && !systems.has(row.system) && row.system.find(':') == std::string::npos) {
    const std::string near = systems.nearest(row.system);
    return invalid("\"" + row.system + "\" is neither a name of systems.csv nor a URI" +
                   (near.empty() ? "" : "; the nearest name is \"" + near + "\""));
  }
  if (!isDay(row.valid_from) || !isDay(row.valid_to)) return invalid("valid_from and valid_to are days: 2025-01-31");
  return {};
}

}  // namespace

Result<CodeMap> CodeMap::load(const std::string& path, std::string_view file, const SystemNames& systems) {
  ASSIGN_OR_RETURN(CsvTable table, readCsvTable(path, file, {"scope", "local", "code", "system"},
                                                {"scope", "local", "code", "system", "display", "equivalence",
                                                 "valid_from", "valid_to", "note"}));
  CodeMap map;
  map.file_ = table.file;
  const auto cell = [&](const CsvTable::Row& row, std::string_view name) {
    const int column = table.column(name);
    return column < 0 ? std::string() : row.cells[column];
  };
  for (const CsvTable::Row& source : table.rows) {
    const std::string where = table.file + ":" + std::to_string(source.line);
    auto row = std::make_unique<CodeMapRow>();
    row->local = cell(source, "local");
    row->code = cell(source, "code");
    row->system = cell(source, "system");
    row->display = cell(source, "display");
    row->equivalence = cell(source, "equivalence");
    row->valid_from = cell(source, "valid_from");
    row->valid_to = cell(source, "valid_to");
    row->line = source.line;
    if (row->equivalence.empty()) row->equivalence = "equivalent";
    if (Done done = checkRow(*row, systems); !done.ok()) return invalid(done.error().what, where);
    const std::string scope = cell(source, "scope");
    if (scope.empty()) return invalid("the scope is empty; * is for all institutions", where);
    Rows& rows = map.scopes_[scope];
    const std::string key = compareForm(row->local);
    for (auto [it, end] = rows.equal_range(key); it != end; ++it)
      if (overlap(*it->second, *row))
        return invalid("the same local code stands in line " + std::to_string(it->second->line), where);
    map.in_order_.push_back(row.get());
    rows.emplace(key, std::move(row));
  }
  map.bytes_ = std::move(table.bytes);
  return map;
}

const CodeMapRow* CodeMap::findIn(std::string_view scope, const std::string& key, std::string_view day) const {
  const auto rows = scopes_.find(scope);
  if (rows == scopes_.end()) return nullptr;
  for (auto [it, end] = rows->second.equal_range(key); it != end; ++it)
    if (validOn(*it->second, day)) return it->second.get();
  return nullptr;
}

const CodeMapRow* CodeMap::find(std::string_view institution, std::string_view local, std::string_view day) const {
  const std::string key = compareForm(local);
  const CodeMapRow* row = findIn(institution, key, day);
  return row != nullptr ? row : findIn("*", key, day);
}

CodeMaps CodeMaps::load(const std::string& folder, const SystemNames& systems,
                        std::vector<fhir::base::Error>& errors) {
  CodeMaps maps;
  std::error_code failed;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed))
    if (entry.path().extension() == ".csv" && entry.path().filename() != "systems.csv") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& path : files) {
    auto map = CodeMap::load(path.string(), "code_maps/" + path.filename().string(), systems);
    if (map.ok()) {
      maps.maps_.emplace(path.stem().string(), std::move(map).value());
    } else {
      errors.push_back(map.error());
    }
  }
  return maps;
}

const CodeMap* CodeMaps::find(std::string_view name) const {
  const auto found = maps_.find(name);
  return found == maps_.end() ? nullptr : &found->second;
}

std::string CodeMaps::nearest(std::string_view name) const {
  std::vector<std::string_view> all;
  for (const auto& entry : maps_) all.push_back(entry.first);
  return nearestWord(name, all);
}

}  // namespace mappings::engine
