#pragma once
// What must hold for the resources of any mapped part.

#include <string>
#include <vector>

#include "mappings/engine/map_runner.h"

namespace mappings::engine {

// Sentences that say what is wrong; none when all holds.
std::vector<std::string> brokenRules(const MappedPart& part);

}  // namespace mappings::engine
