#pragma once
// One transaction for a group of batches. A batch is checked completely before its first write; so undoing one is the
// exception: then the transaction is rolled back and done again with a savepoint for each batch.
// Used by the writer's thread.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/host/clock.h"
#include "gateway/record/store/sqlite/commit_queue.h"
#include "gateway/record/store/sqlite/index_writer.h"
#include "gateway/record/store/sqlite/touched.h"
#include "gateway/record/store/sqlite/version_reader.h"
#include "gateway/record/store/sqlite/write_plan.h"

namespace gateway::record::store {

// What the writer knows of the record besides its rows; changes with a commit only.
struct RecordState {
  int64_t next_vkey = 1;
  uint64_t sequence = 0;     // the last one given
  int64_t last_updated = 0;  // the last one given: it never goes back
  uint64_t resources = 0;    // current and not deleted
  std::map<std::string, int64_t> institutions;
};

// Breaks the batch's fence if what went wrong is not its own fault.
void breakFence(const Batch& batch, const fhir::base::Error& why);

class GroupCommit {
 public:
  struct Options {
    host::Clock* clock = nullptr;
    std::function<void(std::string_view)> hook;
    const std::vector<CommitParticipant*>* participants = nullptr;
    int64_t search_milliseconds = 10'000;
    int zone_minutes = 480;
  };
  GroupCommit(sql::Connection& connection, const ContentMaker& maker, search::TokenSystems& systems, Touched& touched,
              Options options);

  fhir::base::Done load();  // the state, from the record
  const RecordState& state() const { return state_; }

  // Commits the group and returns one answer for each of its jobs, in order. When the transaction itself failed, all
  // of them have the same error, nothing of the group is in the record, and `failed` is true.
  std::vector<fhir::base::Result<CommitResult>> commit(const std::vector<CommitJobPtr>& group, bool& failed);
  // What made the last transaction fail.
  sql::Connection::Trouble trouble() const { return trouble_; }

 private:
  using Answers = std::vector<std::optional<fhir::base::Result<CommitResult>>>;
  enum class Attempt { Committed, Again, Failed };

  Attempt attempt(const std::vector<CommitJobPtr>& group, Answers& answers, fhir::base::Error& error);
  // One job of the group; false: the transaction cannot go on, see `error`.
  bool job(const CommitJob& job, uint32_t number, Answers& answers, fhir::base::Error& error);
  fhir::base::Done finish();  // what the group adds at its end

  fhir::base::Done checkConditions(const CommitJob& job);
  fhir::base::Result<CommitResult> write(const CommitJob& job, uint32_t number);
  fhir::base::Result<int64_t> institutionNumber(const std::string& code, bool& is_new) const;
  fhir::base::Done joinParticipants(const CommitJob& job);
  fhir::base::Done also(const AlsoRun& run);
  fhir::base::Done insert(const NewVersion& version, uint32_t number);
  fhir::base::Done supersede(const NewVersion& version);
  fhir::base::Done insertRow(const NewVersion& version, int64_t vkey);
  fhir::base::Done rememberOrders(const WritePlan& plan);
  void noteLatest(const NewVersion& version);
  bool diskFailed() const;
  void rollBack();

  sql::Connection& connection_;
  const search::TokenSystems& systems_;
  Touched& touched_;
  Options options_;
  BodyReader bodies_;
  VersionReader versions_;
  WritePlanner planner_;
  IndexWriter index_;

  RecordState state_;
  // Of the transaction under way.
  bool careful_ = false;                      // a savepoint for each batch
  bool wrote_ = false;                        // the batch under way has written something
  int64_t now_ = 0;                           // lastUpdated of the batch under way
  uint32_t culprit_ = IndexWriter::kNoBatch;  // whose index rows could not be inserted
  uint64_t stored_resources_ = 0;
  sql::Connection::Trouble trouble_ = sql::Connection::Trouble::None;
  std::vector<std::pair<int64_t, uint64_t>> latest_;  // rows of patient_latest
};

}  // namespace gateway::record::store
