#include "gateway/intake/inbox/inbox.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <future>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "fhir/base/digest.h"
#include "gateway/host/crash_point.h"
#include "gateway/host/threads.h"
#include "gateway/intake/inbox/period_file.h"

namespace gateway::intake {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;
using record::sql::Connection;

namespace {

struct Waiting {
  Message message;         // without sequence, received and bytes
  std::string_view bytes;  // the caller's, who waits for the answer
  std::promise<Result<Receipt>> answer;
};

bool isPeriodName(const std::string& name) {
  return name.size() == 11 && name.ends_with(".db") && name.find_first_not_of("0123456789") == 8;
}

}  // namespace

struct Inbox::Body {
  Options options;
  std::map<std::string, std::unique_ptr<PeriodFile>> files;    // the writer thread's
  std::map<std::string, std::unique_ptr<PeriodFile>> readers;  // under read_mutex
  std::recursive_mutex read_mutex;                             // scan() holds it over several walks through the files

  std::mutex mutex;
  std::condition_variable work;
  std::deque<Waiting> queue;
  bool stopping = false;
  std::atomic<bool> broken{false};
  std::atomic<uint64_t> last_sequence{0};
  std::atomic<uint64_t> messages{0}, repeats{0}, commits{0}, bytes{0};
  std::thread writer;

  std::string path(const std::string& period) const { return options.folder + "/" + period + ".db"; }

  Result<PeriodFile*> file(const std::string& period) {
    auto& slot = files[period];
    if (!slot) {
      ASSIGN_OR_RETURN(slot, PeriodFile::open(path(period), Connection::Use::Writer));
    }
    return slot.get();
  }

  Done openAll() {
    std::error_code failed;
    std::filesystem::create_directories(options.folder, failed);
    if (failed) return Error{Why::Unavailable, "cannot make the inbox folder: " + failed.message(), options.folder};
    uint64_t last = options.first_sequence - 1;
    for (const auto& entry : std::filesystem::directory_iterator(options.folder, failed)) {
      std::string name = entry.path().filename().string();
      if (!isPeriodName(name)) continue;
      ASSIGN_OR_RETURN(PeriodFile * opened, file(name.substr(0, 8)));
      ASSIGN_OR_RETURN(uint64_t sequence, opened->lastSequence());
      last = std::max(last, sequence);
    }
    last_sequence = last;
    return {};
  }

  Result<std::optional<KnownMessage>> find(std::string_view id) {
    for (auto it = files.rbegin(); it != files.rend(); ++it) {
      ASSIGN_OR_RETURN(auto known, it->second->find(id));
      if (known) return known;
    }
    return std::optional<KnownMessage>();
  }

  void run();
  void commitGroup(std::vector<Waiting>& group);
  Done writeGroup(std::vector<Waiting>& group, std::vector<Receipt>& receipts);
  Done forEachReader(const std::function<Done(PeriodFile&, bool& go_on)>& visit);
  Result<std::vector<Message>> rowsAfter(uint64_t after, bool with_bytes, size_t most);
};

void Inbox::Body::run() {
  host::nameThisThread("inbox");
  for (;;) {
    std::vector<Waiting> group;
    {
      std::unique_lock lock(mutex);
      work.wait(lock, [&] { return stopping || !queue.empty(); });
      if (queue.empty()) return;
      while (!queue.empty() && group.size() < 1024) {
        group.push_back(std::move(queue.front()));
        queue.pop_front();
      }
    }
    commitGroup(group);
  }
}

// Rows that were here before get their first receipt again; new ones go in with one commit.
Done Inbox::Body::writeGroup(std::vector<Waiting>& group, std::vector<Receipt>& receipts) {
  int64_t now = options.clock->nowMicroseconds();
  ASSIGN_OR_RETURN(PeriodFile * today, file(periodOf(now)));
  RETURN_IF_ERROR(today->begin());
  uint64_t sequence = last_sequence;
  std::unordered_map<std::string_view, size_t> in_group;
  size_t inserted = 0;
  auto failed = [&](Error error) {
    today->rollback();
    return error;
  };
  for (size_t i = 0; i < group.size(); ++i) {
    Message& message = group[i].message;
    Receipt& receipt = receipts[i];
    receipt.id = message.id;
    if (auto twin = in_group.find(message.id); twin != in_group.end()) {
      receipt = receipts[twin->second];
      receipt.repeated = true;
      continue;
    }
    in_group.emplace(message.id, i);
    auto known = find(message.id);
    if (!known.ok()) return failed(known.error());
    if (known->has_value()) {
      receipt.received = (*known)->received;
      receipt.sequence = (*known)->sequence;
      receipt.repeated = true;
      continue;
    }
    std::optional<KnownMessage> remembered;
    if (options.known) remembered = options.known(message.id);
    message.received = remembered ? remembered->received : now;
    message.sequence = ++sequence;
    receipt.received = message.received;
    receipt.sequence = message.sequence;
    receipt.repeated = remembered.has_value();
    auto done = today->insert(message, group[i].bytes);
    if (!done.ok()) return failed(done.error());
    ++inserted;
    bytes += group[i].bytes.size();
  }
  if (inserted == 0) {
    today->rollback();
    return {};
  }
  auto done = today->commit();
  if (!done.ok()) return failed(done.error());
  ++commits;
  messages += inserted;
  last_sequence = sequence;
  host::crashPoint("after inbox commit");
  return {};
}

void Inbox::Body::commitGroup(std::vector<Waiting>& group) {
  std::vector<Receipt> receipts(group.size());
  Done done =
      broken ? Done(Error{Why::Unavailable, "the inbox could not be written; restart after the disk is mended", {}})
             : writeGroup(group, receipts);
  // A failed fsync leaves it unknown what is on disk: nothing more may be acknowledged by this process. A full disk
  // is known to have written nothing, so it mends itself when space returns.
  if (!done.ok() && done.error().why == Why::Fault) broken = true;
  for (size_t i = 0; i < group.size(); ++i) {
    if (!done.ok()) {
      group[i].answer.set_value(Error{Why::Unavailable, done.error().what, done.error().where});
      continue;
    }
    if (receipts[i].repeated) ++repeats;
    group[i].answer.set_value(std::move(receipts[i]));
  }
}

Inbox::Inbox(std::unique_ptr<Body> body) : body_(std::move(body)) {}

Result<std::unique_ptr<Inbox>> Inbox::open(Options options) {
  auto body = std::make_unique<Body>();
  body->options = std::move(options);
  RETURN_IF_ERROR(body->openAll());
  Body* raw = body.get();
  body->writer = std::thread([raw] { raw->run(); });
  return std::unique_ptr<Inbox>(new Inbox(std::move(body)));
}

Inbox::~Inbox() {
  {
    std::lock_guard lock(body_->mutex);
    body_->stopping = true;
  }
  body_->work.notify_all();
  body_->writer.join();
}

Result<Receipt> Inbox::accept(std::string_view source, std::string_view media_type, const Headers& headers,
                              std::string_view bytes) {
  if (bytes.size() > body_->options.max_message_bytes) {
    return Error{
        Why::TooCostly, "message is larger than " + std::to_string(body_->options.max_message_bytes) + " bytes", {}};
  }
  Waiting waiting;
  waiting.message = Message{idOf(source, bytes), std::string(source), std::string(media_type), headers, {}, 0, 0};
  waiting.bytes = bytes;
  auto answer = waiting.answer.get_future();
  {
    std::lock_guard lock(body_->mutex);
    if (body_->stopping) return Error{Why::Busy, "the gateway is stopping", {}};
    if (body_->queue.size() >= body_->options.max_queue) {
      return Error{Why::Busy, "more messages than can be written are waiting", {}};
    }
    body_->queue.push_back(std::move(waiting));
  }
  body_->work.notify_one();
  return answer.get();
}

// Readers see only what is committed; each file has one connection for reading.
// Called with read_mutex.
Done Inbox::Body::forEachReader(const std::function<Done(PeriodFile&, bool& go_on)>& visit) {
  std::vector<std::string> periods;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(options.folder, failed)) {
    std::string name = entry.path().filename().string();
    if (isPeriodName(name)) periods.push_back(name.substr(0, 8));
  }
  std::sort(periods.begin(), periods.end());
  bool go_on = true;
  for (const auto& period : periods) {
    auto& slot = readers[period];
    if (!slot) {
      auto opened = PeriodFile::open(path(period), Connection::Use::Reader);
      if (!opened.ok()) return opened.error();
      slot = std::move(opened).value();
    }
    RETURN_IF_ERROR(visit(*slot, go_on));
    if (!go_on) break;
  }
  return {};
}

