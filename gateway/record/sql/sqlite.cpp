#include "gateway/record/sql/sqlite.h"

#include <sqlite3.h>

#include <cerrno>
#include <chrono>
#include <list>
#include <unordered_map>

namespace gateway::record::sql {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

struct CachedStatement {
  std::string sql;
  sqlite3_stmt* statement = nullptr;
  bool in_use = false;
};

// Least recently used last; the searches make many different texts, so the number is bounded.
struct StatementCache {
  static constexpr size_t kMost = 256;

  sqlite3* db = nullptr;
  std::list<CachedStatement> order;
  std::unordered_map<std::string_view, std::list<CachedStatement>::iterator> by_text;
  int64_t limit_milliseconds = 0;
  std::chrono::steady_clock::time_point give_up;
  bool gave_up = false;

  ~StatementCache() {
    for (auto& cached : order) sqlite3_finalize(cached.statement);
  }
  void startClock() {
    gave_up = false;
    if (limit_milliseconds > 0) {
      give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds(limit_milliseconds);
    }
  }
  void dropOldest() {
    for (auto it = order.end(); it != order.begin();) {
      --it;
      if (it->in_use) continue;
      by_text.erase(it->sql);
      sqlite3_finalize(it->statement);
      order.erase(it);
      return;
    }
  }
};

namespace {

Why reason(int code, bool gave_up) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Why::Busy;
    case SQLITE_CONSTRAINT: return Why::Conflict;
    case SQLITE_INTERRUPT: return gave_up ? Why::OutOfTime : Why::Busy;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_READONLY: return Why::Unavailable;
    default: return Why::Fault;
  }
}

Error describe(sqlite3* db, int code, bool gave_up) {
  Error error;
  error.why = reason(code, gave_up);
  if (error.why == Why::OutOfTime) {
    error.what = "the time limit for one statement was reached";
  } else {
    // SQLite's texts name tables, columns and files, never values.
    error.what = std::string("SQLite: ") + (db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code)) + " (" +
                 std::to_string(db != nullptr ? sqlite3_extended_errcode(db) : code) + ")";
  }
  return error;
}

int onProgress(void* argument) {
  auto* cache = static_cast<StatementCache*>(argument);
  if (std::chrono::steady_clock::now() < cache->give_up) return 0;
  cache->gave_up = true;
  return 1;
}

}  // namespace

Statement::Statement(StatementCache* cache, sqlite3_stmt* statement, CachedStatement* slot)
    : cache_(cache), statement_(statement), slot_(slot) {}

Statement::Statement(Statement&& other) noexcept
    : cache_(other.cache_),
      statement_(std::exchange(other.statement_, nullptr)),
      slot_(std::exchange(other.slot_, nullptr)),
      bind_error_(other.bind_error_),
      running_(other.running_) {}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  if (slot_ == nullptr) {
    sqlite3_finalize(statement_);
    return;
  }
  reset();
  slot_->in_use = false;
}

void Statement::note(int code) {
  if (code != SQLITE_OK && bind_error_ == 0) bind_error_ = code;
}

