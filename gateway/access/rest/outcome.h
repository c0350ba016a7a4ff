#pragma once
// The one table from reasons to HTTP status and OperationOutcome (design section 6). Nobody else knows a 4xx or 5xx.
// R4 3.1.0 (HTTP statuses of each interaction), 2.1.0.2 (IssueType), CodeSystem operation-outcome (details).

#include <span>
#include <string>
#include <string_view>

#include "fhir/base/issue.h"
#include "fhir/base/result.h"
#include "gateway/access/rest/answer.h"

namespace gateway::access::rest {

// Reasons that only the REST interface knows; all others are fhir::base::Why.
enum class Refusal : uint8_t {
  UnknownType,           // 404
  UnknownPath,           // 404
  UnknownOperation,      // 404: $something
  WrongMethod,           // 405
  NotAcceptable,         // 406
  UnsupportedMediaType,  // 415
  NotAuthenticated,      // 401
  VersionMismatch,       // 412: If-Match
  ExistsAlready,         // 412: If-None-Match: *
  MultipleMatches,       // 412: a condition matches more than one
  NoMatch,               // 412: a conditional reference matches nothing
  IdMissing,             // 400: PUT without Resource.id
  IdMismatch,            // 400
  IdInvalid,             // 400
  TypeMismatch,          // 400
  UnparsableBody,        // 400: not JSON
  BodyMissing,           // 400
  UnknownParameter,      // 400
  PageExpired,           // 410: a page link older than the retention
  Overlap,               // 400: two entries of a transaction touch one resource
  UnresolvedReference,   // 400: urn:uuid that no entry has
  TooManyEntries,        // 413: a Bundle beyond the limit
  PatchFails,            // 422: a patch that can be read and not be applied to this resource
};

// `where` is a FHIRPath place, "http.<parameter>" or a place in the body ("12:5"); empty when there is none.
Answer refuse(Refusal reason, std::string what, std::string where = {});
Answer refuse(const fhir::base::Error& error);
// A resource that may not be stored: findings of severity error and worse, each an issue.
Answer refuse(const fhir::base::Findings& findings);
// For the gate in front of us (413, 431, 408, ...): the status is already known.
Answer refuse(int status, std::string_view what);

// The status that goes with an issue's reason, for the table in gateway/access/README.md and its test.
int statusOf(Refusal reason);
int statusOf(fhir::base::Why why);

// A success that speaks: "created", "updated", ... for Prefer: return=OperationOutcome.
Issue informationIssue(std::string_view details, std::string diagnostics);
Issue warningIssue(std::string_view code, std::string_view details, std::string diagnostics, std::string location);

// An OperationOutcome resource as compact JSON.
std::string operationOutcome(std::span<const Issue> issues);

}  // namespace gateway::access::rest
