#pragma once
// Writer: the one thread with the one connection that writes the record and moves its log into the database file
// (design decision 7). Thread-safe except where said.

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "gateway/record/store/sqlite/commit_queue.h"
#include "gateway/record/store/sqlite/group_commit.h"

namespace gateway::record::store {

class Writer {
 public:
  struct Options {
    CommitQueue::Options queue;
    GroupCommit::Options group;
    int64_t checkpoint_bytes = 80 << 20;
  };
  // `connection` must outlive the writer; nobody else uses it from start() on.
  Writer(sql::Connection& connection, const ContentMaker& maker, search::TokenSystems& systems, Options options);
  ~Writer();  // stops
  fhir::base::Done start();

  // Why::Unavailable after stop() or a failed fsync.
  std::future<fhir::base::Result<CommitResult>> submit(CommitJobPtr job);
  // Runs `work` on the writer's thread in a transaction of its own, and waits for its commit.
  fhir::base::Done run(std::function<fhir::base::Done(sql::Connection&)> work);
  // Moves all of the log into the database file, if no reader holds it back.
  fhir::base::Done emptyLog();
  // Commits what waits, then ends the thread.
  void stop();

  // The newest sequence that is on the disk.
  uint64_t published() const { return published_.load(std::memory_order_acquire); }
  Touched& touched() { return touched_; }

  struct Figures {
    std::atomic<uint64_t> resources{0}, versions{0}, commits{0}, group_commits{0}, log_bytes{0};
  };
  const Figures& figures() const { return figures_; }

 private:
  void loop();
  void commit(std::vector<CommitJobPtr> group);
  void refuse(CommitJob& job);
  fhir::base::Done inTransaction(const std::function<fhir::base::Done(sql::Connection&)>& work);
  void publish();
  void noteTrouble(sql::Connection::Trouble trouble);
  void checkpoint(bool truncate);
  fhir::base::Error refusal() const;

  sql::Connection& connection_;
  const Options options_;
  Touched touched_;
  CommitQueue queue_;
  GroupCommit group_;
  std::atomic<uint64_t> published_{0};
  std::atomic<bool> sync_failed_{false};
  Figures figures_;
  int64_t log_frames_ = 0;        // in the log file
  int64_t kept_frames_ = 0;       // of these, there at the last checkpoint
  bool idle_checkpoint_ = false;  // since the last commit
  std::jthread thread_;
};

}  // namespace gateway::record::store
