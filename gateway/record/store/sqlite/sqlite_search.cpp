#include "gateway/record/store/sqlite/sqlite_search.h"

#include <algorithm>
#include <chrono>

#include "gateway/record/search/page_key.h"
#include "gateway/record/search/planner.h"
#include "gateway/record/store/sqlite/plan_to_sql.h"
#include "gateway/record/store/sqlite/sqlite_search_includes.h"
#include "gateway/record/store/sqlite/sqlite_search_order.h"

namespace gateway::record::store {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;
using search::Order;
using search::PageKey;
using search::Plan;
using search::SearchClause;
using search::SearchQuery;
using search::Summary;
using search::Total;
using search::Walk;

namespace {

// What a page's statement gives for each match.
struct Hit {
  int64_t vkey = 0;
  std::vector<sql::Value> sort;
};

// Does the clause on a date say from when on?
bool begins(const SearchClause& clause) {
  using search::Prefix;
  return std::all_of(clause.any_of.begin(), clause.any_of.end(), [](const auto& operand) {
    return operand.prefix != Prefix::Lt && operand.prefix != Prefix::Le && operand.prefix != Prefix::Eb &&
           operand.prefix != Prefix::Ne;
  });
}
bool beginsAt(const SearchClause* clause) { return begins(*clause); }

class Search : public search::Estimator {
 public:
  Search(SearchRun& run, VersionReader& reader, const SearchQuery& query)
      : run_(run),
        reader_(reader),
        query_(query),
        order_(search::orderOf(query)),
        sql_(fhir::definitions::r4(), run.systems, run.rights, run.as_of),
        sort_(query, fhir::definitions::r4()) {}

  Result<SearchPage> page(std::string_view after_key) {
    SearchPage page;
    page.sequence = run_.as_of;
    std::optional<After> after;
    if (!after_key.empty()) {
      ASSIGN_OR_RETURN(after, readAfter(after_key));
      page.total = after->total;
    }
    bool count_only = query_.summary == Summary::Count;
    if (!count_only) RETURN_IF_ERROR(addMatches(after, page));
    bool wants_total = count_only || query_.total != Total::None;
    if (wants_total && !page.total) {
      ASSIGN_OR_RETURN(page.total, total());
    }
    if (last_) {
      last_->total = page.total;
      page.next_key = search::writePageKey(*last_);
    }
    return page;
  }

  Result<std::optional<uint64_t>> rowsOf(const SearchClause& clause, uint64_t cap) override {
    ASSIGN_OR_RETURN(auto scan, scanOf(clause));
    return estimate(std::move(scan), cap);
  }
  bool isDear(const SearchClause& clause) override {
    auto scan = sql_.scan(query_.type, clause);
    return scan && scan->looks_through;
  }
  bool isOrdered(const SearchClause& clause) override {
    auto scan = sql_.scan(query_.type, clause);
    return scan && scan->ordered;
  }
  Result<std::optional<uint64_t>> rowsOfPatients(const SearchQuery& query, const Rights&, uint64_t cap) override {
    return estimate(sql_.scanPatients(query.type), cap);
  }

 private:
  // What drives with a clause. Limits of one date, from two sides, are looked for in one place if no version has
  // several values of it.
  Result<std::optional<Scan>> scanOf(const SearchClause& clause) {
    std::vector<const SearchClause*> same_row;
    bool is_date = !clause.chain && clause.parameter->type == fhir::definitions::SearchType::Date;
    for (const auto& other : query_.all_of) {
      bool same = is_date && &other != &clause && !other.chain && other.parameter == clause.parameter;
      if (same && other.modifier == search::Modifier::None) same_row.push_back(&other);
    }
    if (!same_row.empty()) {
      SqlText sql;
      sql << "SELECT count(*) FROM date_repeats WHERE parameter=";
      sql.value(int64_t{clause.parameter->number});
      ASSIGN_OR_RETURN(int64_t repeats, run_.number(sql));
      if (repeats != 0) same_row.clear();
    }
    // The one that says from when on finds the rows of both.
    if (!same_row.empty() && !begins(clause) && std::any_of(same_row.begin(), same_row.end(), beginsAt))
      return std::optional<Scan>();
    return sql_.scan(query_.type, clause, same_row);
  }

  Result<std::optional<uint64_t>> estimate(std::optional<Scan> scan, uint64_t cap) {
    if (!scan) return std::optional<uint64_t>();
    SqlText sql;
    sql << "SELECT count(*) FROM (SELECT 1 FROM (" << scan->select << ") LIMIT ";
    sql.value(static_cast<int64_t>(cap)) << ")";
    ASSIGN_OR_RETURN(int64_t rows, run_.number(sql));
    return std::optional<uint64_t>(static_cast<uint64_t>(rows));
  }

