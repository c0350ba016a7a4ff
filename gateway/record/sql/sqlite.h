#pragma once
// RAII over the SQLite C API: the one door to sqlite3. Every statement is prepared once per connection and cached.
// A Connection is used by one thread at a time.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fhir/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace gateway::record::sql {

using Value = std::variant<std::monostate, int64_t, std::string, std::vector<uint8_t>>;

struct StatementCache;  // what a Connection and its Statements share
struct CachedStatement;

// One prepared statement in use; reset when it goes out of scope. Must die before its Connection.
// A wrong bind (no such index, a statement that is running) is told by the next step() or run().
class Statement {
 public:
  Statement(Statement&&) noexcept;
  ~Statement();
  Statement& bind(int index, int64_t value);          // from 1
  Statement& bind(int index, std::string_view text);  // copied by SQLite unless step() runs before it dies
  Statement& bindBlob(int index, std::string_view bytes);
  Statement& bindNull(int index);
  Statement& bind(int index, const Value& value);
  // True while there is a row. Errors: Why::Busy (locked), Conflict (a constraint), Unavailable (I/O, disk full, file
  // damaged), OutOfTime (the deadline), Fault (anything else: our SQL is wrong).
  fhir::base::Result<bool> step();
  fhir::base::Done run();  // step to the end, then reset; the values stay bound, so a loop binds only what changes
  int64_t integer(int column) const;  // from 0
  std::string_view text(int column) const;
  std::string_view blob(int column) const;
  bool isNull(int column) const;
  void reset();  // to before the first row, nothing bound

 private:
  friend class Connection;
  Statement(StatementCache* cache, sqlite3_stmt* statement, CachedStatement* slot);
  void note(int code);
  StatementCache* cache_;
  sqlite3_stmt* statement_;
  CachedStatement* slot_;  // nullptr: not from the cache, finalized at the end
  int bind_error_ = 0;
  bool running_ = false;
};

class Connection {
 public:
  enum class Use { Writer, Reader };  // Reader: query_only, wal_autocheckpoint=0
  struct Options {
    Use use = Use::Writer;
    int64_t cache_bytes = 64 << 20;
    int page_size = 4096;
    bool exclusive_file = false;
  };
  // WAL, synchronous=FULL, foreign_keys off, busy timeout; the pragmas are asserted, Why::Unavailable when not in
  // force.
  static fhir::base::Result<std::unique_ptr<Connection>> open(const std::string& path, const Options& options);
  ~Connection();

  fhir::base::Done exec(std::string_view sql);                  // any number of statements without parameters
  fhir::base::Result<Statement> prepare(std::string_view sql);  // cached by text
  int64_t changes() const;
  int64_t lastRowId() const;
  // Stops what runs on this connection; from any thread.
  void interrupt();
  // Gives up statements that take longer, counted from their first step (progress handler): Why::OutOfTime. 0: no
  // limit.
  void setDeadline(int64_t milliseconds);
  // Of the last failure on this connection.
  enum class Trouble { None, DiskFull, Sync, OtherIo, Other };
  Trouble trouble() const;

  struct Checkpoint {
    int64_t wal_frames = 0;    // in the log file
    int64_t moved_frames = 0;  // of these, already in the database file
  };
  // Moves the log into the database file as far as readers allow, without waiting; `truncate` also empties the log
  // file. Only the connection that writes may do this (one process, one checkpointer). Why::Busy when a reader stands
  // in the way of `truncate`.
  fhir::base::Result<Checkpoint> checkpoint(bool truncate);
  sqlite3* raw() { return db_; }

 private:
  Connection() = default;
  fhir::base::Error failure(int code) const;
  sqlite3* db_ = nullptr;
  std::unique_ptr<StatementCache> cache_;
};

}  // namespace gateway::record::sql
