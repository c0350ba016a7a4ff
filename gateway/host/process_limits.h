#pragma once
// What a long-running process with many connections and some large messages asks of the operating system, once,
// before it makes threads.

#include <cstddef>

namespace gateway::host {

// Raises the soft limit of open files to the hard one (at most a million); gives what holds afterwards. Listeners
// take at most three quarters of it.
size_t raiseOpenFileLimit();

// Makes blocks of 1 MiB and more go back to the system as soon as they are freed. Left alone, the allocator learns
// from the first large message to keep such blocks, once for every arena: after a few bodies of 16 MiB the process
// stays 100 MB larger.
void giveLargeBlocksBack();

}  // namespace gateway::host
