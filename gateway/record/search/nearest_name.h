#pragma once
// The known name that a misspelt one probably meant, for error texts.

#include <string>
#include <string_view>
#include <vector>

namespace gateway::record::search {

// Empty when none is near (more than a third of the letters differ).
std::string nearestName(std::string_view wrong, const std::vector<std::string_view>& known);
// " Did you mean 'birthdate'?", or nothing.
std::string suggestion(std::string_view wrong, const std::vector<std::string_view>& known);

}  // namespace gateway::record::search
