#include "gateway/record/store/sqlite/group_commit.h"

#include <sqlite3.h>

#include <algorithm>

#include "gateway/record/store/shard.h"
#include "gateway/record/store/sqlite/rights_sql.h"
#include "gateway/record/store/sqlite/sqlite_search.h"

namespace gateway::record::store {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

namespace {

constexpr int64_t kCurrent = INT64_MAX;

Result<int64_t> number(sql::Connection& connection, std::string_view sql) {
  ASSIGN_OR_RETURN(auto select, connection.prepare(sql));
  ASSIGN_OR_RETURN(bool row, select.step());
  return row ? select.integer(0) : 0;
}

}  // namespace

void breakFence(const Batch& batch, const Error& why) {
  if (batch.fence && (why.why == Why::Busy || why.why == Why::Unavailable)) batch.fence->broken = true;
}

GroupCommit::GroupCommit(sql::Connection& connection, const ContentMaker& maker, search::TokenSystems& systems,
                         Touched& touched, Options options)
    : connection_(connection),
      systems_(systems),
      touched_(touched),
      options_(std::move(options)),
      bodies_(connection),
      versions_(connection, options_.zone_minutes),
      planner_(connection, bodies_, maker),
      index_(connection, systems) {}

Done GroupCommit::load() {
  {
    ASSIGN_OR_RETURN(auto last, connection_.prepare(
                                    "SELECT vkey, from_seq, last_updated FROM version ORDER BY vkey DESC LIMIT 1"));
    ASSIGN_OR_RETURN(bool any, last.step());
    if (any) {
      state_.next_vkey = last.integer(0) + 1;
      state_.sequence = static_cast<uint64_t>(last.integer(1));
      state_.last_updated = last.integer(2);
    }
  }
  ASSIGN_OR_RETURN(int64_t resources,
                   number(connection_, "SELECT CAST(value AS INTEGER) FROM record_meta WHERE key='resources'"));
  state_.resources = stored_resources_ = static_cast<uint64_t>(resources);
  ASSIGN_OR_RETURN(auto select, connection_.prepare("SELECT code, number FROM institution"));
  while (true) {
    ASSIGN_OR_RETURN(bool row, select.step());
    if (!row) return {};
    state_.institutions.emplace(select.text(0), select.integer(1));
  }
}

std::vector<Result<CommitResult>> GroupCommit::commit(const std::vector<CommitJobPtr>& group, bool& failed) {
  Answers answers(group.size());
  Error error;
  const RecordState before = state_;
  careful_ = false;
  failed = false;
  while (true) {
    Attempt result = attempt(group, answers, error);
    if (result == Attempt::Committed) {
      index_.committed();
      stored_resources_ = state_.resources;
      break;
    }
    trouble_ = connection_.trouble();
    rollBack();
    state_ = before;
    if (result == Attempt::Again) continue;
    failed = true;
    for (auto& answer : answers) answer.emplace(error);
    break;
  }
  std::vector<Result<CommitResult>> out;
  for (auto& answer : answers) out.push_back(std::move(*answer));
  return out;
}

// Answers that are errors stay for the next attempt: those jobs are left out of it.
GroupCommit::Attempt GroupCommit::attempt(const std::vector<CommitJobPtr>& group, Answers& answers, Error& error) {
  for (auto& answer : answers) {
    if (answer && answer->ok()) answer.reset();
  }
  latest_.clear();
  Done begun = connection_.exec("BEGIN IMMEDIATE");
  if (!begun.ok()) {
    error = begun.error();
    return Attempt::Failed;
  }
  for (uint32_t i = 0; i < group.size(); ++i) {
    if (answers[i]) continue;
    if (const auto& fence = group[i]->batch.fence; fence && fence->broken) {
      answers[i].emplace(Error{Why::Busy, "what was handed over before could not be stored", ""});
      continue;
    }
    if (job(*group[i], i, answers, error)) continue;
    if (culprit_ != IndexWriter::kNoBatch) {
      answers[culprit_].emplace(error);
      return Attempt::Again;
    }
    if (!careful_ && !diskFailed()) {
      careful_ = true;
      return Attempt::Again;
    }
    return Attempt::Failed;
  }
  Done finished = finish();
  if (finished.ok()) {
    if (options_.hook) options_.hook("before record commit");
    finished = connection_.exec("COMMIT");
  }
  if (finished.ok()) {
    if (options_.hook) options_.hook("after record commit");
    return Attempt::Committed;
  }
  error = finished.error();
  if (culprit_ == IndexWriter::kNoBatch) return Attempt::Failed;
  answers[culprit_].emplace(error);
  return Attempt::Again;
}

bool GroupCommit::job(const CommitJob& job, uint32_t number, Answers& answers, Error& error) {
  wrote_ = false;
  culprit_ = IndexWriter::kNoBatch;
  Done held = checkConditions(job);
  if (!held.ok()) {
    error = held.error();
    if (culprit_ != IndexWriter::kNoBatch || diskFailed()) return false;
    breakFence(job.batch, error);
    answers[number].emplace(error);
    return true;
  }
  const RecordState before = careful_ ? state_ : RecordState{};
  auto mark = index_.mark();
  size_t latest = latest_.size();
  if (careful_) {
    Done saved = connection_.exec("SAVEPOINT batch");
    if (!saved.ok()) return error = saved.error(), false;
  }
  auto result = write(job, number);
  bool undo = !result.ok() && wrote_;
  if (!result.ok() && (diskFailed() || (undo && !careful_))) return error = result.error(), false;
  if (careful_) {
    if (!result.ok()) {
      Done undone = connection_.exec("ROLLBACK TO batch");
      if (!undone.ok()) return error = undone.error(), false;
      state_ = before;
      index_.cutTo(mark);
      latest_.resize(latest);
    }
    Done released = connection_.exec("RELEASE batch");
    if (!released.ok()) return error = released.error(), false;
  }
  if (!result.ok()) breakFence(job.batch, result.error());
  answers[number].emplace(std::move(result));
  return true;
}

Done GroupCommit::checkConditions(const CommitJob& job) {
  for (size_t i = 0; i < job.conditions.size(); ++i) {
    const auto& held = job.conditions[i];
    if (!touched_.after(held.keys, held.sequence)) continue;
    // The rows of earlier batches of this group must be there for the search.
    RETURN_IF_ERROR(index_.insert(culprit_));
    const Condition& condition = job.batch.conditions[i];
    auto page = searchSqlite(connection_, versions_, systems_, condition.query, condition.rights, state_.sequence, "",
                             {options_.search_milliseconds, 0});
    connection_.setDeadline(0);
    if (!page.ok()) return page.error();
    bool one = page->matches.size() == 1 && condition.expected && page->matches[0].id == *condition.expected;
    bool none = page->matches.empty() && !condition.expected;
    if (!one && !none) {
      return Error{Why::Busy, "another commit changed what a condition of this one found", "condition"};
    }
  }
  return {};
}

Result<CommitResult> GroupCommit::write(const CommitJob& job, uint32_t number) {
  const Batch& batch = job.batch;
  bool new_institution = false;
  ASSIGN_OR_RETURN(int64_t institution, institutionNumber(batch.institution, new_institution));
  ASSIGN_OR_RETURN(WritePlan plan, planner_.plan(batch, job.finished, institution));
  RETURN_IF_ERROR(joinParticipants(job));
  // lastUpdated is shown in milliseconds, so that is what is kept.
  now_ = std::max(state_.last_updated, options_.clock->nowMicroseconds() / 1000 * 1000);

  for (const auto& run : batch.also) RETURN_IF_ERROR(also(run));
  if (new_institution) {
    wrote_ = true;
    ASSIGN_OR_RETURN(auto insert, connection_.prepare("INSERT INTO institution(number, code) VALUES(?1, ?2)"));
    insert.bind(1, institution).bind(2, std::string_view(batch.institution));
    RETURN_IF_ERROR(insert.run());
    state_.institutions.emplace(batch.institution, institution);
  }
  if (!plan.versions.empty()) {
    ++state_.sequence;
    state_.last_updated = now_;
  }
  for (const auto& version : plan.versions) RETURN_IF_ERROR(insert(version, number));
  RETURN_IF_ERROR(rememberOrders(plan));
  for (auto& outcome : plan.outcomes) {
    if (outcome.last_updated == 0 && outcome.version != 0) outcome.last_updated = now_;
  }
  return CommitResult{state_.sequence, std::move(plan.outcomes)};
}

Result<int64_t> GroupCommit::institutionNumber(const std::string& code, bool& is_new) const {
  is_new = false;
  if (code.empty()) return 0;
  auto known = state_.institutions.find(code);
  if (known != state_.institutions.end()) return known->second;
  is_new = true;
  return static_cast<int64_t>(state_.institutions.size()) + 1;
}

Done GroupCommit::joinParticipants(const CommitJob& job) {
  if (options_.participants->empty()) return {};
  CommitView view{job.batch, [this](const AlsoRun& run) { return also(run); }};
  for (auto* participant : *options_.participants) RETURN_IF_ERROR(participant->join(view));
  return {};
}

Done GroupCommit::also(const AlsoRun& run) {
  wrote_ = true;
  ASSIGN_OR_RETURN(auto statement, connection_.prepare(run.sql));
  for (size_t i = 0; i < run.values.size(); ++i) statement.bind(static_cast<int>(i + 1), run.values[i]);
  return statement.run();
}

Done GroupCommit::insert(const NewVersion& version, uint32_t number) {
  wrote_ = true;
  int64_t vkey = state_.next_vkey++;
  if (version.supersedes != 0) RETURN_IF_ERROR(supersede(version));
  RETURN_IF_ERROR(insertRow(version, vkey));
  ASSIGN_OR_RETURN(auto compartment, connection_.prepare("INSERT INTO compartment(vkey, patient) VALUES(?1, ?2)"));
  for (int64_t patient : version.patients) {
    compartment.bind(1, vkey).bind(2, patient);
    RETURN_IF_ERROR(compartment.run());
  }
  noteLatest(version);
  touched_.record(version.type, version.id, version.content.get(), state_.sequence);
  if (version.current && version.content != nullptr) {
    ++state_.resources;
    index_.add(version.content, version.type, vkey, number);
  }
  return {};
}

Done GroupCommit::supersede(const NewVersion& version) {
  auto sequence = static_cast<int64_t>(state_.sequence);
  ASSIGN_OR_RETURN(auto update, connection_.prepare("UPDATE version SET to_seq=?1 WHERE vkey=?2"));
  update.bind(1, sequence).bind(2, version.supersedes);
  RETURN_IF_ERROR(update.run());
  if (!version.supersedes_indexed) return {};
  --state_.resources;
  ASSIGN_OR_RETURN(auto insert, connection_.prepare("INSERT INTO superseded(to_seq, vkey, at) VALUES(?1, ?2, ?3)"));
  insert.bind(1, sequence).bind(2, version.supersedes).bind(3, now_);
  return insert.run();
}

Done GroupCommit::insertRow(const NewVersion& version, int64_t vkey) {
  ASSIGN_OR_RETURN(auto insert, connection_.prepare(
                                    "INSERT INTO version(vkey, shard, type, id, version, from_seq, to_seq, "
                                    "last_updated, institution, deleted, content_hash, dictionary, raw_size, body, "
                                    "write_order, order_tie, message, part) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
                                    "?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)"));
  auto sequence = static_cast<int64_t>(state_.sequence);
  const Content* content = version.content.get();
  insert.bind(1, vkey).bind(2, int64_t{shardOf(version.id)}).bind(3, int64_t{version.type});
  insert.bind(4, std::string_view(version.id)).bind(5, static_cast<int64_t>(version.version));
  insert.bind(6, sequence).bind(7, version.current ? kCurrent : sequence).bind(8, now_);
  insert.bind(9, version.institution).bind(10, int64_t{content == nullptr});
  insert.bindBlob(11, content == nullptr ? std::string_view() : content->hash);
  insert.bind(12, content == nullptr ? 0 : content->dictionary);
  insert.bind(13, content == nullptr ? 0 : static_cast<int64_t>(content->stored.size()));
  if (content != nullptr) insert.bindBlob(14, content->body);
  if (version.order) {
    insert.bind(15, std::string_view(*version.order)).bind(16, static_cast<int64_t>(version.order_tie));
  }
  if (!version.message.empty()) {
    insert.bind(17, std::string_view(version.message)).bind(18, int64_t{version.part});
  }
  return insert.run();
}

Done GroupCommit::rememberOrders(const WritePlan& plan) {
  for (const auto& seen : plan.seen) {
    wrote_ = true;
    ASSIGN_OR_RETURN(auto insert, connection_.prepare("INSERT OR IGNORE INTO written(type, id, write_order, "
                                                      "content_hash) VALUES(?1, ?2, ?3, ?4)"));
    insert.bind(1, int64_t{seen.type}).bind(2, std::string_view(seen.id)).bind(3, std::string_view(seen.order));
    insert.bindBlob(4, seen.hash);
    RETURN_IF_ERROR(insert.run());
  }
  for (const auto& order : plan.orders) {
    wrote_ = true;
    ASSIGN_OR_RETURN(auto update,
                     connection_.prepare("UPDATE version SET write_order=?1, order_tie=?2 WHERE vkey=?3"));
    update.bind(1, std::string_view(order.order)).bind(2, static_cast<int64_t>(order.order_tie)).bind(3, order.vkey);
    RETURN_IF_ERROR(update.run());
  }
  return {};
}

void GroupCommit::noteLatest(const NewVersion& version) {
  if (isShared(version.type)) latest_.emplace_back(0, state_.sequence);
  for (int64_t patient : version.patients) latest_.emplace_back(patient, state_.sequence);
  for (int64_t patient : version.patients_before) latest_.emplace_back(patient, state_.sequence);
}

Done GroupCommit::finish() {
  RETURN_IF_ERROR(index_.insert(culprit_));
  // The newest sequence of each patient comes last.
  std::sort(latest_.begin(), latest_.end());
  ASSIGN_OR_RETURN(auto upsert, connection_.prepare("INSERT INTO patient_latest(patient, sequence) VALUES(?1, ?2) "
                                                    "ON CONFLICT(patient) DO UPDATE SET sequence=excluded.sequence"));
  for (size_t i = 0; i < latest_.size(); ++i) {
    if (i + 1 < latest_.size() && latest_[i + 1].first == latest_[i].first) continue;
    upsert.bind(1, latest_[i].first).bind(2, static_cast<int64_t>(latest_[i].second));
    RETURN_IF_ERROR(upsert.run());
  }
  if (state_.resources == stored_resources_) return {};
  ASSIGN_OR_RETURN(auto meta, connection_.prepare("INSERT OR REPLACE INTO record_meta VALUES('resources', ?1)"));
  meta.bind(1, std::string_view(std::to_string(state_.resources)));
  return meta.run();
}

bool GroupCommit::diskFailed() const {
  using Trouble = sql::Connection::Trouble;
  Trouble trouble = connection_.trouble();
  return trouble == Trouble::DiskFull || trouble == Trouble::Sync || trouble == Trouble::OtherIo;
}

void GroupCommit::rollBack() {
  index_.rolledBack();
  latest_.clear();
  // Some failures have rolled back already.
  if (sqlite3_get_autocommit(connection_.raw()) != 0) return;
  Done undone = connection_.exec("ROLLBACK");
  (void)undone;
}

}  // namespace gateway::record::store
