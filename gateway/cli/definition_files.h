#pragma once
// Definitions and resources as command lines name them.

#include <string>

#include "fhir/base/result.h"
#include "fhir/validate/loader.h"

namespace gateway::cli {

// A file's bytes; "-" is standard input. Why::NotFound, Why::Invalid for a folder.
fhir::base::Result<std::string> readDefinitionFile(const std::string& path);
// A file (a package, a Bundle, one resource) or the JSON files of a folder.
fhir::base::Done loadDefinitions(const std::string& path, fhir::validate::Loader& loader);

}  // namespace gateway::cli
