// onecard patch: applies a JSON Patch or a FHIRPath Patch to the resource on standard input, or makes one. Resources
// and Parameters may be JSON or XML; what comes out has the format of standard input.

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

#include "fhir/model/document.h"
#include "fhir/model/json_value.h"
#include "fhir/model/xml_reader.h"
#include "fhir/model/xml_writer.h"
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

// What came in: any JSON, or a resource in XML as the JSON that it stands for.
struct Input {
  std::string json;
  JsonValue value;
  bool xml = false;
};

bool isXml(std::string_view text) {
  size_t start = text.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  return start != std::string_view::npos && text[start] == '<';
}

fhir::base::Result<std::string> jsonOf(std::string text) {
  if (!isXml(text)) return text;
  fhir::base::Findings findings;
  return fhir::model::xmlToJson(text, findings);
}

// JSON that says that it is a resource must be one.
fhir::base::Result<Input> readInput(std::string text) {
  Input input;
  input.xml = isXml(text);
  ASSIGN_OR_RETURN(input.json, jsonOf(std::move(text)));
  ASSIGN_OR_RETURN(input.value, JsonValue::read(input.json));
  if (input.value.find("resourceType")) {
    fhir::base::Findings findings;
    RETURN_IF_ERROR(fhir::model::Document::readResource(input.json, findings));
  }
  return input;
}

// In the format in which it came.
std::string shown(std::string json, bool xml) {
  fhir::base::Findings findings;
  if (!xml) return json;
  auto document = fhir::model::Document::readResource(std::move(json), findings);
  return document ? fhir::model::writeXml(*document, findings) : std::string();
}

int applyPatch(const std::string& file) {
  auto text = readFile(file);
  if (!text) return kCannotRead;
  auto json = jsonOf(*std::move(text));
  if (!json) return complain(file, json.error(), kFails);
  auto patch = fhir::patch::Patch::read(*json);
  if (!patch) return complain(file, patch.error(), kFails);
  auto input = readInput(readStandardInput());
  if (!input) return complain("input", input.error(), kCannotRead);
  auto patched = patch->apply(input->json);
  if (!patched) return complain(file, patched.error(), kFails);
  std::cout << shown(*std::move(patched), input->xml) << "\n";
  return 0;
}

int makePatch(const Options& options) {
  auto text = readFile(options.other);
  if (!text) return kCannotRead;
  auto after = readInput(*std::move(text));
  if (!after) return complain(options.other, after.error(), kCannotRead);
  auto before = readInput(readStandardInput());
  if (!before) return complain("input", before.error(), kCannotRead);
  if (options.as == "json") {
    std::cout << fhir::patch::jsonPatchBetween(before->value, after->value).write() << "\n";
    return 0;
  }
  auto patch = fhir::patch::fhirPathPatchBetween(before->value, after->value);
  if (!patch) return complain(options.other, patch.error(), kFails);
  std::cout << shown(patch->write(), before->xml) << "\n";
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
  command->footer("Exit code: 0 done; 1 the patch does not fit the resource; 2 an input cannot be read.");
  command->add_option("patch", options->patch, "file with a JSON Patch (an array) or a FHIRPath Patch (Parameters)");
  command->add_option("--diff", options->other, "make the patch that turns standard input into this file");
  command->add_option("--as", options->as, "kind of patch that --diff makes: json (the default) or fhirpath")
      ->check(CLI::IsMember({"json", "fhirpath"}));
  command->callback([options, &exit_code] { exit_code = patch(*options); });
}

}  // namespace gateway::cli
