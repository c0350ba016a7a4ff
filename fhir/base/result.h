#pragma once
// Result<T>: the value a function was asked for, or the reason why it could not be had.
//
// Two kinds of trouble are kept apart in this project:
//   - "we could not do it": Result / Done with an Error, this header;
//   - "we did it, and the data is odd": Findings, fhir/base/issue.h.
// Only gateway/access/rest/outcome.cpp turns either into HTTP.

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace fhir::base {

// The closed list of reasons. Adding one means adding its HTTP status in outcome.cpp.
enum class Why {
  Invalid,      // the input is wrong; the same input will be wrong again
  NotFound,     // no such thing
  Gone,         // it was there and has been deleted
  Conflict,     // somebody else changed it first, or it exists already
  Forbidden,    // the caller may not
  Unsupported,  // right by the standard, not offered here
  TooCostly,    // a limit was reached; `what` names the limit
  OutOfTime,    // the time limit was reached; a narrower question, or a quieter hour, may do
  Busy,         // try again later
  Unavailable,  // a part that we depend on does not answer (disk full, peer down)
  Fault,        // our own bug
};

std::string_view toString(Why why);

// `what` is a sentence for a person, without personal data. `where` is a place: file:line:column,
// a FHIR element path, a source field, or a message id; empty when there is none.
struct Error {
  Why why = Why::Fault;
  std::string what;
  std::string where;

  // "where: what", or only `what`.
  std::string text() const { return where.empty() ? what : where + ": " + what; }
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return assert(ok()), *std::get_if<0>(&state_); }
  const T& value() const& { return assert(ok()), *std::get_if<0>(&state_); }
  T&& value() && { return assert(ok()), std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& { return assert(!ok()), *std::get_if<1>(&state_); }
  Error&& error() && { return assert(!ok()), std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : failed_(true), error_(std::move(error)) {}

  bool ok() const { return !failed_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const& { return assert(failed_), error_; }
  Error&& error() && { return assert(failed_), std::move(error_); }

 private:
  bool failed_ = false;
  Error error_;
};

using Done = Result<void>;

inline Error invalid(std::string what, std::string where = {}) {
  return Error{Why::Invalid, std::move(what), std::move(where)};
}

}  // namespace fhir::base

#define ONECARD_JOIN_(a, b) a##b
#define ONECARD_JOIN(a, b) ONECARD_JOIN_(a, b)

// Leaves the function with the error, if there is one.
#define RETURN_IF_ERROR(expression)                                         \
  do {                                                                      \
    auto&& result_or_error_ = (expression);                                 \
    if (!result_or_error_.ok()) return std::move(result_or_error_).error(); \
  } while (false)

// ASSIGN_OR_RETURN(auto x, f()); declares x with the value, or leaves the function with the error.
#define ASSIGN_OR_RETURN(declaration, expression) \
  ASSIGN_OR_RETURN_(ONECARD_JOIN(result_, __LINE__), declaration, expression)
#define ASSIGN_OR_RETURN_(name, declaration, expression) \
  auto name = (expression);                              \
  if (!name.ok()) return std::move(name).error();        \
  declaration = std::move(name).value()
