#pragma once
// A Unix socket (mode 0600) in the data directory through which `onecard` commands reach the running gateway.
// One request a connection: a JSON array of words and a line feed; the answer is streamed text, then an exit code.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"

namespace gateway::host {

// Writes to the client; false when it has gone.
using AdminOutput = std::function<bool(std::string_view)>;
// Returns the exit code. Called on one thread per connection.
using AdminHandler = std::function<int(const std::vector<std::string>& words, const AdminOutput& out)>;

class AdminSocket {
 public:
  AdminSocket(std::string path, AdminHandler handler);
  ~AdminSocket();
  fhir::base::Done start();
  void stop();

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

// The client side. Why::Unavailable when nobody listens.
fhir::base::Result<int> askAdminSocket(const std::string& path, const std::vector<std::string>& words,
                                       const AdminOutput& out);

}  // namespace gateway::host
