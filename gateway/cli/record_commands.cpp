#include <CLI/CLI.hpp>
#include <iostream>

#include "gateway/app/compose.h"
#include "gateway/app/settings_table.h"
#include "gateway/cli/commands.h"
#include "gateway/host/admin_socket.h"

namespace gateway::cli {

namespace {

// Through the admin socket of a running gateway; without one the data directory is opened here.
int run(const ConfigOptions& options, const std::vector<std::string>& words) {
  auto fail = [](const fhir::base::Error& error) {
    std::cerr << "onecard: " << error.text() << "\n";
    return 1;
  };
  auto settings = host::Settings::read(options.config, options.overrides, app::settingsTable());
  if (!settings.ok()) return fail(settings.error());
  std::string data = options.data.empty() ? settings->text("data") : options.data;
  auto out = [](std::string_view text) {
    std::cout << text;
    return static_cast<bool>(std::cout);
  };
  auto answered = host::askAdminSocket(app::adminSocketPath(data), words, out);
  std::cout.flush();
  if (answered.ok()) return *answered;
  if (answered.error().why != fhir::base::Why::Unavailable) return fail(answered.error());
  auto gateway = app::Gateway::open(*settings, options.config, data);
  if (!gateway.ok()) return fail(gateway.error());
  if (words.size() > 1 && words[1] == "replay") {
    auto processing = (*gateway)->startProcessing();
    if (!processing.ok()) return fail(processing.error());
  }
  int code = app::runCommand((*gateway)->commandParts(), words, out);
  std::cout.flush();
  return code;
}

struct Words {
  ConfigOptions options;
  std::vector<std::string> words;
};

// A sub-command whose words are passed on as they stand. `help`: its words and exit codes.
void add(CLI::App& parent, const std::string& name, const std::string& text, const std::string& help,
         std::vector<std::string> words, int& exit_code) {
  auto held = std::make_shared<Words>();
  auto* command = parent.add_subcommand(name, text);
  command->footer(help + "\nThe gateway may be running on the data directory or not.");
  addConfigOptions(*command, held->options, false);
  command->allow_extras();
  command->callback([held, words, command, &exit_code] {
    std::vector<std::string> all = words;
    for (const std::string& word : command->remaining()) all.push_back(word);
    exit_code = run(held->options, all);
  });
}

}  // namespace

void addRecordCommands(CLI::App& app, int& exit_code) {
  auto* inbox = app.add_subcommand("inbox", "messages as they came");
  inbox->require_subcommand(1);
  add(*inbox, "list", "one line a message, or a parked or refused part with its reason",
      "Words: [--source NAME] [--parked | --refused] [--limit N]\nExit code: 0 listed; 1 the data cannot be read; 2 "
      "a word is "
      "not "
      "known.",
      {"inbox", "list"}, exit_code);
  add(*inbox, "show", "a message, its parts and their reasons",
      "Words: ID [--raw: its bytes as they came]\nExit code: 0 shown; 1 there is none; 2 a word is not known.",
      {"inbox", "show"}, exit_code);
  add(*inbox, "replay",
      "process again with today's mappings and policies: reads them anew, and the gateway goes on with them",
      "Words: ID [--part N] | --parked [--source NAME]\nExit code: 0 all done; 1 some are parked or refused again; 2 "
      "a word is "
      "not "
      "known.",
      {"inbox", "replay"}, exit_code);
  add(app, "trace", "from a message to its resources, or from a resource back to its messages",
      "Words: ID of a message, or Type/id of a resource\nExit code: 0 found; 1 there is none; 2 no ID was given.",
      {"trace"}, exit_code);
  add(app, "dump", "every version and index row as sorted text, to compare two stores",
      "Exit code: 0 written; 1 the data cannot be read.", {"dump"}, exit_code);
  add(app, "reindex", "rebuild the index from the resources, or compare the two",
      "Words: [--check: compare only]\nExit code: 0 done, or equal; 1 different, or the data cannot be read; 2 a "
      "word "
      "is not known.",
      {"reindex"}, exit_code);
  add(app, "status", "counts of the record and of the work under way",
      "Exit code: 0 shown; 1 the data cannot be read.", {"status"}, exit_code);
}

}  // namespace gateway::cli
