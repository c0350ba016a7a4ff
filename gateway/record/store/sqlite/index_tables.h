#pragma once
// The index tables as plain rows, so that dump and reindex can treat them alike.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/record/sql/sqlite.h"
#include "gateway/record/store/sqlite/content.h"

namespace gateway::record::store {

struct IndexTable {
  std::string_view kind;  // its name in a dump
  std::string_view name;
  std::string_view columns;  // without vkey
  std::string_view types;    // one letter for each column: i integer, t text, b blob
};

constexpr size_t kIndexTables = 7;
constexpr std::array<IndexTable, kIndexTables> kTables = {{
    {"compartment", "compartment", "patient", "i"},
    {"date", "idx_date", "parameter, low, high", "iii"},
    {"number", "idx_number", "parameter, unit, low, high", "iibb"},
    {"patient", "idx_patient", "patient, type, date", "iii"},
    {"present", "idx_present", "parameters", "t"},
    {"string", "idx_string", "parameter, text, exact", "iti"},
    {"value", "idx_value", "parameter, value", "ii"},
}};
constexpr size_t kCompartmentTable = 0;

struct IndexRow {
  size_t table = 0;
  std::vector<sql::Value> columns;

  std::string key() const;  // equal rows have equal keys
};

// The rows that a version with this content has; `indexed`: false for one that has compartments only.
std::vector<IndexRow> rowsOf(const search::IndexRows& rows, fhir::definitions::TypeNumber type, bool indexed);

// SELECT vkey and the columns, in no order.
std::string selectAll(const IndexTable& table);
// A row of that, without the vkey.
IndexRow readRow(size_t table, const sql::Statement& row);
std::string deleteOne(const IndexTable& table);  // ?1 is the vkey, then the columns

}  // namespace gateway::record::store
