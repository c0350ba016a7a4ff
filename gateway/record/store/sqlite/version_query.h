#pragma once
// A statement over `version` as it is put together: text and the values of its `?`.

#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "gateway/record/sql/sqlite.h"
#include "gateway/record/store/sqlite/rights_sql.h"

namespace gateway::record::store {

struct VersionQuery {
  std::string sql;
  std::vector<sql::Value> binds;

  VersionQuery& add(std::string_view text) {
    sql += text;
    return *this;
  }
  VersionQuery& visible(fhir::definitions::TypeNumber type, const search::Rights& rights) {
    sql += visibleSql("v", type, rights, binds);
    return *this;
  }
  VersionQuery& value(sql::Value value) {
    sql += '?';
    binds.push_back(std::move(value));
    return *this;
  }
  fhir::base::Result<sql::Statement> prepare(sql::Connection& connection) const {
    ASSIGN_OR_RETURN(auto statement, connection.prepare(sql));
    for (size_t i = 0; i < binds.size(); ++i) statement.bind(static_cast<int>(i + 1), binds[i]);
    return statement;
  }
};

}  // namespace gateway::record::store
