// Sequence numbers as moments that a restricted caller may know, and back (see Moment).

#include "gateway/record/store/sqlite/rights_sql.h"
#include "gateway/record/store/sqlite/store_body.h"

namespace gateway::record::store {

using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

namespace {

struct Shown {
  std::string sql;
  std::vector<sql::Value> binds;
};

// FROM and WHERE of the versions of one moment whose commit shows: they are visible, or what they replaced was.
Shown shownAt(int64_t last_updated, const Rights& rights) {
  Shown shown;
  shown.binds.emplace_back(last_updated);
  shown.sql = " FROM version AS v INDEXED BY version_by_time WHERE v.last_updated=? AND (";
  shown.sql += visibleSql("v", 0, rights, shown.binds);
  shown.sql +=
      " OR EXISTS(SELECT 1 FROM version AS b WHERE b.type=v.type AND b.id=v.id AND b.version=v.version-1 AND ";
  shown.sql += visibleSql("b", 0, rights, shown.binds);
  shown.sql += "))";
  return shown;
}

Result<int64_t> number(sql::Connection& connection, const Shown& select) {
  ASSIGN_OR_RETURN(auto statement, connection.prepare(select.sql));
  for (size_t i = 0; i < select.binds.size(); ++i) statement.bind(static_cast<int>(i + 1), select.binds[i]);
  ASSIGN_OR_RETURN(bool row, statement.step());
  return row ? statement.integer(0) : 0;
}

// The time of a commit. Sequences ascend with vkeys, so it is found by halving.
Result<int64_t> timeOf(sql::Connection& connection, uint64_t sequence) {
  ASSIGN_OR_RETURN(int64_t last, number(connection, {"SELECT max(vkey) FROM version", {}}));
  int64_t first = 1;
  while (first < last) {
    int64_t middle = first + (last - first) / 2;
    ASSIGN_OR_RETURN(
        int64_t there,
        number(connection, {"SELECT from_seq FROM version WHERE vkey>=? ORDER BY vkey LIMIT 1", {middle}}));
    if (static_cast<uint64_t>(there) >= sequence) {
      last = middle;
    } else {
      first = middle + 1;
    }
  }
  return number(connection, {"SELECT last_updated FROM version WHERE vkey>=? ORDER BY vkey LIMIT 1", {first}});
}

}  // namespace

Result<Moment> SqliteStore::momentOf(uint64_t sequence, const Rights& rights) {
  if (sequence == 0) return Moment{};
  ASSIGN_OR_RETURN(auto reader, body_->readers->take(false));
  Moment moment;
  ASSIGN_OR_RETURN(moment.last_updated, timeOf(reader.connection(), sequence));
  Shown shown = shownAt(moment.last_updated, rights);
  shown.sql = "SELECT count(DISTINCT v.from_seq)" + shown.sql + " AND v.from_seq<=?";
  shown.binds.emplace_back(static_cast<int64_t>(sequence));
  ASSIGN_OR_RETURN(int64_t place, number(reader.connection(), shown));
  moment.place = static_cast<uint32_t>(place);
  return moment;
}

Result<uint64_t> SqliteStore::sequenceOf(const Moment& moment, const Rights& rights) {
  if (moment.place == 0) return 0;
  ASSIGN_OR_RETURN(auto reader, body_->readers->take(false));
  Shown shown = shownAt(moment.last_updated, rights);
  shown.sql = "SELECT DISTINCT v.from_seq" + shown.sql + " ORDER BY v.from_seq LIMIT 1 OFFSET ?";
  shown.binds.emplace_back(int64_t{moment.place} - 1);
  ASSIGN_OR_RETURN(int64_t sequence, number(reader.connection(), shown));
  if (sequence == 0) return Error{Why::Gone, "there is no commit of that moment", ""};
  return static_cast<uint64_t>(sequence);
}

}  // namespace gateway::record::store
