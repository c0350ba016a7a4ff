// Histories: of a resource, of a type, of everything. A page's key is the total and the (type, id, version) of its
// last entry: nothing in it depends on what the caller does not see.

#include <charconv>

#include "fhir/base/text.h"
#include "gateway/record/store/sqlite/store_body.h"
#include "gateway/record/store/sqlite/version_query.h"

namespace gateway::record::store {

using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

namespace {

// "12 57 p1 3"
struct HistoryKey {
  uint64_t total = 0;
  uint64_t type = 0;
  std::string id;
  uint64_t version = 0;
};

std::string writeKey(const HistoryKey& key) {
  return std::to_string(key.total) + " " + std::to_string(key.type) + " " + key.id + " " +
         std::to_string(key.version);
}

Result<HistoryKey> readKey(std::string_view text) {
  HistoryKey key;
  auto parts = fhir::base::split(text, ' ');
  auto number = [](std::string_view digits, uint64_t& out) {
    auto [end, trouble] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return trouble == std::errc() && end == digits.data() + digits.size() && out <= INT64_MAX;
  };
  if (parts.size() != 4 || !number(parts[0], key.total) || !number(parts[1], key.type) ||
      !number(parts[3], key.version)) {
    return Error{Why::Invalid, "this is not the key of a page", ""};
  }
  key.id = parts[2];
  return key;
}

class History {
 public:
  History(sql::Connection& connection, const HistoryQuery& query, const Rights& rights, uint64_t sequence)
      : connection_(connection), query_(query), rights_(rights), sequence_(static_cast<int64_t>(sequence)) {}

  // The vkey of the first version made at `since` or later: commit times never go back.
  Result<int64_t> firstSince() {
    if (!query_.since) return 0;
    VersionQuery first;
    first.add("SELECT vkey FROM version INDEXED BY version_by_time WHERE last_updated>=").value(*query_.since);
    first.add(" ORDER BY last_updated, vkey LIMIT 1");
    return number(first, INT64_MAX);
  }

  Result<bool> exists() {
    VersionQuery any;
    any.add("SELECT 1 FROM version AS v WHERE v.type=").value(int64_t{query_.type});
    any.add(" AND v.id=").value(query_.id).add(" AND v.from_seq<=").value(sequence_);
    any.add(" AND ").visible(query_.type, rights_).add(" LIMIT 1");
    ASSIGN_OR_RETURN(int64_t found, number(any, 0));
    return found != 0;
  }

  Result<int64_t> total(int64_t first) {
    VersionQuery count;
    count.add("SELECT count(*)");
    listed(count, first, INT64_MAX);
    return number(count, 0);
  }

  Result<int64_t> keyOf(const HistoryKey& last) {
    VersionQuery find;
    find.add("SELECT vkey FROM version WHERE type=").value(static_cast<int64_t>(last.type));
    find.add(" AND id=").value(last.id).add(" AND version=").value(static_cast<int64_t>(last.version));
    ASSIGN_OR_RETURN(int64_t found, number(find, 0));
    if (found == 0) return Error{Why::Invalid, "this is not the key of a page", ""};
    return found;
  }

  Result<sql::Statement> page(int64_t first, int64_t before, uint32_t count) {
    VersionQuery select;
    select.add("SELECT ").add(VersionReader::kColumns);
    listed(select, first, before);
    select.add(query_.id.empty() ? " ORDER BY v.vkey DESC LIMIT " : " ORDER BY v.version DESC LIMIT ");
    select.value(int64_t{count} + 1);
    return select.prepare(connection_);
  }

 private:
  Result<int64_t> number(const VersionQuery& select, int64_t otherwise) {
    ASSIGN_OR_RETURN(auto statement, select.prepare(connection_));
    ASSIGN_OR_RETURN(bool row, statement.step());
    return row ? statement.integer(0) : otherwise;
  }

  void listed(VersionQuery& select, int64_t first, int64_t before) const {
    select.add(" FROM version AS v");
    if (query_.type != 0) {
      select.add(query_.id.empty() ? " INDEXED BY version_current" : " INDEXED BY version_of");
      select.add(" WHERE v.type=").value(int64_t{query_.type}).add(" AND ");
    } else {
      select.add(" WHERE ");
    }
    if (!query_.id.empty()) select.add("v.id=").value(query_.id).add(" AND ");
    select.add("v.vkey>=").value(first).add(" AND v.vkey<").value(before);
    select.add(" AND v.from_seq<=").value(sequence_).add(" AND ");
    if (query_.at) {
      select.add("v.last_updated<").value(query_.at->high).add(" AND (v.deleted=0 OR v.last_updated>=");
      select.value(query_.at->low)
          .add(") AND NOT EXISTS(SELECT 1 FROM version AS n WHERE n.type=v.type AND n.id=v.id");
      select.add(" AND n.version=v.version+1 AND n.from_seq<=").value(sequence_).add(" AND n.last_updated<=");
      select.value(query_.at->low).add(") AND ");
    }
    select.visible(query_.type, rights_);
  }

  sql::Connection& connection_;
  const HistoryQuery& query_;
  const Rights& rights_;
  int64_t sequence_;
};

Result<HistoryPage> readPage(VersionReader& versions, History history, const HistoryQuery& query, uint32_t count,
                             std::string_view after_key) {
  HistoryPage page;
  if (!query.id.empty()) {
    ASSIGN_OR_RETURN(bool exists, history.exists());
    if (!exists) return Error{Why::NotFound, "there is no such resource", ""};
  }
  ASSIGN_OR_RETURN(int64_t first, history.firstSince());
  int64_t before = INT64_MAX;
  if (after_key.empty()) {
    ASSIGN_OR_RETURN(int64_t total, history.total(first));
    page.total = static_cast<uint64_t>(total);
  } else {
    ASSIGN_OR_RETURN(HistoryKey last, readKey(after_key));
    ASSIGN_OR_RETURN(before, history.keyOf(last));
    page.total = last.total;
  }
  ASSIGN_OR_RETURN(auto select, history.page(first, before, count));
  while (true) {
    ASSIGN_OR_RETURN(bool row, select.step());
    if (!row) return page;
    if (page.versions.size() == count) {
      if (count == 0) return page;
      const Version& last = page.versions.back();
      page.next_key = writeKey({page.total, last.type, last.id, last.version});
      return page;
    }
    ASSIGN_OR_RETURN(Version version, versions.read(select));
    page.versions.push_back(std::move(version));
  }
}

}  // namespace

Result<HistoryPage> SqliteStore::history(const HistoryQuery& query, const Rights& rights, uint32_t count,
                                         std::optional<uint64_t> as_of, std::string_view after_key) {
  ASSIGN_OR_RETURN(uint64_t newest, body_->latest(rights));
  uint64_t sequence = std::min(as_of.value_or(newest), body_->writer->published());
  ASSIGN_OR_RETURN(auto reader, body_->readers->take(true));
  reader.connection().setDeadline(body_->options.search_milliseconds);
  auto page =
      readPage(reader->versions, History(reader.connection(), query, rights, sequence), query, count, after_key);
  reader.connection().setDeadline(0);
  if (page.ok()) page->sequence = sequence;
  return page;
}

}  // namespace gateway::record::store
