#pragma once
// The way from the threads that commit to the writer: two lanes (design decision 8), bounded by bytes, taken in
// groups. Thread-safe; one thread takes.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "gateway/record/store/resource_store.h"
#include "gateway/record/store/sqlite/touched.h"
#include "gateway/record/store/sqlite/write_plan.h"

namespace gateway::record::store {

// A batch with its finished rows, on its way to the writer.
struct CommitJob {
  struct HeldCondition {  // of batch.conditions, by position: it held at `sequence`
    uint64_t sequence = 0;
    std::vector<uint64_t> keys;
  };
  Batch batch;
  std::vector<FinishedWrite> finished;
  std::optional<Touched::Watch> watch;
  std::vector<HeldCondition> conditions;
  size_t bytes = 0;
  std::promise<fhir::base::Result<CommitResult>> answer;
};
using CommitJobPtr = std::unique_ptr<CommitJob>;

// Other work for the writer, in a transaction of its own.
struct WriterTask {
  std::function<fhir::base::Done(sql::Connection&)> work;
  std::promise<fhir::base::Done> answer;
};

class CommitQueue {
 public:
  struct Options {
    size_t bytes = 64u << 20;  // of both lanes
    uint32_t group_writes = 1'000;
    int64_t group_milliseconds = 3;
  };
  explicit CommitQueue(const Options& options) : options_(options) {}

  // Waits while the queue is full. False, and the argument untouched, when the queue was closed.
  bool push(CommitJobPtr& job);
  bool push(WriterTask& task);

  struct Work {
    std::vector<CommitJobPtr> group;  // live ones first
    std::vector<WriterTask> tasks;
    bool closed = false;  // and nothing is left
  };
  // The next group; nothing after `idle_milliseconds` without work.
  Work take(int64_t idle_milliseconds);
  void close();

 private:
  bool hasWork() const { return !live_.empty() || !bulk_.empty() || !tasks_.empty(); }
  size_t waitingWrites() const { return live_writes_ + bulk_writes_; }
  void waitForCompany(std::unique_lock<std::mutex>& lock);
  void move(std::deque<CommitJobPtr>& from, size_t& writes, size_t budget, size_t& taken, Work& work);

  const Options options_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable room_;
  std::deque<CommitJobPtr> live_, bulk_;
  std::deque<WriterTask> tasks_;
  size_t live_writes_ = 0, bulk_writes_ = 0, bytes_ = 0;
  size_t crowd_ = 1;  // batches in the last group: as many are likely to come again
  size_t groups_without_live_ = 0;
  bool closed_ = false;
};

}  // namespace gateway::record::store
