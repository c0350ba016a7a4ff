#pragma once
// Answer: what an interaction says, in FHIR's terms, before it becomes an HTTP response (rest.cpp) or an entry of a
// response Bundle (interactions/entry_answer.cpp). Plain values.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "fhir/base/issue.h"

namespace gateway::access::rest {

// One OperationOutcome.issue (R4 2.1.0).
struct Issue {
  fhir::base::Severity severity = fhir::base::Severity::Error;
  std::string_view code;     // IssueType: "not-found"
  std::string_view details;  // code of http://terminology.hl7.org/CodeSystem/operation-outcome; may be empty
  std::string diagnostics;   // a sentence, without element values
  std::string expression;    // FHIRPath place in the resource that was sent; may be empty
  std::string location;      // "http.birthdate" for parameters and headers; may be empty
};

struct Answer {
  int status = 200;
  std::string resource;      // JSON; empty: none, or the OperationOutcome that `issues` make
  std::string content;       // of a Binary, as it is
  std::string content_type;  // of `content`; empty: the answer is a resource
  std::vector<Issue> issues;
  std::string location;       // relative to the base: "Patient/1/_history/2"; empty: none
  uint64_t version = 0;       // for the ETag; 0: none
  int64_t last_modified = 0;  // microseconds since 1970; 0: none
  std::string allow;          // "GET, PUT" with a 405
  int retry_after_seconds = 0;
  std::string fault;  // of a 500: for the log, never for the client

  bool refused() const { return status >= 400; }
};

// What was asked for, or the answer that refuses the request.
template <typename T>
using OrRefusal = std::variant<T, Answer>;

}  // namespace gateway::access::rest

// ASSIGN_OR_REFUSE(auto x, f()); declares x with the value, or leaves the function with the refusing Answer.
#define ASSIGN_OR_REFUSE(declaration, expression) \
  ASSIGN_OR_REFUSE_(ONECARD_JOIN(or_refusal_, __LINE__), declaration, expression)
#define ASSIGN_OR_REFUSE_(name, declaration, expression)                                                 \
  auto name = (expression);                                                                              \
  if (auto* refusal_ = std::get_if<::gateway::access::rest::Answer>(&name)) return std::move(*refusal_); \
  declaration = std::move(std::get<0>(name))
