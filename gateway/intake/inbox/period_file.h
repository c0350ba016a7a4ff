#pragma once
// One file of the inbox: the messages of one UTC day. Used by one thread at a time.

#include <memory>
#include <optional>
#include <string>

#include "gateway/intake/inbox/inbox.h"
#include "gateway/record/sql/sqlite.h"

namespace gateway::intake {

class PeriodFile {
 public:
  // Makes the file when absent. A newer layout than this program knows is refused.
  static fhir::base::Result<std::unique_ptr<PeriodFile>> open(const std::string& path,
                                                              record::sql::Connection::Use use);

  fhir::base::Done begin();
  fhir::base::Done insert(const Message& message, std::string_view bytes);
  fhir::base::Done commit();  // returns after the fsync
  void rollback();

  fhir::base::Result<std::optional<KnownMessage>> find(std::string_view id);
  fhir::base::Result<std::optional<Message>> read(std::string_view id);
  // Rows with after < sequence < before, until `row` returns false.
  fhir::base::Done scan(uint64_t after, uint64_t before, bool with_bytes, const std::function<bool(Message&&)>& row);
  // The lowest sequence above `after`; 0 when there is none.
  fhir::base::Result<uint64_t> nextSequence(uint64_t after);
  fhir::base::Result<uint64_t> lastSequence();

 private:
  explicit PeriodFile(std::unique_ptr<record::sql::Connection> connection) : connection_(std::move(connection)) {}
  std::unique_ptr<record::sql::Connection> connection_;
};

// "20250306" of microseconds since the epoch, in UTC.
std::string periodOf(int64_t microseconds);

// Headers as text for one column: a line each, name, tab, value; line feeds and tabs in values become blanks.
std::string headersToText(const Headers& headers);
Headers headersFromText(std::string_view text);

}  // namespace gateway::intake
