#include "gateway/intake/pipeline/pipeline.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "gateway/host/crash_point.h"
#include "gateway/host/threads.h"
#include "gateway/intake/pipeline/key_order.h"
#include "gateway/intake/pipeline/stages.h"
#include "gateway/intake/pipeline/under_way.h"

namespace gateway::intake {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;
using record::store::Batch;
using record::store::CommitResult;

namespace {

constexpr size_t kKeptMessages = 4096;
constexpr int64_t kFirstPauseMs = 50;
constexpr int64_t kLongestPauseMs = 5000;
constexpr size_t kRememberedOutcomes = 10'000;

// A message whose parts are not all final.
struct OpenMessage {
  Message message;
  const Source* source = nullptr;
  MessageState state;
  size_t parts_left = 0;
  bool known_before = false;          // part states may exist already
  std::vector<uint32_t> final_parts;  // of an earlier run
  MessageOutcome outcome;
};

struct PartTicket {
  std::shared_ptr<OpenMessage> message;
  PartWork work;
  int64_t pause_ms = kFirstPauseMs;
};

struct Committing {
  KeyOrder::Ticket ticket = 0;
  PartState state;
  std::future<Result<CommitResult>> result;
};

bool isOursToMend(Why why) { return why == Why::Busy || why == Why::Unavailable; }

}  // namespace

struct Pipeline::Body {
  Options options;
  PartLedger ledger;
  std::map<std::string, Source, std::less<>> sources;

  mutable std::mutex mutex;
  std::condition_variable dispatch_work, map_work, finish_work, finished;
  bool stopping = false;

  std::map<uint64_t, Message> arrived;             // by sequence, just accepted
  std::deque<std::pair<Message, uint32_t>> again;  // to be replayed: all parts (0) or one
  uint64_t dispatched = 0;                         // all messages up to this sequence were taken up
  bool dispatcher_idle = false;
  std::unordered_map<KeyOrder::Ticket, PartTicket> tickets;
  KeyOrder::Ticket next_ticket = 1;
  KeyOrder order;
  std::deque<KeyOrder::Ticket> ready;
  std::deque<Committing> committing;
  UnderWay open;
  uint64_t marked = 0;
  std::unordered_map<std::string, MessageOutcome> outcomes;
  std::deque<std::string> outcome_order;

  std::vector<std::thread> threads;

  explicit Body(Options given) : options(std::move(given)), ledger(*options.store) {
    for (const Source& source : options.sources) sources.emplace(source.name, source);
  }

