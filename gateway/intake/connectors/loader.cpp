#include "gateway/intake/connectors/loader.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>

namespace gateway::intake {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

ConnectorLoader::ConnectorLoader(std::vector<const onecard_connector*> linked_in)
    : connectors_(std::move(linked_in)) {}

Done ConnectorLoader::openFolder(const std::string& folder) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    std::string name = entry.path().stem().string();
    if (entry.path().extension() != ".so" || !name.starts_with("connector_")) continue;
    name.erase(0, std::string_view("connector_").size());
    void* library = ::dlopen(entry.path().c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return Error{Why::Invalid, ::dlerror(), entry.path().string()};
    using Entry = const onecard_connector* (*)();
    auto symbol = reinterpret_cast<Entry>(::dlsym(library, ("onecard_connector_" + name).c_str()));
    if (symbol == nullptr) {
      return Error{Why::Invalid, "the library does not export onecard_connector_" + name, entry.path().string()};
    }
    const onecard_connector* connector = symbol();
    if (connector == nullptr || connector->abi_version != ONECARD_ABI_VERSION) {
      return Error{Why::Unsupported, "the connector was built for another ABI version", entry.path().string()};
    }
    connectors_.push_back(connector);
  }
  if (failed) return Error{Why::NotFound, "cannot read the connector folder: " + failed.message(), folder};
  return {};
}

Result<const onecard_connector*> ConnectorLoader::find(std::string_view name) const {
  auto found = std::find_if(connectors_.begin(), connectors_.end(),
                            [&](const onecard_connector* c) { return name == c->name; });
  if (found != connectors_.end()) return *found;
  std::string known;
  for (const auto* connector : connectors_) known += (known.empty() ? "" : ", ") + std::string(connector->name);
  return Error{Why::NotFound, "no connector is called " + std::string(name) + "; known: " + known, {}};
}

}  // namespace gateway::intake
