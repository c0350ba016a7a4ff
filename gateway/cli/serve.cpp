#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "gateway/app/compose.h"
#include "gateway/app/settings_table.h"
#include "gateway/cli/commands.h"
#include "gateway/host/process_limits.h"

namespace gateway::cli {

namespace {

int fail(const fhir::base::Error& error) {
  std::cerr << "onecard: " << error.text() << "\n";
  return 1;
}

int serve(const ConfigOptions& options) {
  auto settings = host::Settings::read(options.config, options.overrides, app::settingsTable());
  if (!settings.ok()) return fail(settings.error());
  std::string data = options.data.empty() ? settings->text("data") : options.data;

  host::raiseOpenFileLimit();
  host::giveLargeBlocksBack();

  // Threads inherit the mask, so that only this one takes the signals.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  auto gateway = app::Gateway::open(*settings, options.config, data);
  if (!gateway.ok()) return fail(gateway.error());
  auto processing = (*gateway)->startProcessing();
  if (!processing.ok()) return fail(processing.error());
  auto serving = (*gateway)->startServing();
  if (!serving.ok()) return fail(serving.error());
  std::cerr << "OneCard serves " << (*gateway)->baseUrl() << " on " << data << std::endl;
  int signal = 0;
  sigwait(&ends, &signal);
  (*gateway)->stop();
  return 0;
}

int checkConfig(const ConfigOptions& options) {
  auto settings = host::Settings::read(options.config, options.overrides, app::settingsTable());
  if (!settings.ok()) {
    std::cerr << settings.error().text() << "\n";
    return 1;
  }
  auto checked = app::Gateway::check(*settings, options.config);
  if (!checked.ok()) {
    std::cerr << checked.error().text() << "\n";
    return 1;
  }
  std::cout << options.config << ": good, " << settings->names("sources").size() << " sources, "
            << settings->names("institutions").size() << " institutions\n";
  return 0;
}

}  // namespace

void addServe(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ConfigOptions>();
  auto* command = app.add_subcommand("serve", "run the gateway until SIGINT or SIGTERM");
  command->footer("Exit code: 0 stopped by a signal; 1 it could not start, with the reason and its place.");
  addConfigOptions(*command, *options, true);
  command->callback([options, &exit_code] { exit_code = serve(*options); });
}

void addCheckConfig(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ConfigOptions>();
  auto* command = app.add_subcommand("check-config", "check a configuration file; names file, line and nearest key");
  command->footer(
      "A mistake is named with file, line, column and the nearest known key.\n"
      "Exit code: 0 good; 1 a mistake, or the file cannot be read.");
  command->add_option("file", options->config, "configuration file");
  addConfigOptions(*command, *options, false);
  command->callback([options, &exit_code] { exit_code = checkConfig(*options); });
}

}  // namespace gateway::cli
