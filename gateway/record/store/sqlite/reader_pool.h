#pragma once
// Read-only connections, each with its reader of versions; one thread at a time has one. Thread-safe.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/record/sql/sqlite.h"
#include "gateway/record/store/sqlite/body_reader.h"
#include "gateway/record/store/sqlite/version_reader.h"

namespace gateway::record::store {

class ReaderPool {
 public:
  struct Options {
    std::string path;
    uint32_t readers = 8;
    int64_t cache_bytes = 16 << 20;
    int zone_minutes = 480;
  };
  explicit ReaderPool(Options options) : options_(std::move(options)) {}

  struct Reader {
    Reader(std::unique_ptr<sql::Connection> connection_in, int zone_minutes)
        : connection(std::move(connection_in)), versions(*connection, zone_minutes), bodies(*connection) {}
    std::unique_ptr<sql::Connection> connection;
    VersionReader versions;
    BodyReader bodies;
  };

  // One reader on loan.
  class Loan {
   public:
    Loan(ReaderPool& pool, std::unique_ptr<Reader> reader, bool transaction)
        : pool_(&pool), reader_(std::move(reader)), transaction_(transaction) {}
    Loan(Loan&& other) noexcept = default;
    ~Loan();
    Reader* operator->() { return reader_.get(); }
    sql::Connection& connection() { return *reader_->connection; }

   private:
    ReaderPool* pool_;
    std::unique_ptr<Reader> reader_;
    bool transaction_;
  };

  // `one_state`: with a read transaction open, so that all statements see the same state.
  // Why::Busy when all readers are on loan for too long.
  fhir::base::Result<Loan> take(bool one_state);

 private:
  void giveBack(std::unique_ptr<Reader> reader);

  const Options options_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Reader>> free_;
  uint32_t open_ = 0;
};

}  // namespace gateway::record::store