  void dispatch();
  bool takeNext(std::unique_lock<std::mutex>& lock, Message& message, bool& replayed, uint32_t& only_part);
  void takeUp(Message message, bool replayed, uint32_t only_part);
  void mapParts();
  void finishParts();
  void finish(Committing done);
  void count(const PartState& state, const std::string& source);
  void remember(const OpenMessage& message);
  uint64_t finalUpTo() const;
};

Pipeline::Pipeline(Options options) : body_(std::make_unique<Body>(std::move(options))) {}

Pipeline::~Pipeline() { stop(); }

Done Pipeline::start() {
  RETURN_IF_ERROR(body_->ledger.createTables());
  ASSIGN_OR_RETURN(body_->dispatched, body_->ledger.watermark());
  body_->marked = body_->dispatched;
  body_->threads.emplace_back([this] { body_->dispatch(); });
  body_->threads.emplace_back([this] { body_->finishParts(); });
  for (int i = 0; i < body_->options.workers; ++i) body_->threads.emplace_back([this] { body_->mapParts(); });
  return {};
}

void Pipeline::stop() {
  {
    std::lock_guard lock(body_->mutex);
    body_->stopping = true;
  }
  body_->dispatch_work.notify_all();
  body_->map_work.notify_all();
  body_->finish_work.notify_all();
  body_->finished.notify_all();
  for (auto& thread : body_->threads) thread.join();
  body_->threads.clear();
}

void Pipeline::arrived(Message message) {
  {
    std::lock_guard lock(body_->mutex);
    // A message already taken up was read from the inbox in the meantime; too many wait there as well.
    if (message.sequence > body_->dispatched && body_->arrived.size() < kKeptMessages) {
      uint64_t sequence = message.sequence;
      body_->arrived.emplace(sequence, std::move(message));
    }
  }
  body_->dispatch_work.notify_one();
}

// The next message in sequence order: from those just arrived, else read back from the inbox. False when stopping.
bool Pipeline::Body::takeNext(std::unique_lock<std::mutex>& lock, Message& message, bool& replayed,
                              uint32_t& only_part) {
  for (;;) {
    if (stopping) return false;
    bool room = tickets.size() < options.max_parts_under_way;
    if (room && !again.empty()) {
      message = std::move(again.front().first);
      only_part = again.front().second;
      replayed = true;
      again.pop_front();
      return true;
    }
    auto next = arrived.begin();
    if (room && next != arrived.end() && next->first == dispatched + 1) {
      message = std::move(next->second);
      arrived.erase(next);
      dispatched = message.sequence;
      return true;
    }
    if (uint64_t last = options.inbox->lastSequence(); room && last > dispatched) {
      uint64_t after = dispatched;
      bool found = false;
      lock.unlock();
      auto done = options.inbox->scan(after, true, [&](Message&& read) {
        message = std::move(read);
        found = true;
        return false;
      });
      lock.lock();
      if (done.ok() && found) {
        dispatched = message.sequence;
        arrived.erase(arrived.begin(), arrived.upper_bound(dispatched));
        return true;
      }
      // Numbers that no row has (of messages whose files are gone).
      if (done.ok()) dispatched = std::max(dispatched, last);
      continue;
    }
    dispatcher_idle = room;
    finished.notify_all();
    dispatch_work.wait_for(lock, std::chrono::milliseconds(room ? 200 : 20));
    dispatcher_idle = false;
  }
}

void Pipeline::Body::dispatch() {
  host::nameThisThread("dispatch");
  host::deferThisThread();
  std::unique_lock lock(mutex);
  for (;;) {
    Message message;
    bool replayed = false;
    uint32_t only_part = 0;
    if (!takeNext(lock, message, replayed, only_part)) return;
    uint64_t sequence = message.sequence;
    open.add(sequence, message.received);
    lock.unlock();
    takeUp(std::move(message), replayed, only_part);
    lock.lock();
    open.remove(sequence);
  }
}

// Reads the message and queues its parts. Parts that were final before are left alone, unless replayed.
void Pipeline::Body::takeUp(Message message, bool replayed, uint32_t only_part) {
  auto opened = std::make_shared<OpenMessage>();
  opened->message = std::move(message);
  const Message& raw = opened->message;
  auto source = sources.find(raw.source);
  static const Source kUnknown{};
  opened->source = source == sources.end() ? &kUnknown : &source->second;

  auto before = ledger.message(raw.id);
  if (before.ok() && before->has_value()) {
    if (!replayed && (*before)->unfinished == 0) return;
    opened->known_before = true;
    auto parts = ledger.parts(raw.id);
    if (parts.ok()) {
      for (const auto& part : *parts) opened->final_parts.push_back(part.part);
    }
  }

  std::vector<PartWork> work;
  auto read =
      source == sources.end()
          ? Result<std::vector<PartWork>>(Error{Why::Invalid, "the source is not configured any more", raw.source})
          : readStage(*options.library, *opened->source, raw, options.zone_minutes);
  if (read.ok()) {
    work = std::move(read).value();
  } else {
    PartWork unreadable;
    unreadable.error = read.error();
    work.push_back(std::move(unreadable));
  }
  opened->state = MessageState{raw.id, raw.source, raw.sequence, raw.received, static_cast<uint32_t>(work.size()), 0};

  std::lock_guard lock(mutex);
  for (auto& one : work) {
    bool was_final = std::find(opened->final_parts.begin(), opened->final_parts.end(), one.part.number) !=
                     opened->final_parts.end();
    if (replayed ? (only_part != 0 && one.part.number != only_part) : was_final) continue;
    ++opened->parts_left;
    open.add(raw.sequence, raw.received);
    KeyOrder::Ticket ticket = next_ticket++;
    std::vector<std::string> keys = std::move(one.order_keys);
    tickets.emplace(ticket, PartTicket{opened, std::move(one)});
    if (order.enter(ticket, std::move(keys))) ready.push_back(ticket);
  }
  map_work.notify_all();
}

void Pipeline::Body::mapParts() {
  host::nameThisThread("map");
  host::deferThisThread();
  std::unique_lock lock(mutex);
  for (;;) {
    map_work.wait(lock, [&] { return stopping || !ready.empty(); });
    if (stopping) return;
    KeyOrder::Ticket ticket = ready.front();
    ready.pop_front();
    PartTicket& part = tickets.at(ticket);
    auto message = part.message;
    const PartWork& work = part.work;
    std::optional<uint64_t> mark;
    if (uint64_t final = finalUpTo(); final > marked + 255) {
      marked = final;
      mark = final;
    }
    lock.unlock();

    MappedWork mapped = mapStage(*options.library, *message->source, message->message, work, options.zone_minutes);
    host::crashPoint("while mapping");
    mapped.state.updated = options.clock->nowMicroseconds();
    bool first_time = std::find(message->final_parts.begin(), message->final_parts.end(), mapped.state.part) ==
                      message->final_parts.end();
    Committing one;
    one.ticket = ticket;
    one.state = mapped.state;
    Batch batch;
    batch.writes = std::move(mapped.writes);
    batch.also = PartLedger::statements(message->state, mapped.state, first_time);
    if (mark) batch.also.push_back(PartLedger::watermarkStatement(*mark));
    batch.institution = mapped.institution;
    batch.message = message->message.id;
    batch.part = mapped.state.part;
    one.result = options.store->commit(std::move(batch));

    lock.lock();
    committing.push_back(std::move(one));
    finish_work.notify_one();
  }
}

// Commits end in about the order in which they began, so waiting for them one by one loses nothing.
void Pipeline::Body::finishParts() {
  host::nameThisThread("finish");
  std::unique_lock lock(mutex);
  for (;;) {
    finish_work.wait(lock, [&] { return stopping || !committing.empty(); });
    if (committing.empty()) return;
    Committing one = std::move(committing.front());
    committing.pop_front();
    lock.unlock();
    auto result = one.result.get();
    if (!result.ok() && isOursToMend(result.error().why)) {
      int64_t pause;
      {
        std::lock_guard again_lock(mutex);
        PartTicket& part = tickets.at(one.ticket);
        pause = part.pause_ms;
        part.pause_ms = std::min(part.pause_ms * 2, kLongestPauseMs);
      }
      options.log->warn("part.retry", {{"message", one.state.message},
                                       {"part", int64_t(one.state.part)},
                                       {"pause_ms", pause},
                                       {"why", result.error().what}});
      lock.lock();
      finish_work.wait_for(lock, std::chrono::milliseconds(pause), [&] { return stopping; });
      if (stopping) continue;  // it has no final state: the next start takes it up
      ready.push_back(one.ticket);
      map_work.notify_one();
      continue;
    }
    if (!result.ok()) {
      // The record refused the part itself (a participant, a conflict): that is its final state.
      one.state.outcome = PartOutcome::Parked;
      one.state.reason = result.error().text();
      one.state.resources.clear();
      std::shared_ptr<OpenMessage> message;
      {
        std::lock_guard again_lock(mutex);
        message = tickets.at(one.ticket).message;
      }
      bool first_time = std::find(message->final_parts.begin(), message->final_parts.end(), one.state.part) ==
                        message->final_parts.end();
      Batch parked;
      parked.also = PartLedger::statements(message->state, one.state, first_time);
      auto stored = options.store->commit(std::move(parked)).get();
      if (!stored.ok()) {
        options.log->error("part.not_parked", {{"message", one.state.message}, {"why", stored.error().what}});
      }
    }
    finish(std::move(one));
    lock.lock();
  }
}

void Pipeline::Body::finish(Committing done) {
  std::shared_ptr<OpenMessage> message;
  {
    std::lock_guard lock(mutex);
    message = tickets.at(done.ticket).message;
  }
  OpenMessage& opened = *message;
  // Without the lock: /metrics asks the pipeline for its gauges while it holds the lock of the metrics.
  count(done.state, opened.source->name);
  std::lock_guard lock(mutex);
  auto found = tickets.find(done.ticket);
  if (done.state.outcome == PartOutcome::Done) {
    ++opened.outcome.done;
  } else {
    ++opened.outcome.parked;
    if (opened.outcome.reason.empty()) opened.outcome.reason = done.state.reason;
  }
  if (opened.outcome.resources.empty()) {
    std::string_view lines = done.state.resources;
    while (!lines.empty()) {
      size_t end = lines.find('\n');
      std::string_view line = lines.substr(0, end);
      size_t blank = line.find(' ');
      opened.outcome.resources.emplace(line.substr(0, blank), line.substr(blank + 1));
      lines.remove_prefix(end + 1);
    }
  }
  for (KeyOrder::Ticket next : order.leave(done.ticket)) ready.push_back(next);
  tickets.erase(found);
  open.remove(opened.message.sequence);
  if (--opened.parts_left == 0) remember(opened);
  map_work.notify_all();
  dispatch_work.notify_one();
  finished.notify_all();
}

void Pipeline::Body::count(const PartState& state, const std::string& source) {
  std::string labels = "source=\"" + source + "\",outcome=\"" + std::string(toString(state.outcome)) + "\"";
  options.metrics->counter("onecard_parts_total", "parts of messages that became final", labels).add();
  if (state.outcome == PartOutcome::Parked) {
    options.log->warn(
        "part.parked",
        {{"message", state.message}, {"part", int64_t(state.part)}, {"source", source}, {"reason", state.reason}});
  }
}

void Pipeline::Body::remember(const OpenMessage& message) {
  MessageOutcome outcome = message.outcome;
  outcome.finished = true;
  if (outcomes.emplace(message.message.id, outcome).second) outcome_order.push_back(message.message.id);
  if (outcome_order.size() > kRememberedOutcomes) {
    outcomes.erase(outcome_order.front());
    outcome_order.pop_front();
  }
}

// Every message up to this sequence is final, as far as this process knows. Called with the lock.
uint64_t Pipeline::Body::finalUpTo() const {
  if (open.empty()) return dispatched;
  return open.firstSequence() - 1;
}

MessageOutcome Pipeline::wait(std::string_view message, int64_t milliseconds) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  std::string id(message);
  std::unique_lock lock(body_->mutex);
  auto remembered = [&]() -> const MessageOutcome* {
    auto found = body_->outcomes.find(id);
    return found == body_->outcomes.end() ? nullptr : &found->second;
  };
  if (const auto* outcome = remembered()) return *outcome;
  lock.unlock();
  auto state = body_->ledger.message(id);
  if (state.ok() && state->has_value() && (*state)->unfinished == 0) {
    MessageOutcome outcome;
    outcome.finished = true;
    auto parts = body_->ledger.parts(id);
    if (!parts.ok()) return {};
    for (const auto& part : *parts) {
      part.outcome == PartOutcome::Done ? ++outcome.done : ++outcome.parked;
      if (outcome.reason.empty()) outcome.reason = part.reason;
      std::string_view lines = part.resources;
      while (outcome.parked == 0 && part.part == parts->front().part && !lines.empty()) {
        size_t end = lines.find('\n');
        size_t blank = lines.find(' ');
        outcome.resources.emplace(lines.substr(0, blank), lines.substr(blank + 1, end - blank - 1));
        lines.remove_prefix(end + 1);
      }
    }
    return outcome;
  }
  lock.lock();
  body_->finished.wait_until(lock, deadline, [&] { return body_->stopping || remembered() != nullptr; });
  if (const auto* outcome = remembered()) return *outcome;
  return {};
}

