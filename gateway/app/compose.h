#pragma once
// Gateway: every part of the service, made from the settings in the order in which data passes them. The only place
// that knows everybody.

#include <memory>
#include <string>
#include <vector>

#include "fhir/base/result.h"
#include "gateway/app/commands.h"
#include "gateway/host/settings.h"

namespace gateway::app {

class Gateway {
 public:
  // Opens the data directory: record, inbox, mappings, pipeline. Nothing listens yet.
  // `config_path`: relative folders of the settings are taken from its folder.
  static fhir::base::Result<std::unique_ptr<Gateway>> open(const host::Settings& settings,
                                                           const std::string& config_path, const std::string& data);
  ~Gateway();  // stops

  // What `serve` would refuse about a configuration, found without touching the data directory or the network: zone,
  // institutions, mappings, sources with their encodings and reply templates, and the settings of their connectors.
  // Errors name file and line.
  static fhir::base::Done check(const host::Settings& settings, const std::string& config_path);

  // Checks and makes the connectors of all sources without touching the network, too.
  fhir::base::Done createConnectors();
  // Processing begins; what an earlier run left unfinished first.
  fhir::base::Done startProcessing();
  // Listeners, connectors and the admin socket.
  fhir::base::Done startServing();
  // Takes nothing more, ends what is under way. Safe to call twice.
  void stop();

  CommandParts commandParts();
  const std::string& baseUrl() const;

 private:
  struct Body;
  explicit Gateway(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

// The Unix socket of a data directory through which commands reach the running gateway.
std::string adminSocketPath(const std::string& data);

}  // namespace gateway::app
