// onecard: one binary, one file per sub-command. Exit codes: 0 done, 1 it could not be done or found something wrong,
// 2 the input or the command line cannot be understood.

#include <CLI/CLI.hpp>

#include "gateway/cli/commands.h"

int main(int argc, char** argv) {
  CLI::App app{"OneCard: FHIR interoperability gateway and shared health record"};
  app.set_version_flag("--version", "onecard 0.1.0");
  app.require_subcommand(1);
  int exit_code = 0;
  gateway::cli::addServe(app, exit_code);
  gateway::cli::addCheckConfig(app, exit_code);
  gateway::cli::addRecordCommands(app, exit_code);
  gateway::cli::addFhirpath(app, exit_code);
  gateway::cli::addConvert(app, exit_code);
  gateway::cli::addValidate(app, exit_code);
  gateway::cli::addMapCommands(app, exit_code);
  gateway::cli::addView(app, exit_code);
  gateway::cli::addPatch(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  return exit_code;
}
