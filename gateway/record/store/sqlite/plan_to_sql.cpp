#include "gateway/record/store/sqlite/plan_to_sql.h"

#include <sqlite3.h>

#include <algorithm>

#include "gateway/record/search/derived_parameters.h"
#include "gateway/record/search/index_rows.h"
#include "gateway/record/search/reference_rows.h"
#include "gateway/record/store/sqlite/plan_to_sql_values.h"
#include "gateway/record/store/sqlite/rights_sql.h"

namespace gateway::record::store {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Why;
using fhir::definitions::SearchParameter;
using search::Modifier;
using search::SearchClause;

namespace {

bool isId(const SearchParameter& parameter) { return parameter.code == "_id"; }
bool isLastUpdated(const SearchParameter& parameter) { return parameter.code == "_lastUpdated"; }

std::string column(std::string_view alias, std::string_view name) {
  return std::string(alias) + "." + std::string(name);
}

// EXISTS(a row that says so about the version `vkey`).
SqlText exists(const RowCondition& row, std::string_view row_alias, std::string_view vkey) {
  SqlText out;
  out << "EXISTS(SELECT 1 FROM " << row.table << " AS " << row_alias;
  if (!row.by_vkey.empty()) out << " INDEXED BY " << row.by_vkey;
  out << " WHERE " << column(row_alias, "vkey") << "=" << vkey << " AND " << row.where << ")";
  return out;
}

// The ids that `_id=a,b` names; a token with a system is nobody's id.
std::vector<std::string> idsOf(const SearchClause& clause) {
  std::vector<std::string> ids;
  for (const auto& operand : clause.any_of) {
    if (!operand.system || operand.system->empty()) ids.push_back(operand.code);
  }
  return ids;
}

SqlText idIs(std::string_view id_column, const std::vector<std::string>& ids) {
  SqlText out;
  if (ids.empty()) return out << "0";
  out << id_column << " IN (";
  for (size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) out << ",";
    out.value(ids[i]);
  }
  return out << ")";
}

SqlText anyOf(const std::vector<SqlText>& conditions) {
  SqlText out;
  if (conditions.empty()) return out << "0";
  out << "(";
  for (size_t i = 0; i < conditions.size(); ++i) {
    if (i > 0) out << " OR ";
    out << conditions[i];
  }
  return out << ")";
}

// The clauses that an alternative of a derived parameter asks for, with one operand.
std::vector<SearchClause> clausesOf(const search::Alternative& alternative, const search::SearchOperand& operand,
                                    Modifier modifier) {
  std::vector<SearchClause> clauses;
  bool split = alternative.parameters.size() > 1;
  for (size_t i = 0; i < alternative.parameters.size(); ++i) {
    SearchClause clause;
    clause.parameter = alternative.parameters[i];
    clause.modifier = modifier == Modifier::Not ? Modifier::None : modifier;
    if (split && i < operand.parts.size()) clause.any_of.push_back(operand.parts[i]);
    if (!split) clause.any_of.push_back(operand);
    clauses.push_back(std::move(clause));
  }
  return clauses;
}

// Two scans that both may drive, as one.
void unite(std::optional<Scan>& all, Scan more) {
  if (!all) {
    all = std::move(more);
    return;
  }
  all->select << " UNION ALL " << more.select;
  all->ordered = false;
  all->exact = all->exact && more.exact;
  all->looks_through = all->looks_through || more.looks_through;
}

void referenceHashFunction(sqlite3_context* context, int, sqlite3_value** arguments) {
  auto text = [&](int i) {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_value_text(arguments[i]));
    return std::string_view(bytes == nullptr ? "" : bytes, static_cast<size_t>(sqlite3_value_bytes(arguments[i])));
  };
  sqlite3_result_int64(context, search::referenceHash(text(0), text(1)));
}

}  // namespace

SqlText& SqlText::operator<<(const SqlText& other) {
  text += other.text;
  values.insert(values.end(), other.values.begin(), other.values.end());
  return *this;
}

SqlText& SqlText::value(sql::Value value) {
  text += '?';
  values.push_back(std::move(value));
  return *this;
}

SqlText PlanToSql::current(std::string_view alias, TypeNumber type) {
  SqlText out;
  out << column(alias, "type") << "=";
  out.value(int64_t{type}) << " AND " << column(alias, "deleted") << "=0 AND " << column(alias, "from_seq") << "<=";
  out.value(as_of_) << " AND " << column(alias, "to_seq") << ">";
  out.value(as_of_) << " AND ";
  std::string visible = visibleSql(alias, type, rights_, out.values);
  return out << visible;
}

