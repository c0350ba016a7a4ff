#pragma once
// _sort as SQL (R4 3.1.1.5.1): values to sort by, for matches that have been gathered. A match with several values
// stands by its least one when ascending and by its greatest one when descending; one without a value stands last;
// equal ones stand newest first.

#include <optional>
#include <vector>

#include "gateway/record/store/sqlite/plan_to_sql.h"

namespace gateway::record::store {

// The last match of the page before.
struct After {
  std::optional<uint64_t> total;
  std::vector<sql::Value> sort;
  int64_t vkey = 0;
};

class SortSql {
 public:
  SortSql(const search::SearchQuery& query, const Definitions& definitions);
  // How many values a match is sorted by; 0 when it stands by its commit alone.
  size_t size() const { return keys_.size(); }
  SqlText columns() const;  // ", (...) AS k0, ..." for the version `v`
  SqlText names() const;    // ", k0, k1"
  SqlText orderBy() const;  // "k0 IS NULL, k0 DESC, vkey DESC"
  SqlText after(const After& last) const;
  // Key `i` of a row of (vkey, k0, k1, ...).
  sql::Value value(const sql::Statement& row, size_t i) const;

 private:
  struct Key {
    bool text = false;  // else an integer
    bool descending = false;
    SqlText column;
  };
  std::vector<Key> keys_;
};

}  // namespace gateway::record::store
