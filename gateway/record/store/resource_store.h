#pragma once
// ResourceStore: the port of the shared health record. Versions are immutable; everything is as of a sequence number
// (design decision 9). One store owns its data directory. All functions are thread-safe.
//
// commit(): encodes, compresses and extracts index values on the calling thread, then hands finished rows to the one
// writer, which groups batches (design decision 8). The future is ready only after the data is on disk.

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/definitions/lookup.h"
#include "fhir/model/document.h"
#include "gateway/record/search/rights.h"
#include "gateway/record/search/search_query.h"
#include "gateway/record/sql/sqlite.h"

namespace gateway::record::store {

using fhir::definitions::TypeNumber;
using search::Rights;

struct Version {
  TypeNumber type = 0;
  std::string id;
  uint64_t version = 0;
  int64_t last_updated = 0;  // microseconds
  uint64_t sequence = 0;     // of the commit that made it
  bool deleted = false;
  std::string json;         // the whole resource with meta.versionId and meta.lastUpdated; empty when deleted
  std::string institution;  // owner; empty: nobody's (written through REST without one)
  std::string message;      // origin message id, empty when it came through REST
  uint32_t part = 0;
};

enum class WriteMode : uint8_t {
  Create,  // Why::Conflict when the id exists
  Put,     // update, or create with this id (REST update); content equal to the current one: Unchanged
  Delete,
  Ensure,   // create if absent, else Unchanged
  Newer,    // by `order`, ties by `order_tie`; an older one becomes history (two versions) once
  Replace,  // like Put for mappings
  Merge,    // unites `merge_lists`, other elements as Newer
};

struct Write {
  WriteMode mode = WriteMode::Put;
  TypeNumber type = 0;
  std::string id;                                                                 // always given by the caller
  std::optional<fhir::model::Document> document;                                  // absent for Delete
  std::function<std::optional<std::string>(std::string_view)> rewrite_reference;  // may be empty
  std::string order;  // for Newer and Merge: compared as text
  uint64_t order_tie = 0;
  std::vector<std::string> merge_lists;
  std::optional<uint64_t> if_match;  // Why::Conflict when the current version differs
};

// A condition that must still hold at the commit (design decision 14): the query, evaluated with `rights`, gives
// exactly `expected` (one id, or none). Otherwise the batch fails with Why::Busy and where = "condition": evaluate
// again.
struct Condition {
  search::SearchQuery query;
  Rights rights;
  std::optional<std::string> expected;
};

// Rows that commit together with the resources (part state, audit, outbox): statements over the owner's own tables,
// in the SQL subset shared by SQLite and PostgreSQL.
struct AlsoRun {
  std::string sql;
  std::vector<sql::Value> values;
};

enum class Lane : uint8_t { Live, Bulk };

// Keeps batches in their order when there is trouble: once one of them could not be stored for a reason that is not
// its own (Why::Busy, Why::Unavailable), those handed over after it are refused with Why::Busy, until their sender
// begins again with a new fence. Without trouble the batches of one lane are stored in the order of commit() anyway.
struct CommitFence {
  std::atomic<bool> broken{false};
};

struct Batch {
  std::vector<Write> writes;  // all or nothing
  std::vector<Condition> conditions;
  std::vector<AlsoRun> also;
  std::string institution;
  std::string message;
  uint32_t part = 0;
  Lane lane = Lane::Live;
  std::shared_ptr<CommitFence> fence;
};

enum class Effect : uint8_t { Created, Updated, Unchanged, Deleted, History };

struct WriteOutcome {
  Effect effect = Effect::Unchanged;
  TypeNumber type = 0;
  std::string id;
  uint64_t version = 0;  // current version after the commit
  int64_t last_updated = 0;
};

struct CommitResult {
  uint64_t sequence = 0;
  std::vector<WriteOutcome> outcomes;  // one per write, in order
};

// What a participant sees inside the commit (design decision 15), on the writer's thread: must be quick.
struct CommitView {
  const Batch& batch;
  std::function<fhir::base::Done(const AlsoRun&)> run;
};
class CommitParticipant {
 public:
  virtual ~CommitParticipant() = default;
  // May add rows, or refuse the batch with an error. Called before the batch's first write.
  virtual fhir::base::Done join(const CommitView& view) = 0;
};

struct SearchPage {
  std::vector<Version> matches;
  std::vector<Version> included;
  std::optional<uint64_t> total;  // as of the sequence
  uint64_t sequence = 0;          // the page was read as of this
  std::string next_key;           // opaque key after which the next page begins; empty: last page
};

// Which versions a history lists (R4 3.1.0.12).
struct HistoryQuery {
  TypeNumber type = 0;           // 0: of all types
  std::string id;                // empty: of all resources of the type
  std::optional<int64_t> since;  // microseconds: made at this moment or later
  struct Span {
    int64_t low = 0, high = 0;  // microseconds, [low, high)
  };
  std::optional<Span> at;  // current at some moment of it; deletions of that time too
};

struct HistoryPage {
  std::vector<Version> versions;  // newest first
  uint64_t total = 0;             // of what the query lists and the caller may see
  uint64_t sequence = 0;
  std::string next_key;
};

// A commit as a restricted caller may know it: its time, and its place among the commits of that time which show in
// what the caller sees, from 1. A sequence number would tell how much others wrote.
struct Moment {
  int64_t last_updated = 0;
  uint32_t place = 0;  // 0: before everything

