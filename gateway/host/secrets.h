#pragma once
// Secrets by name: from the environment (ONECARD_SECRET_<NAME>, upper case, - and . as _) or else from a file
// <folder>/<name> of which one trailing line feed is dropped. Values are never logged and never shown in errors.
// Thread-safe: it only reads.

#include <string>
#include <string_view>

#include "fhir/base/result.h"

namespace gateway::host {

class Secrets {
 public:
  explicit Secrets(std::string folder) : folder_(std::move(folder)) {}
  // Why::NotFound when there is none, Why::Invalid for a name that is not [A-Za-z0-9._-]+ or begins with a dot,
  // and for a file that others than its owner's group may read or that is larger than 64 KiB.
  fhir::base::Result<std::string> find(std::string_view name) const;

 private:
  std::string folder_;
};

// Replaces each ${secret:name} in `text`. `replaced` tells whether there was one. "$${" writes a plain "${".
fhir::base::Result<std::string> withSecrets(std::string_view text, const Secrets& secrets, bool& replaced);

}  // namespace gateway::host
