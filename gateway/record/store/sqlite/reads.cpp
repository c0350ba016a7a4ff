// Reads of single resources. Rights are part of each statement: what they do not see is not there (design decision
// 18).

#include "gateway/record/store/sqlite/sqlite_search.h"
#include "gateway/record/store/sqlite/store_body.h"
#include "gateway/record/store/sqlite/version_query.h"

namespace gateway::record::store {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

namespace {

constexpr int kVisible = 13;  // the column after VersionReader::kColumns

// SELECT of the versions of one resource, each with whether it may be seen.
VersionQuery versionsOf(TypeNumber type, std::string_view id, const Rights& rights) {
  VersionQuery query;
  query.add("SELECT ").add(VersionReader::kColumns).add(", ").visible(type, rights);
  query.add(" FROM version AS v WHERE v.type=").value(int64_t{type}).add(" AND v.id=").value(std::string(id));
  return query;
}

Error notFound() { return {Why::NotFound, "there is no such resource", ""}; }

Result<Version> only(ReaderPool::Loan& reader, const VersionQuery& query) {
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
  VersionQuery query;
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
  VersionQuery query = versionsOf(type, id, rights);
  query.add(" AND v.from_seq<=").value(static_cast<int64_t>(sequence)).add(" ORDER BY v.version DESC LIMIT 1");
  return only(reader, query);
}

Result<Version> SqliteStore::readVersion(TypeNumber type, std::string_view id, uint64_t version,
                                         const Rights& rights) {
  ASSIGN_OR_RETURN(auto reader, body_->readers->take(false));
  VersionQuery query = versionsOf(type, id, rights);
  query.add(" AND v.version=").value(static_cast<int64_t>(version));
  query.add(" AND v.from_seq<=").value(static_cast<int64_t>(body_->writer->published()));
  return only(reader, query);
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
  auto page =
      searchSqlite(reader.connection(), reader->versions, body_->systems, query, rights, sequence, after_key, limits);
  reader.connection().setDeadline(0);
  // Rows may have been removed while we were reading.
  if (as_of && page.ok()) RETURN_IF_ERROR(body_->searchable(rights, as_of));
  return page;
}

Result<std::vector<Version>> SqliteStore::ofMessage(std::string_view message, uint32_t part) {
  VersionQuery query;
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
