#include "gateway/record/store/sqlite/sqlite_search_includes.h"

#include <set>

#include "fhir/base/json.h"
#include "fhir/model/reference.h"
#include "gateway/record/search/index_rows.h"
#include "gateway/record/search/reference_rows.h"

namespace gateway::record::store {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Why;
using fhir::definitions::SearchParameter;
using fhir::definitions::SearchType;
using search::Include;

namespace {

// The texts of all Reference.reference in a resource, in order. Which parameter one belongs to is the index's to say.
class ReferenceTexts : public fhir::base::JsonHandler {
 public:
  bool null(size_t) override { return true; }
  bool boolean(bool, size_t) override { return true; }
  bool number(std::string_view, size_t) override { return true; }
  bool string(std::string_view text, bool, size_t) override {
    if (in_reference_) texts.emplace_back(text);
    in_reference_ = false;
    return true;
  }
  bool key(std::string_view text, bool, size_t) override {
    in_reference_ = text == "reference";
    return true;
  }
  bool startObject(size_t) override { return closed(); }
  bool endObject(size_t) override { return true; }
  bool startArray(size_t) override { return closed(); }
  bool endArray(size_t) override { return true; }

  std::vector<std::string> texts;

 private:
  bool closed() {
    in_reference_ = false;
    return true;
  }
  bool in_reference_ = false;
};

struct Known {
  int64_t vkey;
  TypeNumber type;
  std::string id;
  std::vector<std::string> references;
};

class Includes {
 public:
  Includes(SearchRun& run, VersionReader& reader, const search::SearchQuery& query, SearchPage& page)
      : run_(run),
        reader_(reader),
        query_(query),
        page_(page),
        definitions_(fhir::definitions::r4()),
        sql_(definitions_, run.systems, run.rights, run.as_of) {}

  Done add(const std::vector<int64_t>& vkeys) {
    std::vector<Known> round;
    for (size_t i = 0; i < vkeys.size(); ++i) {
      seen_.insert(vkeys[i]);
      RETURN_IF_ERROR(remember(vkeys[i], page_.matches[i], round));
    }
    for (int iteration = 0; iteration <= kMaxIterations && !round.empty(); ++iteration) {
      std::vector<Known> next;
      for (const auto& known : round) {
        for (const auto& include : query_.includes) {
          if (iteration > 0 && !include.iterate) continue;
          RETURN_IF_ERROR(include.reverse ? addSources(known, include, next) : addTargets(known, include, next));
        }
      }
      round = std::move(next);
    }
    return {};
  }

 private:
  Done remember(int64_t vkey, const Version& version, std::vector<Known>& round) {
    ReferenceTexts references;
    RETURN_IF_ERROR(fhir::base::readJson(version.json, references));
    round.push_back({vkey, version.type, version.id, std::move(references.texts)});
    return {};
  }

  Done addTargets(const Known& known, const Include& include, std::vector<Known>& next) {
    if (include.source != 0 && include.source != known.type) return {};
    std::vector<const SearchParameter*> parameters;
    if (include.wildcard) {
      for (const auto* parameter : definitions_.searchParameters(known.type)) {
        if (parameter->type == SearchType::Reference) parameters.push_back(parameter);
      }
    } else {
      parameters.push_back(include.parameter);
    }
    for (const auto& text : known.references) {
      auto reference = fhir::model::parseReference(text);
      if (!reference || !reference->base.empty() || reference->type.empty()) continue;
      const auto* type = definitions_.type(reference->type);
      if (type == nullptr || (include.target != 0 && include.target != type->number)) continue;
      for (const auto* parameter : parameters) {
        RETURN_IF_ERROR(addTarget(known, *parameter, type->number, *reference, next));
      }
    }
    return {};
  }

  Done addTarget(const Known& known, const SearchParameter& parameter, TypeNumber type,
                 const fhir::model::Reference& reference, std::vector<Known>& next) {
    const auto& rows = search::referenceRows(parameter.number);
    if (rows.of != parameter.number && !search::mayReferTo(parameter, reference.type)) return {};
    SqlText sql;
    sql << "SELECT v.vkey FROM version AS v INDEXED BY version_of WHERE v.id=";
    sql.value(std::string(reference.id))
        << " AND " << sql_.current("v", type) << " AND EXISTS(SELECT 1 FROM idx_value AS r WHERE r.parameter=";
    sql.value(int64_t{rows.of}) << " AND r.value=";
    sql.value(search::referenceHash(reference.type, reference.id)) << " AND r.vkey=";
    sql.value(known.vkey) << ")";
    return addFound(sql, next);
  }

  Done addSources(const Known& known, const Include& include, std::vector<Known>& next) {
    if (include.target != 0 && include.target != known.type) return {};
    const auto& rows = search::referenceRows(include.parameter->number);
    std::string_view type = definitions_.type(known.type)->name;
    if (rows.of != include.parameter->number && !search::mayReferTo(*include.parameter, type)) return {};
    SqlText sql;
    sql << "SELECT r.vkey FROM idx_value AS r" << sql_.joinCurrent("v", "r.vkey", include.source)
        << " WHERE r.parameter=";
    sql.value(int64_t{rows.of}) << " AND r.value=";
    sql.value(search::referenceHash(type, known.id)) << " ORDER BY r.vkey DESC";
    return addFound(sql, next);
  }

  Done addFound(const SqlText& sql, std::vector<Known>& next) {
    std::vector<int64_t> found;
    {
      ASSIGN_OR_RETURN(auto statement, run_.start(sql));
      while (true) {
        ASSIGN_OR_RETURN(bool row, run_.step(statement));
        if (!row) break;
        if (seen_.insert(statement.integer(0)).second) found.push_back(statement.integer(0));
        if (page_.included.size() + found.size() > run_.limits.includes) return tooMany();
      }
    }
    for (int64_t vkey : found) {
      ASSIGN_OR_RETURN(auto version, reader_.byKey(vkey));
      RETURN_IF_ERROR(remember(vkey, version, next));
      page_.included.push_back(std::move(version));
    }
    return {};
  }

  Error tooMany() const {
    return Error{Why::TooCostly,
                 "more than " + std::to_string(run_.limits.includes) +
                     " resources would be included in one page; ask for fewer matches with _count",
                 {}};
  }

  SearchRun& run_;
  VersionReader& reader_;
  const search::SearchQuery& query_;
  SearchPage& page_;
  const Definitions& definitions_;
  PlanToSql sql_;
  std::set<int64_t> seen_;
};

}  // namespace

Done addIncludes(SearchRun& run, VersionReader& reader, const search::SearchQuery& query,
                 const std::vector<int64_t>& vkeys, SearchPage& page) {
  if (query.includes.empty()) return {};
  return Includes(run, reader, query, page).add(vkeys);
}

}  // namespace gateway::record::store
