// onecard code-system import: an official spreadsheet, saved as CSV, becomes a CodeSystem.

#include <CLI/CLI.hpp>
#include <iostream>

#include "gateway/cli/commands.h"
#include "mappings/engine/code_system_import.h"

namespace gateway::cli {

namespace {

constexpr int kCannotRead = 2;

struct Options {
  std::string kind, file, version;
  std::string kinds = "mappings/code_systems/kinds.yaml";
  std::string canonical = "http://onecard.example";
};

int import(const Options& options) {
  auto kinds = mappings::engine::readCodeSystemKinds(options.kinds);
  if (!kinds) {
    std::cerr << kinds.error().text() << "\n";
    return kCannotRead;
  }
  std::string known;
  for (const auto& kind : *kinds) {
    known += " " + kind.kind;
    if (kind.kind != options.kind) continue;
    auto json = mappings::engine::importCodeSystem(kind, options.file, options.canonical + "/", options.version);
    if (json) {
      std::cout << *json;
      return 0;
    }
    std::cerr << json.error().text() << "\n";
    return 1;
  }
  std::cerr << "there is no kind " << options.kind << "; known are" << known << "\n";
  return kCannotRead;
}

}  // namespace

void addCodeSystem(CLI::App& app, int& exit_code) {
  auto* group = app.add_subcommand("code-system", "code systems from official tables");
  group->require_subcommand(1);
  auto options = std::make_shared<Options>();
  auto* command =
      group->add_subcommand("import", "make a CodeSystem of an official spreadsheet that was saved as CSV");
  command
      ->add_option("kind", options->kind,
                   "icd10-clinical, icd10-insurance, icd9cm3-clinical, icd9cm3-insurance, tcm, drug-insurance, "
                   "service-insurance, region, loinc, or one of your own in --kinds")
      ->required();
  command->add_option("file", options->file, "the table (CSV, UTF-8 or GB18030)")->required();
  command->add_option("--code-version", options->version, "version of the code system");
  command->add_option("--kinds", options->kinds, "the description of the kinds")->capture_default_str();
  command->add_option("--canonical", options->canonical, "what {canonical} stands for")->capture_default_str();
  command->footer("Exit code: 0 written to standard output; 1 the table is wrong; 2 no such kind, or no kinds.");
  command->callback([options, &exit_code] { exit_code = import(*options); });
}

}  // namespace gateway::cli
