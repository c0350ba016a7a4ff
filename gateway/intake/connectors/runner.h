#pragma once
// Runs one connector for one configured source: checks and passes its settings, stands behind the host table of
// connectors/sdk/connector_abi.h, starts and stops it. Thread-safe where the ABI says so.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/sdk/connector_abi.h"
#include "fhir/base/result.h"
#include "gateway/host/http_server.h"
#include "gateway/host/log.h"
#include "gateway/host/metrics.h"
#include "gateway/intake/connectors/receipts.h"

namespace gateway::intake {

// A setting of the source as written, with its place for errors.
struct ConnectorSetting {
  std::string name;
  std::string value;
  std::string where;
};

struct RunnerParts {
  host::HttpServer* http = nullptr;  // the listener for sources
  host::Log* log = nullptr;
  host::Metrics* metrics = nullptr;
  std::string state_folder;  // <data>/connectors/<source>: cursors, one file per key
  std::string data_folder;   // relative paths are taken from here
  std::function<const std::string*(std::string_view name)> secret;
};

class ConnectorRunner {
 public:
  // Why::Invalid with the setting's place: unknown, missing or malformed; or the connector's own sentence.
  static fhir::base::Result<std::unique_ptr<ConnectorRunner>> create(const onecard_connector& connector,
                                                                     std::unique_ptr<SourceDoor> door,
                                                                     const std::vector<ConnectorSetting>& settings,
                                                                     RunnerParts parts);
  ~ConnectorRunner();
  fhir::base::Done start();
  void stop();
  const SourceDoor& door() const;

 private:
  struct Body;
  explicit ConnectorRunner(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

// The connector's settings in the order of its table, defaults filled in, durations in milliseconds and sizes in
// bytes.
fhir::base::Result<std::vector<std::pair<std::string, std::string>>> checkedSettings(
    const onecard_connector& connector, const std::vector<ConnectorSetting>& given, const std::string& data_folder);

}  // namespace gateway::intake
