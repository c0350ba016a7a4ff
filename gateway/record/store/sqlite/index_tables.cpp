#include "gateway/record/store/sqlite/index_tables.h"

namespace gateway::record::store {

namespace {

std::vector<uint8_t> blobOf(std::string_view bytes) { return {bytes.begin(), bytes.end()}; }

void append(std::string& key, std::string_view bytes) {
  key += std::to_string(bytes.size());
  key += ':';
  key += bytes;
}

}  // namespace

std::string IndexRow::key() const {
  std::string key(1, static_cast<char>('a' + table));
  for (const auto& column : columns) {
    if (auto* number = std::get_if<int64_t>(&column)) append(key, std::to_string(*number));
    if (auto* text = std::get_if<std::string>(&column)) append(key, *text);
    if (auto* blob = std::get_if<std::vector<uint8_t>>(&column))
      append(key, {reinterpret_cast<const char*>(blob->data()), blob->size()});
  }
  return key;
}

std::vector<IndexRow> rowsOf(const search::IndexRows& rows, fhir::definitions::TypeNumber type, bool indexed) {
  std::vector<IndexRow> out;
  for (int64_t patient : rows.patients) out.push_back({kCompartmentTable, {patient}});
  if (!indexed) return out;
  for (const auto& row : rows.dates) out.push_back({1, {int64_t{row.parameter}, row.low, row.high}});
  for (const auto& row : rows.numbers) {
    out.push_back({2, {int64_t{row.parameter}, row.unit, blobOf(row.low), blobOf(row.high)}});
  }
  for (int64_t patient : rows.patients) out.push_back({3, {patient, int64_t{type}, rows.clinical_date}});
  if (!rows.present.empty()) out.push_back({4, {rows.present}});
  for (const auto& row : rows.strings) out.push_back({5, {int64_t{row.parameter}, row.folded, row.exact}});
  for (const auto& row : rows.hashed) out.push_back({6, {int64_t{row.parameter}, row.value}});
  return out;
}

std::string selectAll(const IndexTable& table) {
  return "SELECT vkey, " + std::string(table.columns) + " FROM " + std::string(table.name);
}

IndexRow readRow(size_t table, const sql::Statement& row) {
  IndexRow out{table, {}};
  for (size_t i = 0; i < kTables[table].types.size(); ++i) {
    int column = static_cast<int>(i + 1);
    switch (kTables[table].types[i]) {
      case 'i': out.columns.emplace_back(row.integer(column)); break;
      case 't': out.columns.emplace_back(std::string(row.text(column))); break;
      default: out.columns.emplace_back(blobOf(row.blob(column)));
    }
  }
  return out;
}

std::string deleteOne(const IndexTable& table) {
  std::string sql = "DELETE FROM " + std::string(table.name) + " WHERE vkey=?";
  std::string_view rest = table.columns;
  while (!rest.empty()) {
    size_t end = std::min(rest.find(", "), rest.size());
    sql += " AND " + std::string(rest.substr(0, end)) + "=?";
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return sql;
}

}  // namespace gateway::record::store
