#pragma once
// Patterns: regular expressions in linear time (the only door to RE2). Syntax: that of RE2, with (?<name>...) for
// named groups as FHIRPath and FHIR write them; no look-around, no back-references. The dot matches line ends
// ("single line" mode, FHIRPath N1 5.6.8), letters match in their own case, text is UTF-8.
// A compiled Pattern is immutable and thread-safe; copying shares it.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"

namespace fhir::base {

class Pattern {
 public:
  static constexpr size_t kMaxLength = 8 * 1024;     // of the expression, bytes
  static constexpr int64_t kMaxMemory = 8 << 20;     // of its program and caches
  static constexpr size_t kMaxReplaced = 16u << 20;  // of what replaceAll() makes

  // Why::Invalid for a wrong expression, Why::TooCostly for one that is too large.
  static Result<Pattern> compile(std::string_view expression);

  bool fullMatch(std::string_view text) const;     // the whole text
  bool partialMatch(std::string_view text) const;  // anywhere in it

  // All of the first match and its groups, in order; empty for a group that took no part. nullopt: no match.
  std::optional<std::vector<std::string_view>> groups(std::string_view text) const;

  // In `replacement`, $1 or ${1} or ${name} stand for a group, $$ for a dollar sign; a group that does not exist is
  // Why::Invalid. Why::TooCostly when the result would be larger than kMaxReplaced.
  Result<std::string> replaceAll(std::string_view text, std::string_view replacement) const;

 private:
  struct Program;
  explicit Pattern(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

}  // namespace fhir::base
