#include "gateway/record/store/sqlite/record_file.h"

#include <array>

#include "schema_text.h"

namespace gateway::record::store {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

namespace {

// Step n brings a file of schema n to n + 1; each runs in one transaction.
constexpr std::array<const char*, kSchemaVersion> kSteps = {kSchema0001, kSchema0002, kSchema0003, kSchema0004};

Result<int64_t> number(sql::Connection& connection, std::string_view sql) {
  ASSIGN_OR_RETURN(auto select, connection.prepare(sql));
  ASSIGN_OR_RETURN(bool row, select.step());
  return row ? select.integer(0) : 0;
}

Done bringUp(sql::Connection& connection, int64_t from) {
  for (int64_t version = from; version < kSchemaVersion; ++version) {
    std::string sql = "BEGIN IMMEDIATE;\n" + std::string(kSteps[static_cast<size_t>(version)]) +
                      "\nPRAGMA application_id=" + std::to_string(kApplicationId) +
                      ";\nPRAGMA user_version=" + std::to_string(version + 1) + ";\nCOMMIT;";
    Done done = connection.exec(sql);
    if (done.ok()) continue;
    Done undone = connection.exec("ROLLBACK");
    (void)undone;
    return done;
  }
  return {};
}

Done recognise(sql::Connection& connection) {
  ASSIGN_OR_RETURN(int64_t application, number(connection, "PRAGMA application_id"));
  ASSIGN_OR_RETURN(int64_t version, number(connection, "PRAGMA user_version"));
  ASSIGN_OR_RETURN(int64_t tables, number(connection, "SELECT count(*) FROM sqlite_schema"));
  bool is_new = application == 0 && version == 0 && tables == 0;
  if (!is_new && application != kApplicationId) {
    return Error{Why::Unavailable, "this file is a database of another program", ""};
  }
  if (version > kSchemaVersion) {
    return Error{Why::Unavailable,
                 "the record has schema " + std::to_string(version) + " and this program knows up to " +
                     std::to_string(kSchemaVersion) + "; use the program that wrote it, or a newer one",
                 ""};
  }
  return bringUp(connection, version);
}

}  // namespace

Result<std::unique_ptr<sql::Connection>> openRecordFile(const std::string& path, int64_t cache_bytes) {
  ASSIGN_OR_RETURN(auto connection,
                   sql::Connection::open(path, {sql::Connection::Use::Writer, cache_bytes, 4096, false}));
  Done recognised = recognise(*connection);
  // The writer says itself when the log is moved into the file.
  if (recognised.ok()) recognised = connection->exec("PRAGMA wal_autocheckpoint=0");
  if (recognised.ok()) return connection;
  Error error = std::move(recognised).error();
  error.where = path;
  return error;
}

}  // namespace gateway::record::store
