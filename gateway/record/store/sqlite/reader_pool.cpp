#include "gateway/record/store/sqlite/reader_pool.h"

#include <chrono>

namespace gateway::record::store {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

namespace {

constexpr auto kPatience = std::chrono::seconds(10);

}  // namespace

ReaderPool::Loan::~Loan() {
  if (reader_ == nullptr) return;
  if (transaction_) {
    Done ended = reader_->connection->exec("COMMIT");
    (void)ended;  // it only read
  }
  pool_->giveBack(std::move(reader_));
}

Result<ReaderPool::Loan> ReaderPool::take(bool one_state) {
  std::unique_ptr<Reader> reader;
  {
    std::unique_lock lock(mutex_);
    bool come = returned_.wait_for(lock, kPatience, [&] { return !free_.empty() || open_ < options_.readers; });
    if (!come) return Error{Why::Busy, "all readers of the record are busy", ""};
    if (!free_.empty()) {
      reader = std::move(free_.back());
      free_.pop_back();
    } else {
      ++open_;
    }
  }
  if (reader == nullptr) {
    auto connection =
        sql::Connection::open(options_.path, {sql::Connection::Use::Reader, options_.cache_bytes, 4096, false});
    if (!connection.ok()) {
      std::lock_guard lock(mutex_);
      --open_;
      return connection.error();
    }
    reader = std::make_unique<Reader>(std::move(connection).value(), options_.zone_minutes);
  }
  if (!one_state) return Loan(*this, std::move(reader), false);
  Done begun = reader->connection->exec("BEGIN");
  if (!begun.ok()) {
    giveBack(std::move(reader));
    return begun.error();
  }
  return Loan(*this, std::move(reader), true);
}

void ReaderPool::giveBack(std::unique_ptr<Reader> reader) {
  std::lock_guard lock(mutex_);
  free_.push_back(std::move(reader));
  returned_.notify_one();
}

}  // namespace gateway::record::store
