#include "gateway/intake/pipeline/pipeline.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "gateway/host/crash_point.h"
#include "gateway/host/threads.h"
#include "gateway/intake/pipeline/key_order.h"
#include "gateway/intake/pipeline/stages.h"
#include "gateway/intake/pipeline/under_way.h"
#include "gateway/intake/pipeline/validation.h"

namespace gateway::intake {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;
using record::store::Batch;
using record::store::CommitFence;
using record::store::CommitResult;

namespace {

constexpr size_t kKeptMessages = 4096;
constexpr int64_t kFirstPauseMs = 50;
constexpr int64_t kLongestPauseMs = 5000;
constexpr size_t kRememberedFinished = 10'000;
constexpr size_t kSlice = 256;  // parts that are read at a time

// A message whose parts are not all final.
struct OpenMessage {
  Message message;
  const Source* source = nullptr;
  MessageState state;
  size_t parts_left = 0;
  std::vector<uint32_t> final_parts;  // of an earlier run, ascending

  bool wasFinal(uint32_t part) const { return std::binary_search(final_parts.begin(), final_parts.end(), part); }
};

// A message to be processed again: all its parts, or some.
struct Again {
  std::string message;
  bool whole = false;
  std::set<uint32_t> parts;
};

struct PartTicket {
  enum class Stage : uint8_t { Waiting, Ready, Resting, InHand };  // in hand: being mapped, or handed over
  std::shared_ptr<OpenMessage> message;
  PartWork work;
  size_t bytes = 0;
  int64_t pause_ms = kFirstPauseMs;
  Stage stage = Stage::Waiting;
};

struct Committing {
  KeyOrder::Ticket ticket = 0;
  PartState state;
  std::vector<GradedFinding> findings;
  bool told = false;  // the log says what is to be looked at in a part that is done
  std::future<Result<CommitResult>> result;
};

using SteadyTime = std::chrono::steady_clock::time_point;

bool isOursToMend(Why why) { return why == Why::Busy || why == Why::Unavailable; }

}  // namespace

struct Pipeline::Body {
  Options options;
  PartLedger ledger;
  std::map<std::string, Source, std::less<>> sources;

  mutable std::mutex mutex;
  std::condition_variable dispatch_work, map_work, finish_work, finished;
  bool stopping = false;

  std::map<uint64_t, Message> arrived;  // by sequence, just accepted
  size_t arrived_bytes = 0;
  std::deque<Again> again;
  uint64_t dispatched = 0;  // all messages up to this sequence were taken up
  bool dispatcher_idle = false;
  std::unordered_map<KeyOrder::Ticket, PartTicket> tickets;
  size_t bytes_under_way = 0;  // of all tickets
  KeyOrder::Ticket next_ticket = 1;
  KeyOrder order;
  std::deque<KeyOrder::Ticket> ready;
  size_t in_hand = 0;
  std::shared_ptr<CommitFence> fence = std::make_shared<CommitFence>();
  std::multimap<SteadyTime, KeyOrder::Ticket> resting;  // tried in vain: ready again at that time
  std::deque<Committing> committing;
  UnderWay open;
  uint64_t marked = 0;
  std::unordered_set<std::string> finished_messages;  // the latest ones, for those who wait
  std::deque<std::string> finished_order;
  std::mutex reading_mutex;  // of readable(): one large tree at a time

  std::vector<std::thread> threads;

  explicit Body(Options given) : options(std::move(given)), ledger(*options.store) {
    for (const Source& source : options.sources) sources.emplace(source.name, source);
  }

