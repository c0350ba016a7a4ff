// `onecard reindex`: the index as it should be, made again from the bodies, against the index as it is.
//
// First a fingerprint for each version (a sum over its rows, so their order does not matter) is made from the bodies
// and from one pass over each table; then only versions whose fingerprints differ are looked at row by row. Index
// rows never change once they are committed and nothing is purged meanwhile, so commits go on.

#include <algorithm>
#include <set>
#include <unordered_map>

#include "fhir/base/digest.h"
#include "gateway/record/store/sqlite/index_tables.h"
#include "gateway/record/store/sqlite/index_writer.h"
#include "gateway/record/store/sqlite/store_body.h"

namespace gateway::record::store {

using fhir::base::Done;
using fhir::base::Result;
using fhir::base::Why;

namespace {

constexpr int64_t kVersionsAtATime = 500;
constexpr size_t kRepairsAtATime = 200;

struct Fingerprint {
  uint64_t expected = 0;
  uint64_t actual = 0;
};

uint64_t fingerprintOf(const IndexRow& row) { return fhir::base::hash64(row.key()); }

struct Expected {
  TypeNumber type = 0;
  bool indexed = false;
  ContentPtr content;  // nullptr: no body and no compartments
  std::vector<IndexRow> rows;
};

class Reindex {
 public:
  Reindex(ReaderPool& readers, Writer& writer, const ContentMaker& maker, search::TokenSystems& systems,
          const std::function<void(uint64_t, uint64_t)>& progress)
      : readers_(readers), writer_(writer), maker_(maker), systems_(systems), progress_(progress) {}

  Result<uint64_t> run(bool check_only) {
    ASSIGN_OR_RETURN(newest_, newestVersion());
    RETURN_IF_ERROR(addExpected());
    RETURN_IF_ERROR(addActual());
    std::vector<int64_t> wrong;
    for (const auto& [vkey, fingerprint] : fingerprints_) {
      if (fingerprint.expected != fingerprint.actual) wrong.push_back(vkey);
    }
    std::sort(wrong.begin(), wrong.end());
    for (size_t i = 0; i < wrong.size(); i += kRepairsAtATime) {
      std::vector<int64_t> some(wrong.begin() + static_cast<int64_t>(i),
                                wrong.begin() + static_cast<int64_t>(std::min(wrong.size(), i + kRepairsAtATime)));
      RETURN_IF_ERROR(compare(some, check_only));
    }
    RETURN_IF_ERROR(repairTexts(check_only));
    RETURN_IF_ERROR(repairSystems(check_only));
    return differences_;
  }

 private:
  Result<int64_t> newestVersion() {
    ASSIGN_OR_RETURN(auto reader, readers_.take(false));
    ASSIGN_OR_RETURN(auto select, reader->connection->prepare("SELECT max(vkey) FROM version WHERE from_seq<=?1"));
    select.bind(1, static_cast<int64_t>(writer_.published()));
    ASSIGN_OR_RETURN(bool row, select.step());
    return row ? select.integer(0) : 0;
  }

  Done addExpected() {
    int64_t after = 0;
    uint64_t done = 0;
    while (true) {
      ASSIGN_OR_RETURN(auto reader, readers_.take(true));
      ASSIGN_OR_RETURN(
          auto select,
          reader->connection->prepare("SELECT vkey FROM version WHERE vkey>?1 AND vkey<=?2 ORDER BY vkey LIMIT ?3"));
      select.bind(1, after).bind(2, newest_).bind(3, kVersionsAtATime);
      int64_t before = after;
      while (true) {
        ASSIGN_OR_RETURN(bool row, select.step());
        if (!row) break;
        after = select.integer(0);
        ASSIGN_OR_RETURN(Expected expected, expectedOf(reader, after));
        uint64_t sum = 0;
        for (const auto& one : expected.rows) sum += fingerprintOf(one);
        fingerprints_[after].expected = sum;
        if (expected.content != nullptr) RETURN_IF_ERROR(checkTexts(reader, expected));
        ++done;
      }
      if (progress_) progress_(done, static_cast<uint64_t>(newest_));
      if (after == before) return {};
    }
  }

