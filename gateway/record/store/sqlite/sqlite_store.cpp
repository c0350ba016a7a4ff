#include "gateway/record/store/sqlite/sqlite_store.h"

#include <filesystem>

#include "gateway/record/store/merge_lists.h"
#include "gateway/record/store/sqlite/record_file.h"
#include "gateway/record/store/sqlite/store_body.h"

namespace gateway::record::store {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

namespace {

template <typename T>
std::future<Result<T>> ready(Error error) {
  std::promise<Result<T>> promise;
  promise.set_value(std::move(error));
  return promise.get_future();
}

size_t sizeOf(const ContentPtr& content) {
  return content == nullptr ? 0
                            : 2 * content->stored.size() + content->body.size() + 128 * content->rows.hashed.size();
}

uint64_t fileBytes(const std::string& path) {
  std::error_code trouble;
  auto size = std::filesystem::file_size(path, trouble);
  return trouble ? 0 : size;
}

Done loadDictionaries(sql::Connection& connection, Dictionaries& dictionaries) {
  ASSIGN_OR_RETURN(auto select, connection.prepare("SELECT number, family, bytes FROM dictionary ORDER BY number"));
  while (true) {
    ASSIGN_OR_RETURN(bool row, select.step());
    if (!row) return {};
    dictionaries.add(select.integer(0), select.integer(1), select.blob(2));
  }
}

Result<uint64_t> loadPurgedThrough(sql::Connection& connection) {
  ASSIGN_OR_RETURN(auto select,
                   connection.prepare("SELECT CAST(value AS INTEGER) FROM record_meta WHERE key='purged_through'"));
  ASSIGN_OR_RETURN(bool row, select.step());
  return row ? static_cast<uint64_t>(select.integer(0)) : 0;
}

Writer::Options writerOptions(const SqliteStore::Options& options,
                              const std::vector<CommitParticipant*>& participants) {
  Writer::Options out;
  out.queue = {options.queue_bytes, options.group_writes, options.group_milliseconds};
  out.group = {options.clock, options.hook, &participants, options.search_milliseconds, options.zone_minutes};
  out.checkpoint_bytes = options.checkpoint_bytes;
  return out;
}

}  // namespace

SqliteStore::Body::Body(Options options_in)
    : options(std::move(options_in)),
      path(options.folder + "/record.db"),
      dictionaries(options.dictionary_samples),
      maker(*options.extractor, dictionaries) {}

SqliteStore::Body::~Body() {
  if (housekeeper.joinable()) {
    housekeeper.request_stop();
    housekeeper.join();
  }
  if (writer != nullptr) writer->stop();
  readers.reset();
  writer.reset();
  connection.reset();
}

Done SqliteStore::Body::open() {
  ASSIGN_OR_RETURN(lock, sql::FolderLock::take(options.folder));
  ASSIGN_OR_RETURN(connection, openRecordFile(path, options.cache_bytes));
  RETURN_IF_ERROR(loadDictionaries(*connection, dictionaries));
  ASSIGN_OR_RETURN(purged_through, loadPurgedThrough(*connection));
  RETURN_IF_ERROR(loadTokenSystems(*connection, systems));
  writer = std::make_unique<Writer>(*connection, maker, systems, writerOptions(options, participants));
  RETURN_IF_ERROR(writer->start());
  readers = std::make_unique<ReaderPool>(
      ReaderPool::Options{path, options.readers, options.reader_cache_bytes, options.zone_minutes});
  housekeeper = std::jthread([this](std::stop_token stop) { keepHouse(stop); });
  return {};
}

SqliteStore::SqliteStore(std::unique_ptr<Body> body) : body_(std::move(body)) {}

SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(Options options) {
  if (options.clock == nullptr || options.extractor == nullptr) {
    return Error{Why::Fault, "a store needs a clock and an extractor", ""};
  }
  auto body = std::make_unique<Body>(std::move(options));
  RETURN_IF_ERROR(body->open());
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(body)));
}

std::future<Result<CommitResult>> SqliteStore::commit(Batch batch) {
  auto job = std::make_unique<CommitJob>();
  job->batch = std::move(batch);
  Done finished = body_->finish(*this, *job);
  if (!finished.ok()) return ready<CommitResult>(std::move(finished).error());
  return body_->writer->submit(std::move(job));
}

Done SqliteStore::Body::finish(SqliteStore& store, CommitJob& job) {
  job.bytes = 1'000;
  for (size_t i = 0; i < job.batch.writes.size(); ++i) {
    auto finished = finishWrite(job.batch.writes[i]);
    if (!finished.ok()) {
      Error error = std::move(finished).error();
      error.where = "write " + std::to_string(i) + (error.where.empty() ? "" : ": " + error.where);
      return error;
    }
    job.bytes += 500 + sizeOf(finished->content) + sizeOf(finished->merged);
    job.finished.push_back(std::move(finished).value());
  }
  return holdConditions(store, job);
}

