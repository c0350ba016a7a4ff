#pragma once
// Rows of `version` -> Version values: decompresses bodies and puts versionId and lastUpdated in. One per connection.

#include <memory>
#include <string>
#include <vector>

#include "gateway/record/sql/sqlite.h"
#include "gateway/record/store/resource_store.h"

namespace gateway::record::store {

class VersionReader {
 public:
  // `zone_minutes`: in which meta.lastUpdated is written.
  explicit VersionReader(sql::Connection& connection, int zone_minutes = 480);
  ~VersionReader();
  // The columns that read() expects, in order, for SELECT; `v` is the alias of table `version`.
  static constexpr const char* kColumns =
      "v.vkey, v.type, v.id, v.version, v.last_updated, v.from_seq, v.deleted, v.dictionary, v.raw_size, v.body, "
      "v.institution, v.message, v.part";
  fhir::base::Result<Version> read(const sql::Statement& row);
  fhir::base::Result<Version> byKey(int64_t vkey);

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

// An instant with milliseconds: "2025-03-06T08:15:28.000+08:00".
std::string instantText(int64_t microseconds, int zone_minutes);

}  // namespace gateway::record::store
