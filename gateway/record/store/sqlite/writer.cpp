#include "gateway/record/store/sqlite/writer.h"

#include <sqlite3.h>

#include "gateway/host/threads.h"

namespace gateway::record::store {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;
using sql::Connection;

namespace {

constexpr int64_t kIdleMilliseconds = 200;
constexpr int64_t kFrameBytes = 4096 + 24;  // a page and its header in the log

// SQLite tells after each commit how many frames the log has; this replaces its own automatic checkpoint.
int onLog(void* frames, sqlite3*, const char*, int count) {
  *static_cast<int64_t*>(frames) = count;
  return SQLITE_OK;
}

}  // namespace

Writer::Writer(Connection& connection, const ContentMaker& maker, search::TokenSystems& systems, Options options)
    : connection_(connection),
      options_(std::move(options)),
      queue_(options_.queue),
      group_(connection, maker, systems, touched_, options_.group) {}

Writer::~Writer() { stop(); }

Done Writer::start() {
  RETURN_IF_ERROR(group_.load());
  sqlite3_wal_hook(connection_.raw(), onLog, &log_frames_);
  publish();
  thread_ = std::jthread([this] { loop(); });
  return {};
}

void Writer::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

Error Writer::refusal() const {
  if (sync_failed_) {
    return {Why::Unavailable, "the record takes nothing more since the disk failed to keep data; start again", ""};
  }
  return {Why::Unavailable, "the record is closing", ""};
}

std::future<Result<CommitResult>> Writer::submit(CommitJobPtr job) {
  auto answer = job->answer.get_future();
  if (sync_failed_ || !queue_.push(job)) refuse(*job);
  return answer;
}

Done Writer::run(std::function<Done(Connection&)> work) {
  WriterTask task{[this, work = std::move(work)](Connection&) { return inTransaction(work); }, {}};
  auto answer = task.answer.get_future();
  if (sync_failed_ || !queue_.push(task)) return refusal();
  return answer.get();
}

Done Writer::emptyLog() {
  WriterTask task{[this](Connection&) { return checkpoint(true), Done{}; }, {}};
  auto answer = task.answer.get_future();
  if (sync_failed_ || !queue_.push(task)) return refusal();
  return answer.get();
}

void Writer::loop() {
  host::nameThisThread("record writer");
  while (true) {
    auto work = queue_.take(kIdleMilliseconds);
    if (work.closed) return;
    for (auto& task : work.tasks) task.answer.set_value(task.work(connection_));
    if (!work.group.empty()) commit(std::move(work.group));
    bool idle = work.tasks.empty() && work.group.empty();
    if (log_frames_ < kept_frames_) kept_frames_ = 0;  // the log has begun again
    int64_t grown = log_frames_ - kept_frames_;
    if (grown * kFrameBytes > options_.checkpoint_bytes) {
      checkpoint(false);
    } else if (idle && idle_checkpoint_) {
      idle_checkpoint_ = false;
      checkpoint(log_frames_ * kFrameBytes > 2 * options_.checkpoint_bytes);
    }
  }
}

void Writer::commit(std::vector<CommitJobPtr> group) {
  if (sync_failed_) {
    for (auto& job : group) refuse(*job);
    return;
  }
  bool failed = false;
  auto answers = group_.commit(group, failed);
  if (failed) {
    noteTrouble(group_.trouble());
  } else {
    idle_checkpoint_ = true;
    ++figures_.group_commits;
    publish();
  }
  for (size_t i = 0; i < group.size(); ++i) {
    if (answers[i].ok()) ++figures_.commits;
    if (!answers[i].ok()) breakFence(group[i]->batch, answers[i].error());
    // Whoever gets the answer may look at the watched values at once.
    group[i]->watch.reset();
    group[i]->answer.set_value(std::move(answers[i]));
  }
}

void Writer::refuse(CommitJob& job) {
  Error why = refusal();
  breakFence(job.batch, why);
  job.answer.set_value(std::move(why));
}

Done Writer::inTransaction(const std::function<Done(Connection&)>& work) {
  RETURN_IF_ERROR(connection_.exec("BEGIN IMMEDIATE"));
  Done done = work(connection_);
  if (done.ok()) done = connection_.exec("COMMIT");
  if (done.ok()) {
    idle_checkpoint_ = true;
    return done;
  }
  noteTrouble(connection_.trouble());
  if (sqlite3_get_autocommit(connection_.raw()) == 0) {
    Done undone = connection_.exec("ROLLBACK");
    (void)undone;
  }
  return done;
}

void Writer::publish() {
  const RecordState& state = group_.state();
  published_.store(state.sequence, std::memory_order_release);
  figures_.resources = state.resources;
  figures_.versions = static_cast<uint64_t>(state.next_vkey - 1);
  figures_.log_bytes = static_cast<uint64_t>(log_frames_ * kFrameBytes);
}

// After a failed fsync nobody knows what the disk holds, and a second fsync may say yes without having written: the
// log must not be moved or emptied any more by this process.
void Writer::noteTrouble(Connection::Trouble trouble) {
  if (trouble != Connection::Trouble::Sync) return;
  sync_failed_ = true;
  sqlite3_db_config(connection_.raw(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void Writer::checkpoint(bool truncate) {
  if (sync_failed_) return;
  if (options_.group.hook) options_.group.hook("before checkpoint");
  auto moved = connection_.checkpoint(truncate);
  if (options_.group.hook) options_.group.hook("after checkpoint");
  // A reader in the way, or a full disk: the log keeps everything, and the next time comes.
  if (!moved.ok()) noteTrouble(connection_.trouble());
  if (moved.ok() && truncate) log_frames_ = 0;
  kept_frames_ = log_frames_;
  figures_.log_bytes = static_cast<uint64_t>(log_frames_ * kFrameBytes);
}

}  // namespace gateway::record::store
