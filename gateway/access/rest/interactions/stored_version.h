#pragma once
// A stored version -> the answer that shows it.

#include <string>

#include "gateway/access/rest/answer.h"
#include "gateway/access/rest/call.h"
#include "gateway/access/rest/interactions/interactions.h"
#include "gateway/access/rest/subset.h"
#include "gateway/record/store/resource_store.h"

namespace gateway::access::rest::interactions {

// 200 with body, ETag and Last-Modified; 304 when If-None-Match or If-Modified-Since say so.
Answer showVersion(const Service& service, const Call& call, record::store::Version version);

// After a commit: the answer with status, Location, ETag, Last-Modified and what Prefer: return asked for.
// `otherwise`: when the client asked for nothing.
Answer showWritten(const Service& service, const Call& call, const record::store::WriteOutcome& outcome, int status,
                   Return otherwise);

// "Patient/1/_history/2"
std::string versionPath(std::string_view type_name, std::string_view id, uint64_t version);

// commit() and wait. Exceptions of the future's machinery become Why::Fault here.
fhir::base::Result<record::store::CommitResult> commitAndWait(const Service& service, record::store::Batch batch);

}  // namespace gateway::access::rest::interactions
