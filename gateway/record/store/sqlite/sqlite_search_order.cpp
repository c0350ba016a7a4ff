#include "gateway/record/store/sqlite/sqlite_search_order.h"

#include "gateway/record/search/planner.h"

namespace gateway::record::store {

using fhir::definitions::SearchParameter;
using fhir::definitions::SearchType;
using search::Order;

namespace {

std::string name(size_t i) { return "k" + std::to_string(i); }

SqlText extreme(std::string_view table, std::string_view column, const SearchParameter& parameter, bool descending) {
  SqlText out;
  out << "(SELECT " << (descending ? "max(" : "min(") << column << ") FROM idx_" << table << " AS x INDEXED BY idx_"
      << table << "_of WHERE x.vkey=v.vkey AND x.parameter=";
  out.value(int64_t{parameter.number});
  return out << ")";
}

}  // namespace

SortSql::SortSql(const search::SearchQuery& query, const Definitions&) {
  Order order = search::orderOf(query);
  if (order == Order::Newest || order == Order::Oldest) return;
  for (const auto& sort : query.sort) {
    const SearchParameter& parameter = *sort.parameter;
    Key key;
    key.descending = sort.descending;
    if (parameter.code == "_id") {
      key.text = true;
      key.column << "v.id";
    } else if (parameter.code == "_lastUpdated") {
      key.column << "v.last_updated";
    } else if (parameter.type == SearchType::String) {
      key.text = true;
      // Far enough into the text for people, and short enough for a page link.
      key.column << "substr(" << extreme("string", "text", parameter, sort.descending) << ",1,64)";
    } else {
      key.column = extreme("date", "low", parameter, sort.descending);
    }
    keys_.push_back(std::move(key));
  }
}

SqlText SortSql::columns() const {
  SqlText out;
  for (size_t i = 0; i < keys_.size(); ++i) out << ", " << keys_[i].column << " AS " << name(i);
  return out;
}

SqlText SortSql::names() const {
  SqlText out;
  for (size_t i = 0; i < keys_.size(); ++i) out << ", " << name(i);
  return out;
}

SqlText SortSql::orderBy() const {
  SqlText out;
  for (size_t i = 0; i < keys_.size(); ++i) {
    out << name(i) << " IS NULL, " << name(i) << (keys_[i].descending ? " DESC, " : ", ");
  }
  return out << "vkey DESC";
}

SqlText SortSql::after(const After& last) const {
  SqlText out;
  SqlText equal_so_far;
  out << "(";
  for (size_t i = 0; i < keys_.size(); ++i) {
    const sql::Value& value = last.sort[i];
    if (!std::holds_alternative<std::monostate>(value)) {
      out << "(" << equal_so_far << "(" << name(i) << " IS NULL OR " << name(i) << (keys_[i].descending ? "<" : ">");
      out.value(value) << ")) OR ";
    }
    equal_so_far << name(i) << " IS ";
    equal_so_far.value(value) << " AND ";
  }
  out << "(" << equal_so_far << "vkey<";
  return out.value(last.vkey) << "))";
}

sql::Value SortSql::value(const sql::Statement& row, size_t i) const {
  int column = static_cast<int>(i + 1);
  if (row.isNull(column)) return std::monostate();
  if (keys_[i].text) return std::string(row.text(column));
  return row.integer(column);
}

}  // namespace gateway::record::store