Result<FinishedWrite> SqliteStore::Body::finishWrite(const Write& write) {
  FinishedWrite finished;
  if (!fhir::definitions::r4().isResource(write.type))
    return Error{Why::Invalid, "there is no such resource type", ""};
  if (write.id.empty() || write.id.size() > 64) return Error{Why::Invalid, "an id has 1 to 64 characters", ""};
  if (write.mode == WriteMode::Delete) return finished;
  if (!write.document) return Error{Why::Invalid, "this write needs a resource", ""};
  ASSIGN_OR_RETURN(finished.content, maker.make(write.type, write.id, *write.document, write.rewrite_reference));
  if (write.mode == WriteMode::Merge) RETURN_IF_ERROR(prepareMerge(write, finished));
  return finished;
}

// What the writer would have to do, done here for the state that is there now; it is used if that is still there
// then.
Done SqliteStore::Body::prepareMerge(const Write& write, FinishedWrite& finished) {
  ASSIGN_OR_RETURN(auto reader, readers->take(true));
  ASSIGN_OR_RETURN(auto select,
                   reader->connection->prepare("SELECT vkey, deleted, write_order, order_tie FROM version "
                                               "WHERE type=?1 AND id=?2 ORDER BY version DESC LIMIT 1"));
  select.bind(1, int64_t{write.type}).bind(2, std::string_view(write.id));
  ASSIGN_OR_RETURN(bool row, select.step());
  if (!row || select.integer(1) != 0) return {};
  finished.merged_with = select.integer(0);
  finished.merged_as_newer =
      select.isNull(2) || std::tuple(std::string_view(write.order), write.order_tie) >=
                              std::tuple(select.text(2), static_cast<uint64_t>(select.integer(3)));
  ASSIGN_OR_RETURN(std::string stored, reader->bodies.ofVersion(finished.merged_with));
  const std::string& incoming = finished.content->stored;
  std::string merged = finished.merged_as_newer ? mergeLists(incoming, stored, true, write.merge_lists)
                                                : mergeLists(stored, incoming, false, write.merge_lists);
  ASSIGN_OR_RETURN(finished.merged, maker.ofStored(write.id, std::move(merged)));
  return {};
}

Done SqliteStore::Body::holdConditions(SqliteStore& store, CommitJob& job) {
  if (job.batch.conditions.empty()) return {};
  job.watch.emplace(writer->touched());  // before the sequence is read
  for (auto& condition : job.batch.conditions) {
    // Two matches tell "more than one"; nothing else of the answer is looked at.
    condition.query.count = 2;
    condition.query.summary = search::Summary::False;
    condition.query.total = search::Total::None;
    condition.query.includes.clear();
    uint64_t sequence = writer->published();
    ASSIGN_OR_RETURN(auto page, store.search(condition.query, condition.rights, sequence, ""));
    bool one = page.matches.size() == 1 && condition.expected && page.matches[0].id == *condition.expected;
    bool none = page.matches.empty() && !condition.expected;
    if (!one && !none) {
      return Error{Why::Busy, "another commit changed what a condition of this one found", "condition"};
    }
    job.conditions.push_back({sequence, Touched::keysOf(condition.query, condition.expected.value_or(""))});
  }
  return {};
}

Done SqliteStore::ensureTables(std::string_view component, std::string_view sql) {
  return body_->writer->run([&](sql::Connection& connection) -> Done {
    std::string key = "tables:" + std::string(component);
    ASSIGN_OR_RETURN(auto known, connection.prepare("SELECT 1 FROM record_meta WHERE key=?1"));
    known.bind(1, std::string_view(key));
    ASSIGN_OR_RETURN(bool there, known.step());
    if (there) return {};
    RETURN_IF_ERROR(connection.exec(sql));
    ASSIGN_OR_RETURN(auto insert, connection.prepare("INSERT INTO record_meta(key, value) VALUES(?1, '1')"));
    insert.bind(1, std::string_view(key));
    return insert.run();
  });
}

void SqliteStore::addParticipant(CommitParticipant& participant) { body_->participants.push_back(&participant); }

SqliteStore::Figures SqliteStore::figures() {
  const auto& writer = body_->writer->figures();
  Figures figures;
  figures.resources = writer.resources;
  figures.versions = writer.versions;
  figures.commits = writer.commits;
  figures.group_commits = writer.group_commits;
  figures.wal_bytes = fileBytes(body_->path + "-wal");
  figures.file_bytes = fileBytes(body_->path);
  return figures;
}

}  // namespace gateway::record::store
