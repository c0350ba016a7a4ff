// onecard patch: applies a JSON Patch or a FHIRPath Patch to the resource on standard input, or makes one.

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

#include "fhir/model/document.h"
#include "fhir/patch/diff.h"
#include "fhir/patch/patch.h"
#include "gateway/cli/commands.h"

namespace gateway::cli {

namespace {

using fhir::model::JsonValue;

constexpr int kFails = 1;
constexpr int kCannotRead = 2;

struct Options {
  std::string patch;
  std::string other;
  std::string as = "json";
};

int complain(std::string_view of, const fhir::base::Error& error, int code) {
  std::cerr << of << ": " << error.text() << "\n";
  return code;
}

std::optional<std::string> readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file && (text << file.rdbuf())) return text.str();
  std::cerr << path << ": cannot be read\n";
  return std::nullopt;
}

// Any JSON; when it says that it is a resource, it must be one.
fhir::base::Result<JsonValue> readInput(const std::string& text) {
  ASSIGN_OR_RETURN(JsonValue json, JsonValue::read(text));
  if (json.find("resourceType")) {
    fhir::base::Findings findings;
    RETURN_IF_ERROR(fhir::model::Document::readResource(text, findings));
  }
  return json;
}

int applyPatch(const std::string& file) {
  auto text = readFile(file);
  if (!text) return kCannotRead;
  auto patch = fhir::patch::Patch::read(*text);
  if (!patch) return complain(file, patch.error(), kFails);
  const std::string input = readStandardInput();
  auto resource = readInput(input);
  if (!resource) return complain("input", resource.error(), kCannotRead);
  auto patched = patch->apply(input);
  if (!patched) return complain(file, patched.error(), kFails);
  std::cout << *patched << "\n";
  return 0;
}

int makePatch(const Options& options) {
  auto text = readFile(options.other);
  if (!text) return kCannotRead;
  auto after = readInput(*text);
  if (!after) return complain(options.other, after.error(), kCannotRead);
  auto before = readInput(readStandardInput());
  if (!before) return complain("input", before.error(), kCannotRead);
  if (options.as == "json") {
    std::cout << fhir::patch::jsonPatchBetween(*before, *after).write() << "\n";
    return 0;
  }
  auto patch = fhir::patch::fhirPathPatchBetween(*before, *after);
  if (!patch) return complain(options.other, patch.error(), kFails);
  std::cout << patch->write() << "\n";
  return 0;
}

int patch(const Options& options) {
  if (options.patch.empty() == options.other.empty()) {
    std::cerr << "either a patch or --diff must be given\n";
    return kCannotRead;
  }
  return options.other.empty() ? applyPatch(options.patch) : makePatch(options);
}

}  // namespace

void addPatch(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("patch", "apply a patch to the resource on standard input, or make one");
  command->add_option("patch", options->patch, "file with a JSON Patch (an array) or a FHIRPath Patch (Parameters)");
  command->add_option("--diff", options->other, "make the patch that turns standard input into this file");
  command->add_option("--as", options->as, "kind of patch that --diff makes: json (the default) or fhirpath")
      ->check(CLI::IsMember({"json", "fhirpath"}));
  command->callback([options, &exit_code] { exit_code = patch(*options); });
}

}  // namespace gateway::cli
