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

// One prepared statement in use; reset when it goes out of scope.
class Statement {
 public:
  Statement(Statement&&) noexcept;
  ~Statement();
  Statement& bind(int index, int64_t value);              // from 1
  Statement& bind(int index, std::string_view text);      // copied by SQLite unless step() runs before it dies
  Statement& bindBlob(int index, std::string_view bytes);
  Statement& bindNull(int index);
  Statement& bind(int index, const Value& value);
  // True while there is a row.
  fhir::base::Result<bool> step();
  fhir::base::Done run();  // step to the end
  int64_t integer(int column) const;  // from 0
  std::string_view text(int column) const;
  std::string_view blob(int column) const;
  bool isNull(int column) const;
  void reset();

 private:
  friend class Connection;
  Statement(sqlite3* db, sqlite3_stmt* statement);
  sqlite3* db_;
  sqlite3_stmt* statement_;
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
  // WAL, synchronous=FULL, foreign_keys off, busy timeout; the pragmas are asserted, Why::Unavailable when not in force.
  static fhir::base::Result<std::unique_ptr<Connection>> open(const std::string& path, const Options& options);
  ~Connection();

  fhir::base::Done exec(std::string_view sql);  // any number of statements without parameters
  fhir::base::Result<Statement> prepare(std::string_view sql);  // cached by text
  int64_t changes() const;
  int64_t lastRowId() const;
  // Stops what runs on this connection; from any thread.
  void interrupt();
  // Gives up statements that take longer (progress handler): Why::TooCostly. 0: no limit.
  void setDeadline(int64_t milliseconds);
  sqlite3* raw() { return db_; }

 private:
  Connection() = default;
  struct Cache;
  sqlite3* db_ = nullptr;
  std::unique_ptr<Cache> cache_;
};

}  // namespace gateway::record::sql
