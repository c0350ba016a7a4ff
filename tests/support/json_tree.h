#pragma once
// A JSON text as a small tree, for comparing what was answered with what was expected. Numbers keep their text.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"

namespace tests::support {

struct JsonTree {
  enum class Kind { Null, Boolean, Number, String, Array, Object } kind = Kind::Null;
  std::string text;  // of booleans, numbers and strings
  std::vector<JsonTree> items;
  std::vector<std::pair<std::string, JsonTree>> members;

  const JsonTree* member(std::string_view name) const;  // nullptr when absent
  // "entry.0.resource.id"; a static null when a step is missing.
  const JsonTree& at(std::string_view path) const;
};

fhir::base::Result<JsonTree> readJsonTree(std::string_view text);

// Names and what they stand for: "{{id}}" in a text.
using Variables = std::map<std::string, std::string>;

// Fills in what is known; an unknown name stays as it is.
std::string filled(std::string_view text, const Variables& variables);
// Does `actual` have the shape of `pattern`? A {{name}} that is not known yet takes the text that it stands for (at
// least one character, up to the next literal of the pattern).
bool matches(std::string_view pattern, std::string_view actual, Variables& variables);

// Is `expected` a part of `actual`? Objects: every expected member; arrays: item by item, of the same length unless
// the last expected item is "..."; "<any>" takes anything that is there, "<absent>" a member that is not. Returns
// what differs, with its path; empty: nothing.
std::string differenceOf(const JsonTree& expected, const JsonTree& actual, Variables& variables,
                         const std::string& path = "");

}  // namespace tests::support
