#pragma once
// SqliteStore: the shared health record in one SQLite file, record.db, of a data directory. Tables: schema/.
//
// One writer thread owns the only connection that writes and checkpoints; reads use a pool of read-only connections.
// Threads that call commit() make the finished rows; the writer groups batches into one transaction and answers after
// its COMMIT has returned, which is after the fsync. All functions are thread-safe.
//
// What the port leaves open:
//   Error.where of a refused write: "if-match" (the current version differs), "exists" (Create), "condition"; the
//   batch's other errors name "write <n>" (from 0). After a failed fsync every commit is Why::Unavailable until the
//   process starts again; after a full disk commits work again as soon as there is room.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "fhir/index/extractor.h"
#include "gateway/host/clock.h"
#include "gateway/record/store/resource_store.h"

namespace gateway::record::store {

struct SqliteStoreOptions {
  std::string folder;                                 // made when absent
  host::Clock* clock = nullptr;                       // must outlive the store
  const fhir::index::Extractor* extractor = nullptr;  // must outlive the store
  int zone_minutes = 480;                             // in which lastUpdated is written
  int64_t group_milliseconds = 3;                     // how long a group of commits stays open for others under load
  uint32_t group_writes = 1'000;    // resources in one group at most, four times as many while all is bulk
  size_t queue_bytes = 64u << 20;   // finished rows that wait for the writer; beyond that commit() waits
  int64_t cache_bytes = 256 << 20;  // page cache of the writer
  int64_t reader_cache_bytes = 16 << 20;
  uint32_t readers = 8;
  int64_t retention_seconds = 3'600;  // how long a search can be continued as of an older sequence
  int64_t search_milliseconds = 10'000;
  int64_t checkpoint_bytes = 80 << 20;  // of log, then the writer moves it into the database file
  uint32_t dictionary_samples = 2'000;  // bodies of a type family from which its dictionary is trained; 0: none
  int64_t housekeeping_milliseconds = 1'000;
  // Called at named points, for crash tests: "before record commit", "after record commit", "before checkpoint",
  // "after checkpoint". On the writer's thread.
  std::function<void(std::string_view point)> hook;
};

class SqliteStore : public ResourceStore {
 public:
  using Options = SqliteStoreOptions;
  // Why::Unavailable: another process has the directory, the file is damaged, of another program or of a newer
  // schema.
  static fhir::base::Result<std::unique_ptr<SqliteStore>> open(Options options);
  ~SqliteStore() override;  // commits what waits

  std::future<fhir::base::Result<CommitResult>> commit(Batch batch) override;
  fhir::base::Result<uint64_t> latestSequence(const Rights& rights) override;
  fhir::base::Result<Moment> momentOf(uint64_t sequence, const Rights& rights) override;
  fhir::base::Result<uint64_t> sequenceOf(const Moment& moment, const Rights& rights) override;
  fhir::base::Result<Version> read(TypeNumber type, std::string_view id, const Rights& rights,
                                   std::optional<uint64_t> as_of = {}) override;
  fhir::base::Result<Version> readVersion(TypeNumber type, std::string_view id, uint64_t version,
                                          const Rights& rights) override;
  using ResourceStore::history;
  fhir::base::Result<HistoryPage> history(const HistoryQuery& query, const Rights& rights, uint32_t count,
                                          std::optional<uint64_t> as_of, std::string_view after_key) override;
  fhir::base::Result<SearchPage> search(const search::SearchQuery& query, const Rights& rights,
                                        std::optional<uint64_t> as_of, std::string_view after_key) override;
  // Part 0: of all parts.
  fhir::base::Result<std::vector<Version>> ofMessage(std::string_view message, uint32_t part) override;
  // Line formats: gateway/docs/data_formats.md.
  fhir::base::Done dump(const std::function<bool(std::string_view line)>& out) override;
  // How many index rows were wrong (missing, too many, or with another text for their hash).
  fhir::base::Result<uint64_t> reindex(bool check_only,
                                       const std::function<void(uint64_t done, uint64_t total)>& progress) override;
  fhir::base::Done query(const AlsoRun& statement,
                         const std::function<bool(const sql::Statement& row)>& row) override;
  fhir::base::Done ensureTables(std::string_view component, std::string_view sql) override;
  void addParticipant(CommitParticipant& participant) override;
  Figures figures() override;

  // Does the writer's housekeeping now instead of at its time: trains dictionaries, removes index rows past the
  // retention, empties the log. For tests, and before a backup.
  fhir::base::Done tidy();

 private:
  struct Body;
  explicit SqliteStore(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace gateway::record::store
