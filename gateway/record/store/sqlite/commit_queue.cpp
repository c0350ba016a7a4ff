#include "gateway/record/store/sqlite/commit_queue.h"

#include <algorithm>
#include <chrono>

namespace gateway::record::store {

namespace {

constexpr size_t kQuietGroups = 4;
constexpr size_t kQuietFactor = 4;
constexpr size_t kFlood = 16;  // so many bulk batches in a group: nobody waits for a single one of them
constexpr int64_t kFloodMilliseconds = 200;

size_t weightOf(const CommitJob& job) { return std::max<size_t>(1, job.batch.writes.size()); }

}  // namespace

bool CommitQueue::push(CommitJobPtr& job) {
  std::unique_lock lock(mutex_);
  // A batch larger than the whole queue goes in when the queue is empty.
  room_.wait(lock, [&] { return closed_ || bytes_ == 0 || bytes_ + job->bytes <= options_.bytes; });
  if (closed_) return false;
  bytes_ += job->bytes;
  bool live = job->batch.lane == Lane::Live;
  (live ? live_writes_ : bulk_writes_) += weightOf(*job);
  (live ? live_ : bulk_).push_back(std::move(job));
  arrived_.notify_one();
  return true;
}

bool CommitQueue::push(WriterTask& task) {
  std::lock_guard lock(mutex_);
  if (closed_) return false;
  tasks_.push_back(std::move(task));
  arrived_.notify_one();
  return true;
}

void CommitQueue::move(std::deque<CommitJobPtr>& from, size_t& writes, size_t budget, size_t& taken, Work& work) {
  while (!from.empty()) {
    size_t weight = weightOf(*from.front());
    if (taken > 0 && taken + weight > budget) return;
    taken += weight;
    writes -= weight;
    bytes_ -= from.front()->bytes;
    work.group.push_back(std::move(from.front()));
    from.pop_front();
  }
}

// A group writes each page that it touches, so the fewer groups, the faster a flood of bulk batches goes down.
void CommitQueue::waitForCompany(std::unique_lock<std::mutex>& lock) {
  if (closed_ || !tasks_.empty() || crowd_ <= 1) return;
  const bool flood = live_.empty() && crowd_ > kFlood;
  const size_t enough = options_.group_writes * (flood ? kQuietFactor : 1);
  const std::chrono::milliseconds longest(flood ? kFloodMilliseconds : options_.group_milliseconds);
  arrived_.wait_for(lock, longest, [&] {
    bool all_here = !flood && live_.size() + bulk_.size() >= crowd_;
    bool cut_short = closed_ || !tasks_.empty() || (flood && (!live_.empty() || bytes_ > options_.bytes / 2));
    return all_here || cut_short || waitingWrites() >= enough;
  });
}

CommitQueue::Work CommitQueue::take(int64_t idle_milliseconds) {
  using std::chrono::milliseconds;
  std::unique_lock lock(mutex_);
  Work work;
  arrived_.wait_for(lock, milliseconds(idle_milliseconds), [&] { return closed_ || hasWork(); });
  if (!hasWork()) {
    work.closed = closed_;
    return work;
  }
  waitForCompany(lock);
  for (auto& task : tasks_) work.tasks.push_back(std::move(task));
  tasks_.clear();
  // Live batches first; a quarter of the group is for bulk ones, if there are any, so that they are never starved.
  // While nobody waits for a live answer, larger groups write each page of the index less often.
  groups_without_live_ = live_.empty() ? groups_without_live_ + 1 : 0;
  size_t all = options_.group_writes * (groups_without_live_ >= kQuietGroups ? kQuietFactor : 1);
  size_t taken = 0;
  move(live_, live_writes_, bulk_.empty() ? all : all - all / 4, taken, work);
  move(bulk_, bulk_writes_, all, taken, work);
  move(live_, live_writes_, all, taken, work);
  crowd_ = std::max<size_t>(1, work.group.size());
  room_.notify_all();
  return work;
}

void CommitQueue::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  arrived_.notify_all();
  room_.notify_all();
}

}  // namespace gateway::record::store
