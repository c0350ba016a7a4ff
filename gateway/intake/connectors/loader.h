#pragma once
// Which connectors there are: those linked in, and those in a folder of shared libraries (connector_<name>.so). Both
// use the same table of connectors/sdk/connector_abi.h.

#include <string>
#include <string_view>
#include <vector>

#include "connectors/sdk/connector_abi.h"
#include "fhir/base/result.h"

namespace gateway::intake {

class ConnectorLoader {
 public:
  explicit ConnectorLoader(std::vector<const onecard_connector*> linked_in);

  // Opens every connector_<name>.so of a folder; a library without the symbol or of another ABI version is an error.
  fhir::base::Done openFolder(const std::string& folder);
  // Why::NotFound naming the known ones.
  fhir::base::Result<const onecard_connector*> find(std::string_view name) const;
  const std::vector<const onecard_connector*>& all() const { return connectors_; }

 private:
  std::vector<const onecard_connector*> connectors_;
};

}  // namespace gateway::intake
