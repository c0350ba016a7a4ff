#pragma once
// The file record.db: made, recognised and brought to the schema that this program knows.

#include <memory>
#include <string>

#include "gateway/record/sql/sqlite.h"

namespace gateway::record::store {

constexpr int64_t kApplicationId = 0x4f434152;  // "OCAR", in the file's header
constexpr int64_t kSchemaVersion = 4;           // PRAGMA user_version

// Opens the connection that writes. Why::Unavailable: the file belongs to another program, or its schema is newer
// than kSchemaVersion, or it is damaged.
fhir::base::Result<std::unique_ptr<sql::Connection>> openRecordFile(const std::string& path, int64_t cache_bytes);

}  // namespace gateway::record::store
