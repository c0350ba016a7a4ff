#pragma once
// What a thread asks of the operating system for itself. Called on the thread, at its beginning.

namespace gateway::host {

// The name that `top -H`, debuggers and core dumps show; at most 15 bytes.
void nameThisThread(const char* name);

// Lets the threads for which somebody waits go first when the processors are busy: senders hear their
// acknowledgement while the work behind it is done with what is left. Linux: a nice value of the thread alone.
void deferThisThread();

}  // namespace gateway::host