Statement& Statement::bind(int index, int64_t value) {
  note(sqlite3_bind_int64(statement_, index, value));
  return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
  // A null pointer would bind NULL.
  const char* bytes = text.data() == nullptr ? "" : text.data();
  note(sqlite3_bind_text64(statement_, index, bytes, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bindBlob(int index, std::string_view bytes) {
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  note(sqlite3_bind_blob64(statement_, index, data, bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bindNull(int index) {
  note(sqlite3_bind_null(statement_, index));
  return *this;
}

Statement& Statement::bind(int index, const Value& value) {
  if (auto* number = std::get_if<int64_t>(&value)) return bind(index, *number);
  if (auto* text = std::get_if<std::string>(&value)) return bind(index, std::string_view(*text));
  if (auto* bytes = std::get_if<std::vector<uint8_t>>(&value)) {
    return bindBlob(index, {reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  }
  return bindNull(index);
}

Result<bool> Statement::step() {
  if (bind_error_ != 0) {
    return Error{Why::Fault, std::string("SQLite: a value could not be bound: ") + sqlite3_errstr(bind_error_), ""};
  }
  if (!running_) cache_->startClock();
  running_ = true;
  int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  Error error = describe(cache_->db, code, cache_->gave_up);
  sqlite3_reset(statement_);
  running_ = false;
  return error;
}

Done Statement::run() {
  while (true) {
    ASSIGN_OR_RETURN(bool row, step());
    if (!row) break;
  }
  sqlite3_reset(statement_);
  running_ = false;
  return {};
}

int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Statement::text(int column) const {
  auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view Statement::blob(int column) const {
  auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Statement::isNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  bind_error_ = 0;
  running_ = false;
}

namespace {

// Sets a pragma and checks that it is in force.
Done demand(Connection& connection, std::string_view pragma, std::string_view value, std::string_view in_force) {
  std::string set = "PRAGMA " + std::string(pragma) + "=" + std::string(value);
  RETURN_IF_ERROR(connection.exec(set));
  ASSIGN_OR_RETURN(Statement statement, connection.prepare("PRAGMA " + std::string(pragma)));
  ASSIGN_OR_RETURN(bool row, statement.step());
  if (row && statement.text(0) == in_force) return {};
  return Error{Why::Unavailable, "SQLite did not take " + set, ""};
}

Done configure(Connection& connection, const Connection::Options& options) {
  sqlite3* db = connection.raw();
  sqlite3_busy_timeout(db, 5000);
  sqlite3_extended_result_codes(db, 1);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // A LIKE or a JSON function must not be a way to exhaust memory.
  sqlite3_limit(db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000);
  RETURN_IF_ERROR(connection.exec("PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-" +
                                  std::to_string(options.cache_bytes / 1024)));
  RETURN_IF_ERROR(demand(connection, "foreign_keys", "0", "0"));
  if (options.use == Connection::Use::Reader) {
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    RETURN_IF_ERROR(demand(connection, "wal_autocheckpoint", "0", "0"));
    return demand(connection, "query_only", "1", "1");
  }
  RETURN_IF_ERROR(connection.exec("PRAGMA page_size=" + std::to_string(options.page_size)));
  if (options.exclusive_file) RETURN_IF_ERROR(demand(connection, "locking_mode", "EXCLUSIVE", "exclusive"));
  RETURN_IF_ERROR(demand(connection, "journal_mode", "WAL", "wal"));
  return demand(connection, "synchronous", "FULL", "2");
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, const Options& options) {
  std::unique_ptr<Connection> connection(new Connection());
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
  if (options.use == Use::Writer) flags |= SQLITE_OPEN_CREATE;
  int code = sqlite3_open_v2(path.c_str(), &connection->db_, flags, nullptr);
  if (code != SQLITE_OK) {
    Error error = describe(connection->db_, code, false);
    error.why = Why::Unavailable;
    error.where = path;
    return error;
  }
  connection->cache_ = std::make_unique<StatementCache>();
  connection->cache_->db = connection->db_;
  Done configured = configure(*connection, options);
  if (!configured.ok()) {
    Error error = std::move(configured).error();
    error.where = path;
    return error;
  }
  return connection;
}

Connection::~Connection() {
  cache_.reset();
  sqlite3_close(db_);
}

Error Connection::failure(int code) const { return describe(db_, code, cache_->gave_up); }

Done Connection::exec(std::string_view sql) {
  cache_->startClock();
  int code = sqlite3_exec(db_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return {};
}

Result<Statement> Connection::prepare(std::string_view sql) {
  auto found = cache_->by_text.find(sql);
  bool cached = found != cache_->by_text.end();
  if (cached && !found->second->in_use) {
    cache_->order.splice(cache_->order.begin(), cache_->order, found->second);
    found->second->in_use = true;
    return Statement(cache_.get(), found->second->statement, &*found->second);
  }
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  unsigned flags = cached ? 0 : SQLITE_PREPARE_PERSISTENT;
  int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), flags, &statement, &rest);
  if (code != SQLITE_OK) return failure(code);
  if (statement == nullptr || sql.substr(rest - sql.data()).find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    sqlite3_finalize(statement);
    return Error{Why::Fault, "prepare() takes exactly one statement", ""};
  }
  // The same text in use twice at a time: the second one lives only as long as its Statement.
  if (cached) return Statement(cache_.get(), statement, nullptr);
  if (cache_->order.size() >= StatementCache::kMost) cache_->dropOldest();
  cache_->order.push_front({std::string(sql), statement, true});
  cache_->by_text.emplace(cache_->order.front().sql, cache_->order.begin());
  return Statement(cache_.get(), statement, &cache_->order.front());
}

int64_t Connection::changes() const { return sqlite3_changes64(db_); }

int64_t Connection::lastRowId() const { return sqlite3_last_insert_rowid(db_); }

void Connection::interrupt() { sqlite3_interrupt(db_); }

void Connection::setDeadline(int64_t milliseconds) {
  cache_->limit_milliseconds = milliseconds;
  cache_->startClock();
  sqlite3_progress_handler(db_, milliseconds > 0 ? 1000 : 0, milliseconds > 0 ? onProgress : nullptr, cache_.get());
}

Connection::Trouble Connection::trouble() const {
  int code = sqlite3_extended_errcode(db_);
  switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return Trouble::None;
    case SQLITE_FULL: return Trouble::DiskFull;
    case SQLITE_IOERR:
      if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) return Trouble::Sync;
      return sqlite3_system_errno(db_) == ENOSPC || code == SQLITE_IOERR_SHMSIZE ? Trouble::DiskFull
                                                                                 : Trouble::OtherIo;
    default: return Trouble::Other;
  }
}

Result<Connection::Checkpoint> Connection::checkpoint(bool truncate) {
  int frames = 0;
  int moved = 0;
  int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  // TRUNCATE would wait for readers by the busy handler; whoever asks comes again instead.
  sqlite3_busy_timeout(db_, 0);
  int code = sqlite3_wal_checkpoint_v2(db_, "main", mode, &frames, &moved);
  sqlite3_busy_timeout(db_, 5000);
  if (code != SQLITE_OK) return failure(code);
  return Checkpoint{frames, moved};
}

}  // namespace gateway::record::sql
