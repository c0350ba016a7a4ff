#pragma once
// What an expression's text mentions: its variables, and the calls whose arguments are literals. Lets the loader find
// misspelled variables, code maps and systems before any message comes.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mappings::engine {

struct MentionedCall {
  std::string function;
  std::vector<std::string> literals;  // arguments up to the first that is no plain 'literal'
  uint32_t offset = 0;                // of the function's name
};

struct Mentions {
  struct Variable {
    std::string name;
    uint32_t offset = 0;  // of the %
  };
  std::vector<Variable> variables;
  std::vector<MentionedCall> calls;
};

Mentions scanExpression(std::string_view text);

}  // namespace mappings::engine