Result<Message> Inbox::read(std::string_view id) {
  std::optional<Message> found;
  std::lock_guard lock(body_->read_mutex);
  RETURN_IF_ERROR(body_->forEachReader([&](PeriodFile& file, bool& go_on) -> Done {
    ASSIGN_OR_RETURN(found, file.read(id));
    go_on = !found.has_value();
    return {};
  }));
  if (!found) return Error{Why::NotFound, "no such message in the inbox", std::string(id)};
  return std::move(*found);
}

Result<bool> Inbox::holds(std::string_view id) {
  bool found = false;
  std::lock_guard lock(body_->read_mutex);
  RETURN_IF_ERROR(body_->forEachReader([&](PeriodFile& file, bool& go_on) -> Done {
    ASSIGN_OR_RETURN(auto known, file.find(id));
    found = known.has_value();
    go_on = !found;
    return {};
  }));
  return found;
}

// The next rows: from the file with the lowest sequence, up to where another file's begin.
Result<std::vector<Message>> Inbox::Body::rowsAfter(uint64_t after, bool with_bytes, size_t most) {
  std::vector<Message> rows;
  PeriodFile* lowest = nullptr;
  uint64_t first = UINT64_MAX, second = UINT64_MAX;
  std::lock_guard lock(read_mutex);
  RETURN_IF_ERROR(forEachReader([&](PeriodFile& file, bool&) -> Done {
    ASSIGN_OR_RETURN(uint64_t next, file.nextSequence(after));
    if (next == 0) return {};
    second = std::min(second, std::max(first, next));
    if (next < first) lowest = &file;
    first = std::min(first, next);
    return {};
  }));
  if (lowest == nullptr) return rows;
  RETURN_IF_ERROR(lowest->scan(after, second, with_bytes, [&](Message&& message) {
    rows.push_back(std::move(message));
    return rows.size() < most;
  }));
  return rows;
}

// Whoever reads the rows may be slow; nobody else waits for it.
Done Inbox::scan(uint64_t after, bool with_bytes, const std::function<bool(Message&&)>& row) {
  for (;;) {
    ASSIGN_OR_RETURN(std::vector<Message> rows, body_->rowsAfter(after, with_bytes, with_bytes ? 1 : 256));
    if (rows.empty()) return {};
    for (Message& message : rows) {
      after = message.sequence;
      if (!row(std::move(message))) return {};
    }
  }
}

uint64_t Inbox::lastSequence() const { return body_->last_sequence; }

Inbox::Figures Inbox::figures() const { return {body_->messages, body_->repeats, body_->commits, body_->bytes}; }

std::string Inbox::idOf(std::string_view source, std::string_view bytes) {
  auto digest = fhir::base::hmacSha256(source, bytes);
  return fhir::base::base32Lower(digest.data(), 16);
}

}  // namespace gateway::intake