  // A deletion has the compartments of the version before it that had a body.
  Result<Expected> expectedOf(ReaderPool::Loan& reader, int64_t vkey) {
    ASSIGN_OR_RETURN(
        auto select,
        reader->connection->prepare(
            "SELECT v.type, v.id, v.deleted=0 AND (v.to_seq=9223372036854775807 OR EXISTS(SELECT 1 FROM superseded "
            "AS s "
            "WHERE s.to_seq=v.to_seq AND s.vkey=v.vkey)), (SELECT b.vkey FROM version AS b WHERE b.type=v.type AND "
            "b.id=v.id AND b.version<=v.version AND b.deleted=0 ORDER BY b.version DESC LIMIT 1) "
            "FROM version AS v WHERE v.vkey=?1"));
    select.bind(1, vkey);
    Expected expected;
    ASSIGN_OR_RETURN(bool row, select.step());
    if (!row || select.isNull(3)) return expected;
    expected.type = static_cast<TypeNumber>(select.integer(0));
    expected.indexed = select.integer(2) != 0;
    ASSIGN_OR_RETURN(std::string stored, reader->bodies.ofVersion(select.integer(3)));
    ASSIGN_OR_RETURN(expected.content, maker_.ofStored(select.text(1), std::move(stored), false));
    expected.rows = rowsOf(expected.content->rows, expected.type, expected.indexed);
    return expected;
  }

  Done addActual() {
    ASSIGN_OR_RETURN(auto reader, readers_.take(true));
    // What was committed since is not looked at; a row beyond that belongs to no version at all.
    int64_t last = 0;
    {
      ASSIGN_OR_RETURN(auto select, reader->connection->prepare("SELECT max(vkey) FROM version"));
      RETURN_IF_ERROR(select.step());
      last = select.integer(0);
    }
    for (size_t table = 0; table < kTables.size(); ++table) {
      ASSIGN_OR_RETURN(auto select, reader->connection->prepare(selectAll(kTables[table])));
      while (true) {
        ASSIGN_OR_RETURN(bool row, select.step());
        if (!row) break;
        int64_t vkey = select.integer(0);
        if (vkey <= newest_ || vkey > last) fingerprints_[vkey].actual += fingerprintOf(readRow(table, select));
      }
    }
    return {};
  }

  // Every hash of an indexed version must have its text.
  Done checkTexts(ReaderPool::Loan& reader, const Expected& expected) {
    const search::IndexRows& rows = expected.content->rows;
    if (expected.indexed) {
      for (const auto& [parameter, system] : rows.token_systems) {
        if (!systems_.contains(parameter, system)) missing_systems_.emplace(parameter, system);
      }
      for (const auto& row : rows.hashed) RETURN_IF_ERROR(checkText(reader, row.value, row.text));
    }
    for (size_t i = 0; i < rows.patients.size(); ++i) {
      if (expected.indexed) RETURN_IF_ERROR(checkText(reader, rows.patients[i], rows.patient_texts[i]));
    }
    return {};
  }

  Done checkText(ReaderPool::Loan& reader, int64_t hash, const std::string& text) {
    if (checked_.size() > kMostChecked) checked_.clear();
    if (!checked_.insert(hash).second || missing_texts_.contains(hash)) return {};
    ASSIGN_OR_RETURN(auto select, reader->connection->prepare("SELECT text FROM hashed_text WHERE hash=?1"));
    select.bind(1, hash);
    ASSIGN_OR_RETURN(bool row, select.step());
    if (!row || select.text(0) != text) missing_texts_.emplace(hash, text);
    return {};
  }

  Done repairTexts(bool check_only) {
    differences_ += missing_texts_.size();
    if (check_only || missing_texts_.empty()) return {};
    return writer_.run([&](sql::Connection& to) -> Done {
      ASSIGN_OR_RETURN(auto insert, to.prepare("INSERT OR REPLACE INTO hashed_text(hash, text) VALUES(?1, ?2)"));
      for (const auto& [hash, text] : missing_texts_) {
        insert.bind(1, hash).bind(2, std::string_view(text));
        RETURN_IF_ERROR(insert.run());
      }
      return {};
    });
  }

