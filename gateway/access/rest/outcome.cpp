#include "gateway/access/rest/outcome.h"

#include <algorithm>
#include <utility>

#include "fhir/model/json_writer.h"

namespace gateway::access::rest {

using fhir::base::Severity;
using fhir::base::Why;

namespace {

struct Row {
  int status;
  std::string_view code;     // IssueType
  std::string_view details;  // CodeSystem operation-outcome
};

Row rowOf(Why why) {
  switch (why) {
    case Why::Invalid: return {400, "invalid", "MSG_BAD_SYNTAX"};
    case Why::NotFound: return {404, "not-found", "MSG_NO_EXIST"};
    case Why::Gone: return {410, "deleted", "MSG_DELETED"};
    case Why::Conflict: return {409, "conflict", "MSG_VERSION_AWARE_CONFLICT"};
    case Why::Forbidden: return {403, "forbidden", "MSG_OP_NOT_ALLOWED"};
    case Why::Unsupported: return {400, "not-supported", {}};
    case Why::TooCostly: return {400, "too-costly", {}};
    case Why::OutOfTime: return {503, "too-costly", {}};
    case Why::Busy: return {503, "throttled", {}};
    case Why::Unavailable: return {503, "transient", "MSG_LOCAL_FAIL"};
    case Why::Fault: return {500, "exception", "MSG_LOCAL_FAIL"};
  }
  return {500, "exception", "MSG_LOCAL_FAIL"};
}

Row rowOf(Refusal reason) {
  switch (reason) {
    case Refusal::UnknownType: return {404, "not-supported", "MSG_UNKNOWN_TYPE"};
    case Refusal::UnknownPath: return {404, "not-found", "MSG_NO_MATCH"};
    case Refusal::UnknownOperation: return {404, "not-supported", "MSG_UNKNOWN_OPERATION"};
    case Refusal::WrongMethod: return {405, "not-supported", "MSG_OP_NOT_ALLOWED"};
    case Refusal::NotAcceptable: return {406, "not-supported", "MSG_BAD_FORMAT"};
    case Refusal::UnsupportedMediaType: return {415, "not-supported", "MSG_BAD_FORMAT"};
    case Refusal::NotAuthenticated: return {401, "login", "MSG_AUTH_REQUIRED"};
    case Refusal::VersionMismatch: return {412, "conflict", "MSG_VERSION_AWARE_CONFLICT"};
    case Refusal::ExistsAlready: return {412, "conflict", "MSG_DUPLICATE_ID"};
    case Refusal::MultipleMatches: return {412, "multiple-matches", {}};
    case Refusal::NoMatch: return {412, "not-found", "MSG_NO_MATCH"};
    case Refusal::IdMissing: return {400, "required", "MSG_RESOURCE_ID_MISSING"};
    case Refusal::IdMismatch: return {400, "invalid", "MSG_RESOURCE_ID_MISMATCH"};
    case Refusal::IdInvalid: return {400, "value", "MSG_ID_INVALID"};
    case Refusal::TypeMismatch: return {400, "invalid", "MSG_RESOURCE_TYPE_MISMATCH"};
    case Refusal::UnparsableBody: return {400, "structure", "MSG_CANT_PARSE_CONTENT"};
    case Refusal::BodyMissing: return {400, "required", "MSG_CANT_PARSE_CONTENT"};
    case Refusal::UnknownParameter: return {400, "not-supported", "MSG_PARAM_UNKNOWN"};
    case Refusal::PageExpired: return {410, "expired", {}};
    case Refusal::Overlap: return {400, "duplicate", "MSG_TRANSACTION_DUPLICATE_ID"};
    case Refusal::UnresolvedReference: return {400, "not-found", {}};
    case Refusal::TooManyEntries: return {413, "too-long", {}};
    case Refusal::PatchFails: return {422, "processing", {}};
  }
  return {500, "exception", "MSG_LOCAL_FAIL"};
}

// FHIRPath places begin with a type name, parameters with "http."; anything else ("12:5") is told in the sentence.
void setPlace(Issue& issue, std::string where) {
  if (where.empty()) return;
  if (where.starts_with("http.")) {
    issue.location = std::move(where);
  } else if (where[0] >= 'A' && where[0] <= 'Z' && where.find_first_of(" :/") == std::string::npos) {
    issue.expression = std::move(where);
  } else {
    issue.diagnostics = where + ": " + issue.diagnostics;
  }
}

Answer answerOf(const Row& row, std::string what, std::string where) {
  Answer answer;
  answer.status = row.status;
  Issue issue;
  issue.severity = row.status >= 500 ? Severity::Fatal : Severity::Error;
  issue.code = row.code;
  issue.details = row.details;
  issue.diagnostics = std::move(what);
  setPlace(issue, std::move(where));
  answer.issues.push_back(std::move(issue));
  if (row.status == 503) answer.retry_after_seconds = 1;
  return answer;
}

struct StatusCode {
  int status;
  std::string_view code;
};
constexpr StatusCode kGateStatuses[] = {{400, "invalid"},       {404, "not-found"}, {408, "timeout"},
                                        {411, "required"},      {413, "too-long"},  {414, "too-long"},
                                        {417, "not-supported"}, {429, "throttled"}, {431, "too-long"},
                                        {501, "not-supported"}, {503, "throttled"}, {505, "not-supported"}};

// IssueType (R4 2.1.0.2); a finding whose code is none of these becomes "invalid".
constexpr std::string_view kIssueTypes[] = {
    "invalid",          "structure", "required",     "value",      "invariant",    "security",      "login",
    "unknown",          "expired",   "forbidden",    "suppressed", "processing",   "not-supported", "duplicate",
    "multiple-matches", "not-found", "deleted",      "too-long",   "code-invalid", "extension",     "too-costly",
    "business-rule",    "conflict",  "transient",    "lock-error", "no-store",     "exception",     "timeout",
    "incomplete",       "throttled", "informational"};

std::string_view issueType(std::string_view code) {
  const auto* found = std::find(std::begin(kIssueTypes), std::end(kIssueTypes), code);
  return found == std::end(kIssueTypes) ? std::string_view("invalid") : *found;
}

void appendMember(std::string& out, std::string_view name, std::string_view text) {
  out += ",\"";
  out += name;
  out += "\":";
  fhir::model::appendJsonString(out, text);
}

}  // namespace

int statusOf(Refusal reason) { return rowOf(reason).status; }
int statusOf(Why why) { return rowOf(why).status; }

Answer refuse(Refusal reason, std::string what, std::string where) {
  return answerOf(rowOf(reason), std::move(what), std::move(where));
}

Answer refuse(const fhir::base::Error& error) {
  if (error.why == Why::Fault) {
    Answer answer = answerOf(rowOf(error.why), "the server failed; its log has more under this request's id", {});
    answer.fault = error.text();
    return answer;
  }
  return answerOf(rowOf(error.why), error.what, error.where);
}

Answer refuse(const fhir::base::Findings& findings) {
  constexpr size_t kMost = 50;
  Answer answer;
  answer.status = 400;
  for (const auto& finding : findings.list()) {
    if (answer.issues.size() == kMost) break;
    if (finding.severity < Severity::Error) continue;
    Issue issue;
    issue.severity = finding.severity;
    issue.code = issueType(finding.code);
    issue.diagnostics = finding.what;
    setPlace(issue, finding.expression);
    answer.issues.push_back(std::move(issue));
  }
  return answer;
}

Answer refuse(int status, std::string_view what) {
  std::string_view code = status >= 500 ? "exception" : "invalid";
  for (const auto& row : kGateStatuses)
    if (row.status == status) code = row.code;
  return answerOf({status, code, {}}, std::string(what), {});
}

Issue informationIssue(std::string_view details, std::string diagnostics) {
  return Issue{Severity::Information, "informational", details, std::move(diagnostics), {}, {}};
}

Issue warningIssue(std::string_view code, std::string_view details, std::string diagnostics, std::string location) {
  return Issue{Severity::Warning, code, details, std::move(diagnostics), {}, std::move(location)};
}

std::string operationOutcome(std::span<const Issue> issues) {
  std::string out = R"({"resourceType":"OperationOutcome","issue":[)";
  bool first = true;
  for (const auto& issue : issues) {
    if (!first) out += ',';
    first = false;
    out += "{\"severity\":\"";
    out += fhir::base::toString(issue.severity);
    out += '"';
    appendMember(out, "code", issue.code);
    if (!issue.details.empty()) {
      out += R"(,"details":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/operation-outcome","code":)";
      fhir::model::appendJsonString(out, issue.details);
      out += "}]}";
    }
    if (!issue.diagnostics.empty()) appendMember(out, "diagnostics", issue.diagnostics);
    if (!issue.location.empty()) {
      out += ",\"location\":[";
      fhir::model::appendJsonString(out, issue.location);
      out += ']';
    }
    if (!issue.expression.empty()) {
      out += ",\"expression\":[";
      fhir::model::appendJsonString(out, issue.expression);
      out += ']';
    }
    out += '}';
  }
  out += "]}";
  return out;
}

}  // namespace gateway::access::rest
