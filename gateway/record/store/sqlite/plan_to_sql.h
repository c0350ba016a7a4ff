#pragma once
// Clauses of a search as SQL over the tables of schema/. A clause has two forms:
//
//   check  a condition on one version row, answered by one or two look-ups in an index;
//   scan   a SELECT of the `vkey`s that the clause finds, which can drive a search.
//
// Everything is as of one sequence and with one caller's rights: each hop (chain target, _has source) carries both.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/record/search/rights.h"
#include "gateway/record/search/search_query.h"
#include "gateway/record/search/token_systems.h"
#include "gateway/record/sql/sqlite.h"

namespace gateway::record::store {

using fhir::definitions::Definitions;
using fhir::definitions::TypeNumber;

// SQL with the values of its `?`, in order.
struct SqlText {
  std::string text;
  std::vector<sql::Value> values;

  SqlText& operator<<(std::string_view sql) {
    text += sql;
    return *this;
  }
  SqlText& operator<<(const SqlText& other);
  SqlText& value(sql::Value value);  // appends "?"
};

struct Scan {
  SqlText select;              // SELECT vkey ...; may give a vkey twice unless `ordered`
  bool ordered = false;        // can be walked in the order of vkey, without repeats
  bool exact = false;          // false: the check must be made too
  bool looks_through = false;  // see RowCondition
};

class PlanToSql {
 public:
  PlanToSql(const Definitions& definitions, const search::TokenSystems& systems, const search::Rights& rights,
            uint64_t as_of)
      : definitions_(definitions), systems_(systems), rights_(rights), as_of_(static_cast<int64_t>(as_of)) {}

  // The version row `alias` is of the type, current as of the sequence, and visible.
  SqlText current(std::string_view alias, TypeNumber type);
  // " CROSS JOIN version AS alias INDEXED BY version_current ON alias.vkey = ... AND <current>".
  SqlText joinCurrent(std::string_view alias, std::string_view vkey, TypeNumber type);

  // A condition on the version row `alias`, which is of `type`.
  SqlText check(std::string_view alias, TypeNumber type, const search::SearchClause& clause);
  // Nothing when the clause cannot drive: what it finds is not next to each other in any index. `same_row`: clauses
  // of the same parameter that must hold for the same index row, when no version has several rows of it.
  std::optional<Scan> scan(TypeNumber type, const search::SearchClause& clause,
                           const std::vector<const search::SearchClause*>& same_row = {});
  // Versions of the type in the compartments of the caller's Patients; nothing when the rights do not say so.
  std::optional<Scan> scanPatients(TypeNumber type);

 private:
  std::string alias(char letter) { return letter + std::to_string(++aliases_); }
  SqlText checkPositive(std::string_view alias, TypeNumber type, const search::SearchClause& clause);
  SqlText checkPresent(std::string_view alias, const fhir::definitions::SearchParameter& parameter);
  SqlText checkDerived(std::string_view alias, TypeNumber type, const search::SearchClause& clause);
  SqlText checkChain(std::string_view alias, TypeNumber type, const search::SearchClause& clause);
  SqlText checkHas(std::string_view alias, TypeNumber type, const search::SearchClause& clause);
  std::optional<Scan> scanDerived(TypeNumber type, const search::SearchClause& clause);
  std::optional<Scan> scanHas(TypeNumber type, const search::SearchClause& clause);
  Scan scanChain(const search::SearchClause& clause);
  std::optional<Scan> scanMoments(TypeNumber type, const search::SearchClause& clause);
  // FROM ... WHERE ... for the current versions of a type that a clause finds, called `alias`.
  SqlText found(std::string_view alias, TypeNumber type, const search::SearchClause& clause);
  bool isPatient(TypeNumber type) const;
  // Every Patient that the parameter of the type refers to has the version in its compartment.
  bool inCompartment(TypeNumber type, const fhir::definitions::SearchParameter& parameter) const;

  const Definitions& definitions_;
  const search::TokenSystems& systems_;
  const search::Rights& rights_;
  int64_t as_of_;
  int aliases_ = 0;
};

// The SQL function reference_hash(type name, id): the idx_value value of a reference to the resource. Made known to
// the connection once.
fhir::base::Done ensureReferenceHash(sql::Connection& connection);

}  // namespace gateway::record::store