  bool operator==(const Moment&) const = default;
};

class ResourceStore {
 public:
  virtual ~ResourceStore() = default;

  virtual std::future<fhir::base::Result<CommitResult>> commit(Batch batch) = 0;

  // The newest sequence whose commits touched something that `rights` see; so that nothing of others shows in it.
  virtual fhir::base::Result<uint64_t> latestSequence(const Rights& rights) = 0;
  // A sequence that latestSequence() gave for these rights, as a moment, and back. Why::Gone: no such moment.
  virtual fhir::base::Result<Moment> momentOf(uint64_t sequence, const Rights& rights) = 0;
  virtual fhir::base::Result<uint64_t> sequenceOf(const Moment& moment, const Rights& rights) = 0;
  // Why::NotFound (also for what `rights` do not see), Why::Gone. `as_of` empty: now.
  virtual fhir::base::Result<Version> read(TypeNumber type, std::string_view id, const Rights& rights,
                                           std::optional<uint64_t> as_of = {}) = 0;
  virtual fhir::base::Result<Version> readVersion(TypeNumber type, std::string_view id, uint64_t version,
                                                  const Rights& rights) = 0;
  // Each version is judged by its own compartments: a version that belonged to another patient is not shown.
  // Why::NotFound for a resource of which nothing is shown at all; Why::OutOfTime past the time limit.
  virtual fhir::base::Result<HistoryPage> history(const HistoryQuery& query, const Rights& rights, uint32_t count,
                                                  std::optional<uint64_t> as_of, std::string_view after_key) = 0;
  // Of one resource.
  fhir::base::Result<HistoryPage> history(TypeNumber type, std::string_view id, const Rights& rights, uint32_t count,
                                          std::optional<uint64_t> as_of, std::string_view after_key) {
    return history(HistoryQuery{type, std::string(id), {}, {}}, rights, count, as_of, after_key);
  }
  // Why::OutOfTime past the time limit; Why::Gone when `as_of` is older than the retention.
  virtual fhir::base::Result<SearchPage> search(const search::SearchQuery& query, const Rights& rights,
                                                std::optional<uint64_t> as_of, std::string_view after_key) = 0;

  // Versions that a message made or touched, and the message of a version: `onecard trace`.
  virtual fhir::base::Result<std::vector<Version>> ofMessage(std::string_view message, uint32_t part) = 0;

  // Every version, index row and Provenance as sorted text lines, for comparing stores: `onecard dump`.
  virtual fhir::base::Done dump(const std::function<bool(std::string_view line)>& out) = 0;
  // Rebuilds all index rows from the bodies; `check_only`: compares and reports differences instead.
  virtual fhir::base::Result<uint64_t> reindex(
      bool check_only, const std::function<void(uint64_t done, uint64_t total)>& progress) = 0;

  // Reads of other components' tables (part state); statements as in AlsoRun, rows handed out one by one.
  virtual fhir::base::Done query(const AlsoRun& statement,
                                 const std::function<bool(const sql::Statement& row)>& row) = 0;

  // Before the first commit: tables of other components (SQL text, run once each, by name).
  virtual fhir::base::Done ensureTables(std::string_view component, std::string_view sql) = 0;
  virtual void addParticipant(CommitParticipant& participant) = 0;

  struct Figures {
    uint64_t resources = 0, versions = 0, commits = 0, group_commits = 0, wal_bytes = 0, file_bytes = 0;
  };
  virtual Figures figures() = 0;
};

}  // namespace gateway::record::store