  void dispatch();
  bool room() const {
    return tickets.size() < options.max_parts_under_way && bytes_under_way < options.max_bytes_under_way;
  }
  bool takeNext(std::unique_lock<std::mutex>& lock, Message& message, std::optional<Again>& replayed);
  Result<Message> readForReplay(const std::string& id);
  void takeUp(Message message, const std::optional<Again>& replayed);
  Result<ReadStage> read(OpenMessage& opened);
  bool enqueue(const std::shared_ptr<OpenMessage>& opened, std::vector<PartWork> slice,
               const std::optional<Again>& replayed);
  void partEnded(OpenMessage& opened);
  void makeReady(KeyOrder::Ticket ticket);
  std::optional<KeyOrder::Ticket> nextReady(std::unique_lock<std::mutex>& lock);
  void mapParts();
  void finishParts();
  void rest(const Committing& one, const Error& why);
  bool park(Committing& one, const Error& why);
  void finish(const Committing& done);
  void count(const Committing& part, const std::string& source);
  void remember(const std::string& message);
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

void Pipeline::arrived() { body_->dispatch_work.notify_one(); }

void Pipeline::arrived(Message message) {
  {
    std::lock_guard lock(body_->mutex);
    // A message already taken up was read from the inbox in the meantime; too many wait there as well.
    const size_t bytes = message.bytes.size();
    if (message.sequence > body_->dispatched && body_->arrived.size() < kKeptMessages &&
        body_->arrived_bytes + bytes <= body_->options.max_bytes_kept) {
      const uint64_t sequence = message.sequence;
      if (body_->arrived.emplace(sequence, std::move(message)).second) body_->arrived_bytes += bytes;
    }
  }
  body_->dispatch_work.notify_one();
}

// The next message in sequence order: from those just arrived, else read back from the inbox. Of a message to be
// replayed only the id is filled in. False when stopping.
bool Pipeline::Body::takeNext(std::unique_lock<std::mutex>& lock, Message& message, std::optional<Again>& replayed) {
  for (;;) {
    if (stopping) return false;
    const bool has_room = room();
    if (has_room && !again.empty()) {
      replayed = std::move(again.front());
      message.id = replayed->message;
      again.pop_front();
      return true;
    }
    auto next = arrived.begin();
    if (has_room && next != arrived.end() && next->first == dispatched + 1) {
      message = std::move(next->second);
      arrived_bytes -= message.bytes.size();
      arrived.erase(next);
      dispatched = message.sequence;
      return true;
    }
    bool failed = false;
    if (uint64_t last = options.inbox->lastSequence(); has_room && last > dispatched) {
      uint64_t after = dispatched;
      bool found = false;
      lock.unlock();
      auto done = options.inbox->scan(after, true, [&](Message&& read) {
        message = std::move(read);
        found = true;
        return false;
      });
      lock.lock();
      failed = !done.ok();
      // Numbers that no row has are those of messages whose files are gone.
      if (!failed) dispatched = found ? message.sequence : std::max(dispatched, last);
      for (auto old = arrived.begin(); old != arrived.end() && old->first <= dispatched;) {
        arrived_bytes -= old->second.bytes.size();
        old = arrived.erase(old);
      }
      if (found && !failed) return true;
      if (!failed) continue;
      options.log->warn("inbox.not_read", {{"why", done.error().what}});
    }
    dispatcher_idle = has_room && !failed;
    finished.notify_all();
    dispatch_work.wait_for(lock, std::chrono::milliseconds(has_room ? 200 : 20));
    dispatcher_idle = false;
  }
}

void Pipeline::Body::dispatch() {
  host::nameThisThread("dispatch");
  host::deferThisThread();
  std::unique_lock lock(mutex);
  for (;;) {
    Message message;
    std::optional<Again> replayed;
    if (!takeNext(lock, message, replayed)) return;
    if (replayed) {
      lock.unlock();
      auto read = readForReplay(message.id);
      lock.lock();
      if (!read.ok()) {
        options.log->error("message.not_replayed", {{"message", message.id}, {"why", read.error().what}});
        continue;
      }
      message = std::move(read).value();
    }
    uint64_t sequence = message.sequence;
    open.add(sequence, message.received);
    lock.unlock();
    takeUp(std::move(message), replayed);
    lock.lock();
    open.remove(sequence);
  }
}

Result<Message> Pipeline::Body::readForReplay(const std::string& id) {
  ASSIGN_OR_RETURN(Message raw, options.inbox->read(id));
  // The first receipt's sequence stays the tie-breaker.
  auto state = ledger.message(id);
  if (state.ok() && state->has_value()) raw.sequence = (*state)->sequence;
  return raw;
}

Result<ReadStage> Pipeline::Body::read(OpenMessage& opened) {
  auto source = sources.find(opened.message.source);
  if (source == sources.end()) {
    return Error{Why::Invalid, "the source is not configured any more", opened.message.source};
  }
  opened.source = &source->second;
  return ReadStage::open(*options.library, source->second, opened.message, options.zone_minutes);
}

// Reads the message and queues its parts, as many at a time as there is room for. Parts that were final before are
// left alone, unless replayed.
void Pipeline::Body::takeUp(Message message, const std::optional<Again>& replayed) {
  static const Source kUnknown{};
  auto opened = std::make_shared<OpenMessage>();
  opened->message = std::move(message);
  opened->source = &kUnknown;
  opened->parts_left = 1;  // until all parts are queued
  const Message& raw = opened->message;

  auto before = ledger.message(raw.id);
  if (before.ok() && before->has_value()) {
    if (!replayed && (*before)->unfinished == 0) return;
    auto parts = ledger.finalParts(raw.id);
    if (parts.ok()) opened->final_parts = std::move(parts).value();
  }

  auto stage = read(*opened);
  std::string().swap(opened->message.bytes);
  const uint32_t total = stage.ok() ? stage->total() : 1;
  opened->state = MessageState{raw.id, raw.source, raw.sequence, raw.received, total, 0};
  if (!stage.ok()) {
    std::vector<PartWork> unreadable(1);
    unreadable[0].error = stage.error();
    enqueue(opened, std::move(unreadable), replayed);
  } else {
    for (std::vector<PartWork> slice = stage->next(kSlice); !slice.empty(); slice = stage->next(kSlice)) {
      if (!enqueue(opened, std::move(slice), replayed)) return;  // stopping: the next start goes on
    }
  }
  std::lock_guard lock(mutex);
  partEnded(*opened);
  finished.notify_all();
}

// False when stopping.
bool Pipeline::Body::enqueue(const std::shared_ptr<OpenMessage>& opened, std::vector<PartWork> slice,
                             const std::optional<Again>& replayed) {
  const bool all = !replayed || replayed->whole;
  for (auto& one : slice) {
    if (all ? !replayed && opened->wasFinal(one.part.number) : !replayed->parts.contains(one.part.number)) continue;
    std::unique_lock lock(mutex);
    dispatch_work.wait(lock, [&] { return stopping || room(); });
    if (stopping) return false;
    ++opened->parts_left;
    open.add(opened->message.sequence, opened->message.received);
    const KeyOrder::Ticket ticket = next_ticket++;
    std::vector<std::string> keys = std::move(one.order_keys);
    const size_t bytes = one.bytes();
    bytes_under_way += bytes;
    tickets.emplace(ticket, PartTicket{opened, std::move(one), bytes});
    if (order.enter(ticket, std::move(keys))) makeReady(ticket);
  }
  return true;
}

// Called with the lock, when the part may run.
void Pipeline::Body::makeReady(KeyOrder::Ticket ticket) {
  PartTicket& part = tickets.at(ticket);
  if (part.stage != PartTicket::Stage::Waiting) return;
  part.stage = PartTicket::Stage::Ready;
  ready.push_back(ticket);
  map_work.notify_one();
}

// Called with the lock.
void Pipeline::Body::partEnded(OpenMessage& opened) {
  if (--opened.parts_left == 0) remember(opened.message.id);
}

// Waits for a part that may run; nothing when stopping.
std::optional<KeyOrder::Ticket> Pipeline::Body::nextReady(std::unique_lock<std::mutex>& lock) {
  for (;;) {
    if (stopping) return std::nullopt;
    // After trouble nothing new begins until all that was in hand has its answer: then the order is known again.
    const bool trouble = fence->broken;
    if (trouble && in_hand == 0) {
      fence = std::make_shared<CommitFence>();
      continue;
    }
    while (!resting.empty() && resting.begin()->first <= std::chrono::steady_clock::now()) {
      const KeyOrder::Ticket ticket = resting.begin()->second;
      resting.erase(resting.begin());
      tickets.at(ticket).stage = PartTicket::Stage::Waiting;
      if (order.mayRun(ticket)) makeReady(ticket);
    }
    while (!trouble && !ready.empty()) {
      const KeyOrder::Ticket ticket = ready.front();
      ready.pop_front();
      PartTicket& part = tickets.at(ticket);
      part.stage = PartTicket::Stage::Waiting;
      if (!order.mayRun(ticket)) continue;  // an earlier one came back meanwhile
      part.stage = PartTicket::Stage::InHand;
      ++in_hand;
      return ticket;
    }
    if (trouble || resting.empty()) {
      map_work.wait(lock);
    } else {
      map_work.wait_until(lock, resting.begin()->first);
    }
  }
}

void Pipeline::Body::mapParts() {
  host::nameThisThread("map");
  host::deferThisThread();
  std::unique_lock lock(mutex);
  for (;;) {
    const auto next = nextReady(lock);
    if (!next) return;
    const KeyOrder::Ticket ticket = *next;
    PartTicket& part = tickets.at(ticket);
    auto message = part.message;
    const PartWork& work = part.work;
    auto same_order = fence;
    std::optional<uint64_t> mark;
    if (uint64_t final = finalUpTo(); final > marked + 255) {
      marked = final;
      mark = final;
    }
    lock.unlock();

    MappedWork mapped = mapStage(*options.library, *message->source, message->message, work, options.zone_minutes);
    host::crashPoint("while mapping");
    mapped.state.updated = options.clock->nowMicroseconds();
    const bool first_time = !message->wasFinal(mapped.state.part);
    Committing one;
    one.ticket = ticket;
    one.state = mapped.state;
    one.findings = std::move(mapped.findings);
    one.told = mapped.told;
    Batch batch;
    batch.writes = std::move(mapped.writes);
    batch.also = PartLedger::statements(message->state, mapped.state, first_time);
    if (mark) batch.also.push_back(PartLedger::watermarkStatement(*mark));
    batch.institution = mapped.institution;
    batch.message = message->message.id;
    batch.part = mapped.state.part;
    batch.lane = record::store::Lane::Bulk;
    batch.fence = same_order;
    one.result = options.store->commit(std::move(batch));

    lock.lock();
    committing.push_back(std::move(one));
    finish_work.notify_one();
    for (KeyOrder::Ticket following : order.handOver(ticket)) makeReady(following);
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
    bool final = result.ok();
    if (!final && isOursToMend(result.error().why)) {
      rest(one, result.error());
    } else if (!final) {
      final = park(one, result.error());
    }
    if (final) finish(one);
    lock.lock();
  }
}

// Trouble of ours: the part is tried again, later and later, and before all later ones that share a key with it.
void Pipeline::Body::rest(const Committing& one, const Error& why) {
  int64_t pause = 0;
  {
    std::lock_guard lock(mutex);
    PartTicket& part = tickets.at(one.ticket);
    pause = part.pause_ms;
    part.pause_ms = std::min(part.pause_ms * 2, kLongestPauseMs);
    part.stage = PartTicket::Stage::Resting;
    order.takeBack(one.ticket);
    --in_hand;
    resting.emplace(std::chrono::steady_clock::now() + std::chrono::milliseconds(pause), one.ticket);
  }
  map_work.notify_all();
  options.log->warn(
      "part.retry",
      {{"message", one.state.message}, {"part", int64_t(one.state.part)}, {"pause_ms", pause}, {"why", why.what}});
}

// The record refused the part itself (a participant, a conflict): that is its final state. False when that could not
// be recorded: then the part is not final, and is tried again, now or after the next start.
bool Pipeline::Body::park(Committing& one, const Error& why) {
  std::shared_ptr<OpenMessage> message;
  {
    std::lock_guard lock(mutex);
    message = tickets.at(one.ticket).message;
  }
  one.state.outcome = PartOutcome::Parked;
  one.state.reason = why.text();
  one.state.resources.clear();
  Batch parked;
  parked.also = PartLedger::statements(message->state, one.state, !message->wasFinal(one.state.part));
  auto stored = options.store->commit(std::move(parked)).get();
  if (stored.ok()) return true;
  options.log->error("part.not_parked", {{"message", one.state.message}, {"why", stored.error().what}});
  rest(one, stored.error());
  return false;
}

void Pipeline::Body::finish(const Committing& done) {
  std::shared_ptr<OpenMessage> message;
  {
    std::lock_guard lock(mutex);
    message = tickets.at(done.ticket).message;
  }
  // Without the lock: /metrics asks the pipeline for its gauges while it holds the lock of the metrics.
  count(done, message->source->name);
  std::lock_guard lock(mutex);
  order.leave(done.ticket);
  --in_hand;
  auto found = tickets.find(done.ticket);
  bytes_under_way -= found->second.bytes;
  tickets.erase(found);
  open.remove(message->message.sequence);
  partEnded(*message);
  map_work.notify_all();
  dispatch_work.notify_one();
  finished.notify_all();
}

void Pipeline::Body::count(const Committing& part, const std::string& source) {
  const PartState& state = part.state;
  std::string labels = "source=\"" + source + "\",outcome=\"" + std::string(toString(state.outcome)) + "\"";
  options.metrics->counter("onecard_parts_total", "parts of messages that became final", labels).add();
  for (const GradedFinding& finding : part.findings) {
    std::string of_rule = "source=\"" + source + "\",rule=\"" + finding.rule + "\",severity=\"" +
                          std::string(fhir::base::toString(finding.severity)) + "\",grade=\"" +
                          std::string(toString(finding.grade)) + "\"";
    options.metrics
        ->counter("onecard_validation_findings_total", "findings that a source's policy did not ignore", of_rule)
        .add(finding.count);
  }
  if (state.outcome != PartOutcome::Done) {
    options.log->warn(
        state.outcome == PartOutcome::Parked ? "part.parked" : "part.refused",
        {{"message", state.message}, {"part", int64_t(state.part)}, {"source", source}, {"reason", state.reason}});
  } else if (part.told) {
    // What a policy accepts may be in every message: it is counted above, and stands in the part's note.
    options.log->warn(
        "part.noted",
        {{"message", state.message}, {"part", int64_t(state.part)}, {"source", source}, {"note", state.reason}});
    options.metrics->counter("onecard_parts_noted_total", "parts that went in, with something to look at", labels)
        .add();
  }
}

// Called with the lock.
void Pipeline::Body::remember(const std::string& message) {
  if (finished_messages.insert(message).second) finished_order.push_back(message);
  if (finished_order.size() <= kRememberedFinished) return;
  finished_messages.erase(finished_order.front());
  finished_order.pop_front();
}

// Every message up to this sequence is final, as far as this process knows. Called with the lock.
uint64_t Pipeline::Body::finalUpTo() const {
  if (open.empty()) return dispatched;
  return open.firstSequence() - 1;
}

MessageOutcome Pipeline::wait(std::string_view message, int64_t milliseconds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  auto known = body_->ledger.outcome(message);
  if (known.ok() && known->finished) return std::move(known).value();
  {
    const std::string id(message);
    std::unique_lock lock(body_->mutex);
    body_->finished.wait_until(lock, deadline,
                               [&] { return body_->stopping || body_->finished_messages.contains(id); });
  }
  known = body_->ledger.outcome(message);
  return known.ok() ? std::move(known).value() : MessageOutcome();
}

Done Pipeline::replay(std::string_view message, uint32_t part) {
  ASSIGN_OR_RETURN(const bool kept, body_->options.inbox->holds(message));
  if (!kept) return Error{Why::NotFound, "no such message in the inbox", std::string(message)};
  {
    std::lock_guard lock(body_->mutex);
    auto& again = body_->again;
    auto same = std::find_if(again.begin(), again.end(), [&](const Again& one) { return one.message == message; });
    if (same == again.end()) same = again.insert(again.end(), Again{std::string(message), false, {}});
    if (part == 0) same->whole = true;
    same->parts.insert(part);
  }
  body_->dispatch_work.notify_one();
  return {};
}

Done Pipeline::reloadPolicies() {
  std::set<Validation*> known;
  Done done;
  for (const auto& [name, source] : body_->sources) {
    if (!source.validation || !known.insert(source.validation.get()).second) continue;
    auto read = source.validation->reload();
    if (!read.ok() && done.ok()) done = read.error();
  }
  return done;
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
  std::lock_guard one_at_a_time(body_->reading_mutex);
  ASSIGN_OR_RETURN(ReadStage stage,
                   ReadStage::open(*body_->options.library, source, message, body_->options.zone_minutes));
  std::optional<Error> first_error;
  for (std::vector<PartWork> slice = stage.next(kSlice); !slice.empty(); slice = stage.next(kSlice)) {
    for (const auto& part : slice) {
      if (!part.error) return {};
      if (!first_error) first_error = *part.error;
    }
  }
  return *first_error;
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
