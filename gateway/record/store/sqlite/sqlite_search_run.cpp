#include "gateway/record/store/sqlite/sqlite_search_run.h"

namespace gateway::record::store {

using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

SearchRun::SearchRun(sql::Connection& connection, const search::TokenSystems& systems_in, const Rights& rights_in,
                     uint64_t as_of_in, const SearchLimits& limits_in)
    : systems(systems_in),
      rights(rights_in),
      as_of(as_of_in),
      limits(limits_in),
      connection_(connection),
      end_(std::chrono::steady_clock::now() + std::chrono::milliseconds(limits_in.milliseconds)) {}

SearchRun::~SearchRun() { connection_.setDeadline(0); }

Result<sql::Statement> SearchRun::start(const SqlText& sql) {
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now()).count();
  if (limits.milliseconds > 0) {
    if (left <= 0) return tooLong();
    connection_.setDeadline(left);
  }
  ASSIGN_OR_RETURN(auto statement, connection_.prepare(sql.text));
  for (size_t i = 0; i < sql.values.size(); ++i) statement.bind(static_cast<int>(i + 1), sql.values[i]);
  return statement;
}

Result<bool> SearchRun::step(sql::Statement& statement) const {
  auto row = statement.step();
  if (!row.ok() && row.error().why == Why::OutOfTime) return tooLong();
  return row;
}

Result<int64_t> SearchRun::number(const SqlText& sql) {
  ASSIGN_OR_RETURN(auto statement, start(sql));
  ASSIGN_OR_RETURN(bool row, step(statement));
  return row ? statement.integer(0) : 0;
}

Error SearchRun::tooLong() const {
  return Error{Why::OutOfTime,
               "the search took longer than " + std::to_string(limits.milliseconds) +
                   " ms; make it narrower, for instance by a patient, a code or a time",
               {}};
}

}  // namespace gateway::record::store
