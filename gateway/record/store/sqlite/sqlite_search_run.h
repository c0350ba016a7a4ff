#pragma once
// One search on one connection: its rights, its sequence, and its time.

#include <chrono>

#include "gateway/record/store/sqlite/plan_to_sql.h"
#include "gateway/record/store/sqlite/sqlite_search.h"

namespace gateway::record::store {

class SearchRun {
 public:
  SearchRun(sql::Connection& connection, const search::TokenSystems& systems_in, const Rights& rights_in,
            uint64_t as_of_in, const SearchLimits& limits_in);
  ~SearchRun();  // takes the time limit off the connection
  SearchRun(const SearchRun&) = delete;
  SearchRun& operator=(const SearchRun&) = delete;

  // The statement with its values, and what is left of the time for it. Why::OutOfTime when there is nothing left.
  fhir::base::Result<sql::Statement> start(const SqlText& sql);
  // A step; Why::OutOfTime names the limit.
  fhir::base::Result<bool> step(sql::Statement& statement) const;
  // The one number that the statement gives.
  fhir::base::Result<int64_t> number(const SqlText& sql);

  const search::TokenSystems& systems;
  const Rights& rights;
  const uint64_t as_of;
  const SearchLimits& limits;

 private:
  fhir::base::Error tooLong() const;
  sql::Connection& connection_;
  std::chrono::steady_clock::time_point end_;
};

}  // namespace gateway::record::store
