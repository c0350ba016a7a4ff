#pragma once
// How many files and sockets this process may have open. Listeners take at most three quarters of it, so it is raised
// before they start.

#include <cstddef>

namespace gateway::host {

// Raises the soft limit to the hard one; gives what holds afterwards.
size_t raiseOpenFileLimit();

}  // namespace gateway::host