  Done repairSystems(bool check_only) {
    differences_ += missing_systems_.size();
    if (check_only || missing_systems_.empty()) return {};
    RETURN_IF_ERROR(writer_.run([&](sql::Connection& to) -> Done {
      for (const auto& [parameter, system] : missing_systems_)
        RETURN_IF_ERROR(insertTokenSystem(to, parameter, system));
      return {};
    }));
    for (const auto& [parameter, system] : missing_systems_) systems_.add(parameter, system);
    return {};
  }

  using Rows = std::unordered_map<int64_t, std::vector<IndexRow>>;

  Result<Rows> actualRows(ReaderPool::Loan& reader, const std::vector<int64_t>& vkeys) {
    Rows actual;
    for (int64_t vkey : vkeys) actual[vkey];
    for (size_t table = 0; table < kTables.size(); ++table) {
      ASSIGN_OR_RETURN(auto select, reader->connection->prepare(selectAll(kTables[table])));
      while (true) {
        ASSIGN_OR_RETURN(bool row, select.step());
        if (!row) break;
        auto found = actual.find(select.integer(0));
        if (found != actual.end()) found->second.push_back(readRow(table, select));
      }
    }
    return actual;
  }

  // Row by row; and makes the rows right.
  Done compare(const std::vector<int64_t>& vkeys, bool check_only) {
    Rows actual;
    std::unordered_map<int64_t, Expected> expected;
    {
      ASSIGN_OR_RETURN(auto reader, readers_.take(true));
      ASSIGN_OR_RETURN(actual, actualRows(reader, vkeys));
      for (int64_t vkey : vkeys) {
        ASSIGN_OR_RETURN(expected[vkey], expectedOf(reader, vkey));
      }
    }
    for (int64_t vkey : vkeys) {
      std::set<std::string> there, wanted, different;
      for (const auto& row : actual[vkey]) there.insert(row.key());
      for (const auto& row : expected[vkey].rows) wanted.insert(row.key());
      std::set_symmetric_difference(there.begin(), there.end(), wanted.begin(), wanted.end(),
                                    std::inserter(different, different.end()));
      differences_ += different.size();
    }
    if (check_only) return {};
    return writer_.run([&](sql::Connection& to) -> Done {
      IndexWriter index(to, systems_);
      for (int64_t vkey : vkeys) RETURN_IF_ERROR(replace(to, index, vkey, actual[vkey], expected[vkey]));
      uint32_t culprit = 0;
      return index.insert(culprit);
    });
  }

  static Done replace(sql::Connection& to, IndexWriter& index, int64_t vkey, const std::vector<IndexRow>& actual,
                      const Expected& expected) {
    for (const auto& row : actual) {
      ASSIGN_OR_RETURN(auto remove, to.prepare(deleteOne(kTables[row.table])));
      remove.bind(1, vkey);
      for (size_t i = 0; i < row.columns.size(); ++i) remove.bind(static_cast<int>(i + 2), row.columns[i]);
      RETURN_IF_ERROR(remove.run());
    }
    if (expected.content == nullptr) return {};
    for (int64_t patient : expected.content->rows.patients) {
      ASSIGN_OR_RETURN(auto insert, to.prepare("INSERT INTO compartment(vkey, patient) VALUES(?1, ?2)"));
      insert.bind(1, vkey).bind(2, patient);
      RETURN_IF_ERROR(insert.run());
    }
    if (expected.indexed) index.add(expected.content, expected.type, vkey, 0);
    return {};
  }

  static constexpr size_t kMostChecked = 1'000'000;

  ReaderPool& readers_;
  Writer& writer_;
  const ContentMaker& maker_;
  search::TokenSystems& systems_;
  const std::function<void(uint64_t, uint64_t)>& progress_;
  int64_t newest_ = 0;
  uint64_t differences_ = 0;
  std::unordered_map<int64_t, Fingerprint> fingerprints_;
  std::set<int64_t> checked_;
  std::unordered_map<int64_t, std::string> missing_texts_;
  std::set<std::pair<fhir::definitions::ParameterNumber, std::string>> missing_systems_;
};

}  // namespace

Result<uint64_t> SqliteStore::reindex(bool check_only,
                                      const std::function<void(uint64_t done, uint64_t total)>& progress) {
  std::lock_guard no_purge(body_->purge_mutex);
  return Reindex(*body_->readers, *body_->writer, body_->maker, body_->systems, progress).run(check_only);
}

}  // namespace gateway::record::store