  Result<std::optional<After>> readAfter(std::string_view bytes) {
    ASSIGN_OR_RETURN(PageKey key, search::readPageKey(bytes));
    if (key.sort.size() != sort_.size()) return fhir::base::invalid("this page key belongs to another search");
    SqlText sql;
    sql << "SELECT vkey FROM version WHERE type=";
    sql.value(int64_t{query_.type}) << " AND id=";
    sql.value(key.id) << " AND version=";
    sql.value(static_cast<int64_t>(key.version));
    ASSIGN_OR_RETURN(auto statement, run_.start(sql));
    ASSIGN_OR_RETURN(bool found, statement.step());
    if (!found) return Error{Why::Gone, "what the page began after is no longer here", {}};
    return std::optional<After>(After{key.total, key.sort, statement.integer(0)});
  }

  Done addMatches(const std::optional<After>& after, SearchPage& page) {
    std::vector<Hit> hits;
    RETURN_IF_ERROR(addHits(after, hits));
    bool more = hits.size() > query_.count;
    if (more) hits.pop_back();
    std::vector<int64_t> vkeys;
    for (const auto& hit : hits) {
      ASSIGN_OR_RETURN(auto version, reader_.byKey(hit.vkey));
      page.matches.push_back(std::move(version));
      vkeys.push_back(hit.vkey);
    }
    if (more) {
      last_ = PageKey{std::nullopt, hits.back().sort, page.matches.back().id, page.matches.back().version};
    } else if (!after && query_.total != Total::None) {
      page.total = hits.size();
    }
    RETURN_IF_ERROR(addIncludes(run_, reader_, query_, vkeys, page));
    return {};
  }

  Done addHits(const std::optional<After>& after, std::vector<Hit>& hits) {
    ASSIGN_OR_RETURN(Plan plan, search::makePlan(query_, run_.rights, *this, run_.limits.gather, false));
    if (plan.walk == Walk::Nothing) return {};
    if (plan.walk != Walk::Dates) {
      ASSIGN_OR_RETURN(SqlText sql, pageOf(plan, after));
      return collect(sql, sort_.size(), hits);
    }
    bool in_values = !after || !std::holds_alternative<std::monostate>(after->sort[0]);
    if (in_values) RETURN_IF_ERROR(collect(datesPage(after), 1, hits));
    if (hits.size() > query_.count) return {};
    ASSIGN_OR_RETURN(SqlText sql, withoutDate(in_values ? std::nullopt : after, query_.count + 1 - hits.size()));
    return collect(sql, 1, hits);
  }

  // FROM and WHERE of everything that matches; the version is `v`.
  Result<SqlText> matching(const Plan& plan) {
    SqlText out;
    std::optional<Scan> driver;
    if (plan.walk == Walk::Clause || plan.walk == Walk::Gathered) {
      ASSIGN_OR_RETURN(driver, scanOf(query_.all_of[plan.clause]));
    } else if (plan.walk == Walk::Patients) {
      driver = sql_.scanPatients(query_.type);
    }
    if (driver) {
      out << " FROM (";
      if (!driver->ordered) out << "SELECT DISTINCT vkey FROM (";
      out << driver->select << (driver->ordered ? ") AS d" : ")) AS d")
          << sql_.joinCurrent("v", "d.vkey", query_.type) << " WHERE 1";
    } else {
      std::string_view index = plan.walk == Walk::Ids ? "version_of" : "version_current";
      out << " FROM version AS v INDEXED BY " << index << " WHERE " << sql_.current("v", query_.type);
    }
    bool settled = driver && driver->exact && plan.walk != Walk::Patients;
    return out << checks(settled ? plan.clause : SIZE_MAX);
  }

  SqlText checks(size_t without) {
    SqlText out;
    for (size_t i = 0; i < query_.all_of.size(); ++i) {
      if (i != without) out << " AND " << sql_.check("v", query_.type, query_.all_of[i]);
    }
    return out;
  }