SqlText PlanToSql::joinCurrent(std::string_view alias, std::string_view vkey, TypeNumber type) {
  // The plus keeps SQLite from turning the equality into a range when there are limits on the other side.
  SqlText out;
  out << " CROSS JOIN version AS " << alias << " INDEXED BY version_current ON " << column(alias, "vkey") << "=+"
      << vkey << " AND " << current(alias, type);
  return out;
}

SqlText PlanToSql::check(std::string_view alias, TypeNumber type, const SearchClause& clause) {
  SqlText out;
  if (clause.chain) return clause.reverse_type != 0 ? checkHas(alias, type, clause) : checkChain(alias, type, clause);
  if (clause.modifier == Modifier::Missing) {
    bool missing = !clause.any_of.empty() && clause.any_of[0].missing;
    return out << (missing ? "NOT " : "") << checkPresent(alias, *clause.parameter);
  }
  if (clause.modifier == Modifier::Not) out << "NOT ";
  return out << checkPositive(alias, type, clause);
}

SqlText PlanToSql::checkPresent(std::string_view alias, const SearchParameter& parameter) {
  SqlText out;
  if (isId(parameter) || isLastUpdated(parameter)) return out << "1";
  if (search::isDerived(parameter)) {
    std::vector<SqlText> ways;
    for (const auto& alternative : search::alternativesOf(definitions_, parameter)) {
      SqlText all;
      for (const auto* part : alternative.parameters) {
        all << (all.text.empty() ? "(" : " AND ") << checkPresent(alias, *part);
      }
      if (!all.text.empty()) ways.push_back(all << ")");
    }
    return anyOf(ways);
  }
  std::string row = this->alias('i');
  out << "EXISTS(SELECT 1 FROM idx_present AS " << row << " WHERE " << row << ".vkey=" << column(alias, "vkey")
      << " AND instr(" << row << ".parameters,";
  out.value(search::presenceText(parameter.number)) << ")>0)";
  return out;
}

SqlText PlanToSql::checkPositive(std::string_view alias, TypeNumber type, const SearchClause& clause) {
  if (isId(*clause.parameter)) return idIs(column(alias, "id"), idsOf(clause));
  std::vector<SqlText> ways;
  if (isLastUpdated(*clause.parameter)) {
    for (const auto& operand : clause.any_of) ways.push_back(momentCondition(alias, operand));
    return anyOf(ways);
  }
  if (search::isDerived(*clause.parameter)) return checkDerived(alias, type, clause);
  std::string row_alias = this->alias('i');
  std::string vkey = column(alias, "vkey");
  for (const auto& row : rowConditions(definitions_, systems_, clause, row_alias))
    ways.push_back(exists(row, row_alias, vkey));
  return anyOf(ways);
}

SqlText PlanToSql::checkDerived(std::string_view alias, TypeNumber type, const SearchClause& clause) {
  std::vector<SqlText> ways;
  for (const auto& alternative : search::alternativesOf(definitions_, *clause.parameter)) {
    for (const auto& operand : clause.any_of) {
      SqlText all;
      for (const auto& part : clausesOf(alternative, operand, clause.modifier)) {
        all << (all.text.empty() ? "(" : " AND ") << checkPositive(alias, type, part);
      }
      if (!all.text.empty()) ways.push_back(all << ")");
    }
  }
  return anyOf(ways);
}

SqlText PlanToSql::found(std::string_view alias, TypeNumber type, const SearchClause& clause) {
  SqlText out;
  auto driver = scan(type, clause);
  if (driver) {
    std::string d = this->alias('d');
    out << " FROM (SELECT DISTINCT vkey FROM (" << driver->select << ")) AS " << d
        << joinCurrent(alias, column(d, "vkey"), type);
    if (!driver->exact) out << " AND " << check(alias, type, clause);
    return out;
  }
  out << " FROM version AS " << alias << " INDEXED BY version_current WHERE " << current(alias, type) << " AND "
      << check(alias, type, clause);
  return out;
}

