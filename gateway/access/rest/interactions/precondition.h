#pragma once
// If-Match and If-None-Match of a write (R4 3.1.0.5: version-aware updates).

#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/access/rest/answer.h"
#include "gateway/access/rest/interactions/interactions.h"
#include "gateway/record/store/resource_store.h"

namespace gateway::access::rest::interactions {

struct WritePrecondition {
  std::optional<uint64_t> if_match;
  record::store::WriteMode mode = record::store::WriteMode::Put;  // Create with If-None-Match: *
};

// A list of versions is refused; If-Match: * asks that a current version exists.
OrRefusal<WritePrecondition> writePrecondition(const Service& service, const Call& call);
// For a resource that criteria named.
OrRefusal<WritePrecondition> writePrecondition(const Service& service, const Call& call, std::string_view id);
// 412: If-Match names another version than the current one, or there is none.
Answer versionMismatch();

// A refused commit: 412 when the client set the precondition that failed, else by the one table.
Answer refuseWrite(const fhir::base::Error& error);

}  // namespace gateway::access::rest::interactions
