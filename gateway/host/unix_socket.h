#pragma once
// Unix sockets with paths of any length: sun_path holds 107 bytes, a data directory may be deeper, so the socket is
// reached through its folder's descriptor. Blocking sockets; descriptors belong to the caller.

#include <string>
#include <string_view>

#include "fhir/base/result.h"

namespace gateway::host {

// Binds and listens, mode 0600 before anybody can connect. Replaces a socket file that nobody listens on.
// Why::Conflict when somebody does, Why::Unavailable for anything the system refuses.
fhir::base::Result<int> listenOnUnixSocket(const std::string& path);
// Why::Unavailable when nobody listens.
fhir::base::Result<int> connectToUnixSocket(const std::string& path);
// True when all of it was taken. Never raises SIGPIPE.
bool sendAll(int socket, std::string_view bytes);

}  // namespace gateway::host