Scan PlanToSql::scanChain(const SearchClause& clause) {
  std::string target = alias('t');
  std::string row = alias('r');
  Scan scan{{}, false, true};
  scan.select << "SELECT " << row << ".vkey AS vkey FROM (SELECT reference_hash(";
  scan.select.value(std::string(definitions_.type(clause.target)->name));
  scan.select << "," << target << ".id) AS hash" << found(target, clause.target, *clause.chain)
              << ") CROSS JOIN idx_value AS " << row << " ON " << row << ".parameter=";
  scan.select.value(int64_t{search::referenceRows(clause.parameter->number).of}) << " AND " << row << ".value=hash";
  return scan;
}

// A chain to a Patient can be followed from a version by its compartments; any other needs the set of what refers to
// a matching target.
SqlText PlanToSql::checkChain(std::string_view alias, TypeNumber type, const SearchClause& clause) {
  SqlText out;
  if (!isPatient(clause.target) || !inCompartment(type, *clause.parameter)) {
    return out << column(alias, "vkey") << " IN (" << scanChain(clause).select << ")";
  }
  std::string c = this->alias('c');
  std::string r = this->alias('r');
  std::string p = this->alias('p');
  std::string t = this->alias('t');
  out << "EXISTS(SELECT 1 FROM compartment AS " << c << " CROSS JOIN idx_value AS " << r << " ON " << r
      << ".parameter=";
  out.value(int64_t{search::referenceRows(clause.parameter->number).of});
  out << " AND " << r << ".value=" << c << ".patient AND " << r << ".vkey=" << c << ".vkey CROSS JOIN idx_patient AS "
      << p << " ON " << p << ".patient=" << c << ".patient AND " << p << ".type=";
  out.value(int64_t{clause.target});
  out << joinCurrent(t, p + ".vkey", clause.target) << " AND reference_hash('Patient'," << t << ".id)=" << c
      << ".patient WHERE " << c << ".vkey=" << column(alias, "vkey") << " AND "
      << check(t, clause.target, *clause.chain) << ")";
  return out;
}

SqlText PlanToSql::checkHas(std::string_view alias, TypeNumber type, const SearchClause& clause) {
  std::string r = this->alias('r');
  std::string s = this->alias('s');
  SqlText out;
  out << "EXISTS(SELECT 1 FROM idx_value AS " << r << joinCurrent(s, r + ".vkey", clause.reverse_type) << " WHERE "
      << r << ".parameter=";
  out.value(int64_t{search::referenceRows(clause.parameter->number).of}) << " AND " << r << ".value=reference_hash(";
  out.value(std::string(definitions_.type(type)->name))
      << "," << column(alias, "id") << ") AND " << check(s, clause.reverse_type, *clause.chain) << ")";
  return out;
}

// From the sources to their Patients by the compartments; a superset, since a version can be in others' too.
std::optional<Scan> PlanToSql::scanHas(TypeNumber type, const SearchClause& clause) {
  if (!isPatient(type) || !inCompartment(clause.reverse_type, *clause.parameter)) return std::nullopt;
  if (!clause.chain->chain && !scan(clause.reverse_type, *clause.chain)) return std::nullopt;
  std::string s = alias('s');
  std::string c = alias('c');
  std::string p = alias('p');
  Scan scan{{}, false, false};
  scan.select << "SELECT " << p << ".vkey AS vkey FROM (SELECT " << s << ".vkey AS source"
              << found(s, clause.reverse_type, *clause.chain) << ") CROSS JOIN compartment AS " << c << " ON " << c
              << ".vkey=source CROSS JOIN idx_patient AS " << p << " ON " << p << ".patient=" << c << ".patient AND "
              << p << ".type=";
  scan.select.value(int64_t{type});
  return scan;
}

std::optional<Scan> PlanToSql::scanDerived(TypeNumber type, const SearchClause& clause) {
  std::optional<Scan> all;
  for (const auto& alternative : search::alternativesOf(definitions_, *clause.parameter)) {
    for (const auto& operand : clause.any_of) {
      std::optional<Scan> way;
      auto clauses = clausesOf(alternative, operand, clause.modifier);
      for (const auto& part : clauses) {
        way = scan(type, part);
        if (way) break;
      }
      if (!way) return std::nullopt;
      way->exact = way->exact && clauses.size() == 1;
      unite(all, std::move(*way));
    }
  }
  return all;
}

