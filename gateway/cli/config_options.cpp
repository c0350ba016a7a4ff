#include <CLI/CLI.hpp>
#include <iostream>
#include <iterator>

#include "gateway/cli/commands.h"

namespace gateway::cli {

void addConfigOptions(CLI::App& command, ConfigOptions& options, bool config_required) {
  auto* config = command.add_option("--config", options.config, "configuration file");
  if (config_required) config->required();
  command.add_option("--data", options.data, "data directory (instead of the setting data)");
  command.add_option("--set", options.overrides, "key=value: overrides one setting; may be repeated")
      ->allow_extra_args(false);
}

std::string readStandardInput() {
  std::ios::sync_with_stdio(false);
  return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

}  // namespace gateway::cli
