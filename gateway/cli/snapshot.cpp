// onecard snapshot: a profile with its snapshot, made from its differential and the profiles below.

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "fhir/model/document.h"
#include "fhir/model/json_writer.h"
#include "fhir/validate/loader.h"
#include "fhir/validate/snapshot_text.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/definition_files.h"
#include "gateway/cli/resource_input.h"

namespace gateway::cli {

namespace {

constexpr int kCannotRead = 2;

struct SnapshotOptions {
  std::vector<std::string> packages;
  std::string file;
  bool compact = false;
};

int run(const SnapshotOptions& options) {
  auto fail = [](const fhir::base::Error& error, int exit_code) {
    std::cerr << error.text() << "\n";
    return exit_code;
  };
  fhir::validate::Loader loader;
  for (const std::string& package : options.packages) {
    auto loaded = loadDefinitions(package, loader);
    if (!loaded.ok()) return fail(loaded.error(), kCannotRead);
  }
  auto text = readDefinitionFile(options.file);
  if (!text.ok()) return fail(text.error(), kCannotRead);
  fhir::base::Findings findings;
  auto definition = looksLikeXml(*text) ? fhir::model::Document::readXml(*text, findings)
                                        : fhir::model::Document::readResource(*text, findings);
  if (!definition.ok()) return fail(definition.error(), kCannotRead);
  if (definition->resourceType() != "StructureDefinition") {
    std::cerr << options.file << ": a StructureDefinition is expected\n";
    return kCannotRead;
  }
  auto added = loader.add(std::move(*text), options.file);
  if (!added.ok()) return fail(added.error(), 1);
  auto profiles = loader.finish();
  if (!profiles.ok()) return fail(profiles.error(), 1);
  for (const std::string& lack : loader.lacks()) std::cerr << lack << "\n";
  auto json = fhir::validate::withSnapshot(*definition, **profiles);
  if (!json.ok()) return fail(json.error(), 1);
  if (!options.compact) {
    auto document = fhir::model::Document::readPlain(*json);
    if (document.ok()) *json = fhir::model::writePrettyJson(document->root());
  }
  std::cout << *json << "\n";
  return 0;
}

}  // namespace

void addSnapshot(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<SnapshotOptions>();
  auto* command = app.add_subcommand("snapshot", "a profile with its snapshot, made from its differential");
  command->add_option("--package", options->packages, "definitions: package.tgz, a JSON file or a folder; repeatable")
      ->allow_extra_args(false);
  command->add_flag("--compact", options->compact, "JSON on one line");
  command->add_option("file", options->file, "the StructureDefinition, JSON or XML; - is standard input")->required();
  command->footer(
      "Cardinalities, types, bindings and invariants are those that validation checks; texts are the differential's "
      "own.\n"
      "Exit code: 0 written; 1 the profile cannot be used, standard error says why; 2 a file cannot be read.");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace gateway::cli