Done Pipeline::replay(std::string_view message, uint32_t part) {
  ASSIGN_OR_RETURN(Message raw, body_->options.inbox->read(message));
  auto parts = body_->ledger.parts(message);
  if (parts.ok() && !parts->empty()) {
    // The first receipt's sequence stays the tie-breaker.
    auto state = body_->ledger.message(message);
    if (state.ok() && state->has_value()) raw.sequence = (*state)->sequence;
  }
  {
    std::lock_guard lock(body_->mutex);
    body_->outcomes.erase(raw.id);
    body_->again.emplace_back(std::move(raw), part);
  }
  body_->dispatch_work.notify_one();
  return {};
}

void Pipeline::drain() {
  std::unique_lock lock(body_->mutex);
  body_->finished.wait(lock, [&] {
    return body_->stopping || (body_->dispatcher_idle && body_->tickets.empty() && body_->again.empty() &&
                               body_->options.inbox->lastSequence() <= body_->dispatched);
  });
}

Done Pipeline::readable(const Source& source, std::string_view bytes) const {
  Message message;
  message.bytes = bytes;
  auto read = readStage(*body_->options.library, source, message, body_->options.zone_minutes);
  if (!read.ok()) return read.error();
  for (const auto& part : *read) {
    if (!part.error) return {};
  }
  return *read->front().error;
}

int64_t Pipeline::oldestUnprocessedMicroseconds() const {
  std::lock_guard lock(body_->mutex);
  int64_t oldest = INT64_MAX;
  if (!body_->open.empty()) oldest = body_->open.firstReceived();
  if (!body_->arrived.empty()) oldest = std::min(oldest, body_->arrived.begin()->second.received);
  if (oldest == INT64_MAX) return 0;
  return std::max<int64_t>(0, body_->options.clock->nowMicroseconds() - oldest);
}

uint64_t Pipeline::partsUnderWay() const {
  std::lock_guard lock(body_->mutex);
  return body_->tickets.size();
}

const Source* Pipeline::source(std::string_view name) const {
  auto found = body_->sources.find(name);
  return found == body_->sources.end() ? nullptr : &found->second;
}

PartLedger& Pipeline::ledger() { return body_->ledger; }

}  // namespace gateway::intake
