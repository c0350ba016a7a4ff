// Reads of single resources. Rights are part of each statement: what they do not see is not there (design decision
// 18).

#include <charconv>

#include "gateway/record/store/sqlite/rights_sql.h"
#include "gateway/record/store/sqlite/sqlite_search.h"
#include "gateway/record/store/sqlite/store_body.h"

namespace gateway::record::store {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

namespace {

constexpr int kVisible = 13;  // the column after VersionReader::kColumns

struct Query {
  std::string sql;
  std::vector<sql::Value> binds;

  Query& add(std::string_view text) {
    sql += text;
    return *this;
  }
  Query& visible(TypeNumber type, const Rights& rights) {
    sql += visibleSql("v", type, rights, binds);
    return *this;
  }
  Query& value(sql::Value value) {
    sql += '?';
    binds.push_back(std::move(value));
    return *this;
  }
  Result<sql::Statement> prepare(sql::Connection& connection) const {
    ASSIGN_OR_RETURN(auto statement, connection.prepare(sql));
    for (size_t i = 0; i < binds.size(); ++i) statement.bind(static_cast<int>(i + 1), binds[i]);
    return statement;
  }
};

// SELECT of the versions of one resource, each with whether it may be seen.
Query versionsOf(TypeNumber type, std::string_view id, const Rights& rights) {
  Query query;
  query.add("SELECT ").add(VersionReader::kColumns).add(", ").visible(type, rights);
  query.add(" FROM version AS v WHERE v.type=").value(int64_t{type}).add(" AND v.id=").value(std::string(id));
  return query;
}

Error notFound() { return {Why::NotFound, "there is no such resource", ""}; }

Result<Version> only(ReaderPool::Loan& reader, const Query& query) {
  ASSIGN_OR_RETURN(auto select, query.prepare(reader.connection()));
  ASSIGN_OR_RETURN(bool row, select.step());
  if (!row || select.integer(kVisible) == 0) return notFound();
  ASSIGN_OR_RETURN(Version version, reader->versions.read(select));
  if (version.deleted) return Error{Why::Gone, "the resource has been deleted", ""};
  return version;
}

}  // namespace

Result<uint64_t> SqliteStore::Body::latest(const Rights& rights) {
  uint64_t published = writer->published();
  if (rights.unrestricted()) return published;
  if (rights.seesNothing()) return 0;
  ASSIGN_OR_RETURN(auto reader, readers->take(false));
  Query query;
  query.add("SELECT max(sequence) FROM patient_latest WHERE patient IN (0, ");
  query.add(patientListSql(rights, query.binds)).add(")");
  ASSIGN_OR_RETURN(auto select, query.prepare(reader.connection()));
  ASSIGN_OR_RETURN(bool row, select.step());
  return row ? std::min(published, static_cast<uint64_t>(select.integer(0))) : 0;
}

Result<uint64_t> SqliteStore::latestSequence(const Rights& rights) { return body_->latest(rights); }

Result<Version> SqliteStore::read(TypeNumber type, std::string_view id, const Rights& rights,
                                  std::optional<uint64_t> as_of) {
  uint64_t sequence = std::min(as_of.value_or(UINT64_MAX), body_->writer->published());
  ASSIGN_OR_RETURN(auto reader, body_->readers->take(false));
  Query query = versionsOf(type, id, rights);
  query.add(" AND v.from_seq<=").value(static_cast<int64_t>(sequence)).add(" ORDER BY v.version DESC LIMIT 1");
  return only(reader, query);
}

Result<Version> SqliteStore::readVersion(TypeNumber type, std::string_view id, uint64_t version,
                                         const Rights& rights) {
  ASSIGN_OR_RETURN(auto reader, body_->readers->take(false));
  Query query = versionsOf(type, id, rights);
  query.add(" AND v.version=").value(static_cast<int64_t>(version));
  query.add(" AND v.from_seq<=").value(static_cast<int64_t>(body_->writer->published()));
  return only(reader, query);
}

Result<HistoryPage> SqliteStore::history(TypeNumber type, std::string_view id, const Rights& rights, uint32_t count,
                                         std::optional<uint64_t> as_of, std::string_view after_key) {
  uint64_t before = INT64_MAX;
  if (!after_key.empty()) {
    auto [end, trouble] = std::from_chars(after_key.data(), after_key.data() + after_key.size(), before);
    if (trouble != std::errc() || end != after_key.data() + after_key.size() || before > INT64_MAX) {
      return Error{Why::Invalid, "this is not the key of a page", ""};
    }
  }
  HistoryPage page;
  ASSIGN_OR_RETURN(uint64_t newest, body_->latest(rights));
  page.sequence = std::min(as_of.value_or(newest), body_->writer->published());
  ASSIGN_OR_RETURN(auto reader, body_->readers->take(true));

  Query total;
  total.add("SELECT count(*) FROM version AS v WHERE v.type=").value(int64_t{type});
  total.add(" AND v.id=").value(std::string(id)).add(" AND v.from_seq<=").value(static_cast<int64_t>(page.sequence));
  total.add(" AND ").visible(type, rights);
  {
    ASSIGN_OR_RETURN(auto select, total.prepare(reader.connection()));
    RETURN_IF_ERROR(select.step());
    page.total = static_cast<uint64_t>(select.integer(0));
  }
  if (page.total == 0) return notFound();

  Query query = versionsOf(type, id, rights);
  query.add(" AND v.from_seq<=").value(static_cast<int64_t>(page.sequence));
  query.add(" AND v.version<").value(static_cast<int64_t>(before));
  query.add(" AND ").visible(type, rights).add(" ORDER BY v.version DESC LIMIT ").value(int64_t{count} + 1);
  ASSIGN_OR_RETURN(auto select, query.prepare(reader.connection()));
  while (true) {
    ASSIGN_OR_RETURN(bool row, select.step());
    if (!row) return page;
    if (page.versions.size() == count) {
      if (count > 0) page.next_key = std::to_string(page.versions.back().version);
      return page;
    }
    ASSIGN_OR_RETURN(Version version, reader->versions.read(select));
    page.versions.push_back(std::move(version));
  }
}

Result<uint64_t> SqliteStore::Body::searchable(const Rights& rights, std::optional<uint64_t> as_of) {
  if (!as_of) return latest(rights);
  if (*as_of > writer->published()) return Error{Why::Gone, "the record does not know this sequence", ""};
  if (*as_of >= purged_through) return *as_of;
  // Nothing that these rights see has changed since, so nothing of it has been removed.
  ASSIGN_OR_RETURN(uint64_t newest, latest(rights));
  if (*as_of >= newest) return *as_of;
  return Error{Why::Gone, "this search was begun too long ago to be continued", ""};
}

Result<SearchPage> SqliteStore::search(const search::SearchQuery& query, const Rights& rights,
                                       std::optional<uint64_t> as_of, std::string_view after_key) {
  ASSIGN_OR_RETURN(uint64_t sequence, body_->searchable(rights, as_of));
  SearchLimits limits;
  limits.milliseconds = body_->options.search_milliseconds;
  ASSIGN_OR_RETURN(auto reader, body_->readers->take(true));
  auto page = searchSqlite(reader.connection(), reader->versions, query, rights, sequence, after_key, limits);
  reader.connection().setDeadline(0);
  // Rows may have been removed while we were reading.
  if (as_of && page.ok()) RETURN_IF_ERROR(body_->searchable(rights, as_of));
  return page;
}

Result<std::vector<Version>> SqliteStore::ofMessage(std::string_view message, uint32_t part) {
  Query query;
  query.add("SELECT ").add(VersionReader::kColumns).add(" FROM version AS v WHERE v.message=");
  query.value(std::string(message));
  if (part != 0) query.add(" AND v.part=").value(int64_t{part});
  query.add(" ORDER BY v.part, v.vkey");
  ASSIGN_OR_RETURN(auto reader, body_->readers->take(true));
  ASSIGN_OR_RETURN(auto select, query.prepare(reader.connection()));
  std::vector<Version> versions;
  while (true) {
    ASSIGN_OR_RETURN(bool row, select.step());
    if (!row) return versions;
    ASSIGN_OR_RETURN(Version version, reader->versions.read(select));
    versions.push_back(std::move(version));
  }
}

Done SqliteStore::query(const AlsoRun& statement, const std::function<bool(const sql::Statement& row)>& row) {
  ASSIGN_OR_RETURN(auto reader, body_->readers->take(false));
  ASSIGN_OR_RETURN(auto select, reader.connection().prepare(statement.sql));
  for (size_t i = 0; i < statement.values.size(); ++i) select.bind(static_cast<int>(i + 1), statement.values[i]);
  while (true) {
    ASSIGN_OR_RETURN(bool there, select.step());
    if (!there || !row(select)) return {};
  }
}

}  // namespace gateway::record::store
