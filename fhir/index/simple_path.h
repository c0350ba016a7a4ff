#pragma once
// Recognises the expressions that nearly all search parameters have: a union of dotted paths whose steps may carry
// `as Type`, `.as(Type)`, `.where(resolve() is Type)`, `.where(member='text')`, or be `extension('url')`.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/lookup.h"

namespace fhir::index {

struct PathFilter {
  enum class Kind : uint8_t { None, ResolvesTo, TextEquals } kind = Kind::None;
  definitions::TypeNumber type = 0;  // ResolvesTo
  std::string member;                // TextEquals: a member of the step's node ...
  std::string text;                  // ... has this text

  bool operator==(const PathFilter&) const = default;
};

struct PathStep {
  std::string name;
  definitions::TypeNumber as = 0;  // 0: any type
  PathFilter filter;
};

using SimplePath = std::vector<PathStep>;  // empty: the node itself

// One path for each operand of the union; nothing when the expression is not of this form. `base` is the type of
// the node that it starts from: its name, or that of a supertype, may stand first.
std::optional<std::vector<SimplePath>> parseSimplePaths(std::string_view expression, definitions::TypeNumber base);

}  // namespace fhir::index
