#include "gateway/cli/definition_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "gateway/cli/commands.h"

namespace gateway::cli {

using fhir::base::Result;

Result<std::string> readDefinitionFile(const std::string& path) {
  if (path == "-") return readStandardInput();
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return fhir::base::invalid("this is a folder", path);
  std::ifstream in(path, std::ios::binary);
  if (!in) return fhir::base::Error{fhir::base::Why::NotFound, "the file cannot be read", path};
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Definitions in a file (a package, a Bundle, one resource) or in the JSON files of a folder.
fhir::base::Done loadDefinitions(const std::string& path, fhir::validate::Loader& loader) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    ASSIGN_OR_RETURN(std::string bytes, readDefinitionFile(path));
    return loader.add(std::move(bytes), path);
  }
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(path, error))
    if (entry.is_regular_file() && entry.path().extension() == ".json") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(std::string bytes, readDefinitionFile(file));
    RETURN_IF_ERROR(loader.add(std::move(bytes), file));
  }
  return {};
}

}  // namespace gateway::cli
