#pragma once
// The site key: the secret from which source-owned ids are made (design decision 5). Made once, part of every backup,
// never changed: another key would give every resource another id.

#include <string>

#include "fhir/base/result.h"

namespace gateway::app {

// Reads <data>/<name>, or makes it from 32 random bytes (mode 0600).
fhir::base::Result<std::string> secretOfDataFolder(const std::string& data, const std::string& name);

// A random Resource.id of 128 bits.
std::string randomId();

}  // namespace gateway::app