// Commits are in the order of time, so a span of time is a span of vkeys.
std::optional<Scan> PlanToSql::scanMoments(TypeNumber type, const SearchClause& clause) {
  if (clause.modifier != Modifier::None || clause.any_of.size() != 1) return std::nullopt;
  auto span = momentSpan(clause.any_of[0]);
  if (!span) return std::nullopt;
  auto firstAt = [](SqlText& out, int64_t moment) {
    out << "(SELECT vkey FROM version INDEXED BY version_by_time WHERE last_updated>=";
    out.value(moment) << " ORDER BY last_updated, vkey LIMIT 1)";
  };
  Scan scan{{}, true, true};
  scan.select << "SELECT vkey FROM version INDEXED BY version_current WHERE type=";
  scan.select.value(int64_t{type}) << " AND vkey>=";
  firstAt(scan.select, span->low);
  scan.select << " AND vkey<coalesce(";
  firstAt(scan.select, span->high);
  scan.select << ",9223372036854775807)";
  return scan;
}

std::optional<Scan> PlanToSql::scan(TypeNumber type, const SearchClause& clause,
                                    const std::vector<const SearchClause*>& same_row) {
  const SearchParameter& parameter = *clause.parameter;
  if (clause.chain) return clause.reverse_type != 0 ? scanHas(type, clause) : scanChain(clause);
  if (clause.modifier == Modifier::Not) return std::nullopt;
  if (isLastUpdated(parameter)) return scanMoments(type, clause);
  Scan one{{}, true, true};
  if (clause.modifier == Modifier::Missing) return std::nullopt;
  if (isId(parameter)) {
    one.ordered = false;
    one.select << "SELECT vkey FROM version WHERE type=";
    one.select.value(int64_t{type}) << " AND " << idIs("id", idsOf(clause)) << " AND to_seq>";
    one.select.value(as_of_);
    return one;
  }
  if (search::isDerived(parameter)) return scanDerived(type, clause);
  std::string row_alias = alias('i');
  SqlText narrower;
  for (const auto* other : same_row) {
    std::vector<SqlText> ways;
    for (auto& row : rowConditions(definitions_, systems_, *other, row_alias)) ways.push_back(std::move(row.where));
    narrower << " AND " << anyOf(ways);
  }
  std::optional<Scan> all;
  for (auto& row : rowConditions(definitions_, systems_, clause, row_alias)) {
    if (!row.drives) return std::nullopt;
    if (row.ranges.empty()) row.ranges.push_back({"", row.where});
    for (const auto& range : row.ranges) {
      SqlText select;
      select << "SELECT " << row_alias << ".vkey AS vkey FROM " << row.table << " AS " << row_alias;
      if (!range.index.empty()) select << " INDEXED BY " << range.index;
      select << " WHERE " << range.where << narrower;
      unite(all, {std::move(select), row.ordered, true, row.looks_through});
    }
  }
  return all;
}

std::optional<Scan> PlanToSql::scanPatients(TypeNumber type) {
  if (rights_.unrestricted() || rights_.seesNothing() || isShared(type)) return std::nullopt;
  Scan scan{{}, false, true};
  scan.select << "SELECT vkey FROM idx_patient WHERE type=";
  scan.select.value(int64_t{type}) << " AND patient IN (";
  std::string patients = patientListSql(rights_, scan.select.values);
  scan.select << patients << ")";
  return scan;
}

bool PlanToSql::isPatient(TypeNumber type) const { return definitions_.type(type)->name == "Patient"; }

bool PlanToSql::inCompartment(TypeNumber type, const SearchParameter& parameter) const {
  const auto* rule = definitions_.patientCompartment(type);
  if (rule == nullptr || isPatient(type)) return false;  // a Patient is in its own compartment alone
  auto names = [&](std::string_view code) {
    return std::find(rule->parameters.begin(), rule->parameters.end(), code) != rule->parameters.end();
  };
  // `patient` is `subject` narrowed to Patients, where both exist.
  return names(parameter.code) || (parameter.code == "patient" && names("subject"));
}

Done ensureReferenceHash(sql::Connection& connection) {
  if (connection.prepare("SELECT reference_hash('','')").ok()) return {};
  int code = sqlite3_create_function_v2(connection.raw(), "reference_hash", 2,
                                        SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, nullptr,
                                        referenceHashFunction, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return Error{Why::Fault, "the SQL function reference_hash could not be made known", {}};
  return {};
}

}  // namespace gateway::record::store
