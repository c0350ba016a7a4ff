// onecard: one binary, one file per sub-command. Exit codes: 0 done, 1 it could not be done or found something wrong,
// 2 the input or the command line cannot be understood.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "gateway/cli/commands.h"
#include "gateway/host/settings.h"

namespace {

const CLI::App* commandOf(const CLI::App& parent, const std::string& name) {
  for (const CLI::App* command : parent.get_subcommands({}))
    if (command->get_name() == name) return command;
  return nullptr;
}

// The command that somebody who wrote `word` below `parent` may have meant.
void nameNearest(const CLI::App& parent, const std::string& word) {
  std::vector<std::string> known;
  for (const CLI::App* command : parent.get_subcommands({})) known.push_back(command->get_name());
  if (std::find(known.begin(), known.end(), word) != known.end()) return;
  std::cerr << "there is no command \"" << word << "\"";
  const std::string nearest = gateway::host::nearestKey(word, known);
  if (!nearest.empty()) std::cerr << "; the nearest is \"" << nearest << "\"";
  std::cerr << "\n";
}

}  // namespace

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
  gateway::cli::addSnapshot(app, exit_code);
  gateway::cli::addMapCommands(app, exit_code);
  gateway::cli::addView(app, exit_code);
  gateway::cli::addPatch(app, exit_code);
  gateway::cli::addTerminology(app, exit_code);
  gateway::cli::addCodeSystem(app, exit_code);
  app.footer(
      "onecard COMMAND --help says what a command does, its words and exit codes. Everywhere: 0 done; 1 it could "
      "not be done or found something wrong; 2 the input or the command line is not understood.");
  try {
    std::vector<std::string> words = gateway::cli::withExpressionApart({argv, argv + argc});
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    app.parse(static_cast<int>(pointers.size()), pointers.data());
  } catch (const CLI::CallForHelp& error) {
    return app.exit(error);
  } catch (const CLI::ParseError& error) {
    const CLI::App* parent = &app;
    for (int i = 1; i < argc && argv[i][0] != '-'; ++i) {
      const CLI::App* next = commandOf(*parent, argv[i]);
      if (next == nullptr) {
        if (!parent->get_subcommands({}).empty()) nameNearest(*parent, argv[i]);
        break;
      }
      parent = next;
    }
    if (parent->get_require_subcommand_min() > 0 && parent->get_subcommands().empty() &&
        error.get_name() == "RequiredError") {
      std::cerr << parent->help();
      return 2;
    }
    int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  return exit_code;
}
