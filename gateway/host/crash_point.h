#pragma once
// Named points at which a test kills the process: ONECARD_CRASH_AT="after inbox commit:3" kills it (SIGKILL, no
// clean-up) when the point is passed for the third time. Without the variable a point costs one comparison.

#include <string_view>

namespace gateway::host {

void crashPoint(std::string_view name);

}  // namespace gateway::host