  Result<SqlText> pageOf(const Plan& plan, const std::optional<After>& after) {
    SqlText out;
    ASSIGN_OR_RETURN(SqlText found, matching(plan));
    bool by_commit = order_ == Order::Newest || order_ == Order::Oldest;
    bool driven = plan.walk != Walk::Type && plan.walk != Walk::Ids;
    std::string_view vkey = driven ? "d.vkey" : "v.vkey";
    if (by_commit) {
      bool newest = order_ == Order::Newest;
      out << "SELECT " << vkey << found;
      if (after) (out << " AND " << vkey << (newest ? "<" : ">")).value(after->vkey);
      out << " ORDER BY " << vkey << (newest ? " DESC" : "");
    } else if (plan.walk == Walk::Ids) {
      bool down = query_.sort[0].descending;
      out << "SELECT v.vkey, v.id" << found;
      if (after) (out << " AND v.id" << (down ? "<" : ">")).value(after->sort[0]);
      out << " ORDER BY v.id" << (down ? " DESC" : "");
    } else {
      // LIMIT keeps SQLite from computing the keys several times for each row.
      out << "SELECT vkey" << sort_.names() << " FROM (SELECT v.vkey AS vkey" << sort_.columns() << found
          << " LIMIT -1)";
      if (after) out << " WHERE " << sort_.after(*after);
      out << " ORDER BY " << sort_.orderBy();
    }
    return limited(std::move(out), query_.count + 1);
  }

  // Matches that have the date, by the index of the date. One with several dates stands where the first of them in
  // the wanted order stands.
  SqlText datesPage(const std::optional<After>& after) {
    bool down = query_.sort[0].descending;
    std::string_view sign = down ? ">" : "<";
    SqlText out;
    out << "SELECT d.vkey, d.low FROM idx_date AS d" << sql_.joinCurrent("v", "d.vkey", query_.type)
        << " WHERE d.parameter=";
    out.value(int64_t{query_.sort[0].parameter->number});
    if (after) {
      out << " AND d.low" << (down ? "<=" : ">=");
      out.value(after->sort[0]) << " AND (d.low" << (down ? "<" : ">");
      out.value(after->sort[0]) << " OR d.vkey<";
      out.value(after->vkey) << ")";
    }
    out << " AND NOT EXISTS(SELECT 1 FROM idx_date AS x INDEXED BY idx_date_of WHERE x.vkey=d.vkey AND x.parameter="
           "d.parameter AND (x.low"
        << sign << "d.low OR (x.low=d.low AND x.high" << sign << "d.high)))" << checks(SIZE_MAX) << " ORDER BY d.low"
        << (down ? " DESC" : "") << ", d.vkey DESC";
    return limited(std::move(out), query_.count + 1);
  }

  Result<SqlText> withoutDate(const std::optional<After>& after, size_t limit) {
    SqlText out;
    ASSIGN_OR_RETURN(SqlText found, matching({Walk::Type, 0}));
    out << "SELECT v.vkey, NULL" << found
        << " AND NOT EXISTS(SELECT 1 FROM idx_date AS x INDEXED BY idx_date_of WHERE x.vkey=v.vkey AND x.parameter=";
    out.value(int64_t{query_.sort[0].parameter->number}) << ")";
    if (after) (out << " AND v.vkey<").value(after->vkey);
    out << " ORDER BY v.vkey DESC";
    return limited(std::move(out), limit);
  }

  static SqlText limited(SqlText out, size_t limit) {
    out << " LIMIT ";
    return std::move(out.value(static_cast<int64_t>(limit)));
  }

  Done collect(const SqlText& sql, size_t sort_columns, std::vector<Hit>& hits) {
    ASSIGN_OR_RETURN(auto statement, run_.start(sql));
    while (true) {
      ASSIGN_OR_RETURN(bool row, run_.step(statement));
      if (!row) return {};
      Hit hit{statement.integer(0), {}};
      for (size_t i = 0; i < sort_columns; ++i) hit.sort.push_back(sort_.value(statement, i));
      hits.push_back(std::move(hit));
    }
  }

  Result<std::optional<uint64_t>> total() {
    ASSIGN_OR_RETURN(Plan plan, search::makePlan(query_, run_.rights, *this, run_.limits.gather, true));
    if (plan.walk == Walk::Nothing) return std::optional<uint64_t>(0);
    SqlText sql;
    ASSIGN_OR_RETURN(SqlText found, matching(plan));
    sql << "SELECT count(*)" << found;
    ASSIGN_OR_RETURN(int64_t count, run_.number(sql));
    return std::optional<uint64_t>(static_cast<uint64_t>(count));
  }

  SearchRun& run_;
  VersionReader& reader_;
  const SearchQuery& query_;
  Order order_;
  PlanToSql sql_;
  SortSql sort_;
  std::optional<PageKey> last_;  // of this page's last match, when there are more
};

}  // namespace

Result<SearchPage> searchSqlite(sql::Connection& connection, VersionReader& reader,
                                const search::TokenSystems& systems, const SearchQuery& query, const Rights& rights,
                                uint64_t as_of, std::string_view after_key, const SearchLimits& limits) {
  RETURN_IF_ERROR(ensureReferenceHash(connection));
  SearchRun run(connection, systems, rights, as_of, limits);
  return Search(run, reader, query).page(after_key);
}

}  // namespace gateway::record::store
