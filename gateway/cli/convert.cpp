// onecard convert: a resource on standard input, JSON or XML, as JSON or XML.

#include <CLI/CLI.hpp>
#include <iostream>

#include "fhir/model/json_writer.h"
#include "fhir/model/xml_writer.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/resource_input.h"

namespace gateway::cli {

namespace {

constexpr int kCannotRead = 2;

struct ConvertOptions {
  std::string to;
  bool pretty = false;
};

int convert(const ConvertOptions& options) {
  fhir::base::Findings findings;
  auto document = readResource(readStandardInput(), findings);
  if (!document.ok()) {
    const fhir::base::Error& error = document.error();
    std::cerr << "input:" << (error.where.empty() ? " " : "") << error.text() << "\n";
    return kCannotRead;
  }
  std::string text;
  if (options.to == "xml") {
    text = options.pretty ? fhir::model::writePrettyXml(*document, findings)
                          : fhir::model::writeXml(*document, findings);
  } else {
    text = options.pretty ? fhir::model::writePrettyJson(document->root()) : fhir::model::writeJson(document->root());
  }
  printFindings(findings);
  std::cout << text << "\n";
  return 0;
}

}  // namespace

void addConvert(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ConvertOptions>();
  auto* command = app.add_subcommand("convert", "the resource on standard input (JSON or XML) in the other format");
  command->footer("Exit code: 0 converted; 2 the input cannot be read.");
  command->add_option("--to", options->to, "xml or json")->required()->check(CLI::IsMember({"xml", "json"}));
  command->add_flag("--pretty", options->pretty, "indented, for people");
  command->callback([options, &exit_code] { exit_code = convert(*options); });
}

}  // namespace gateway::cli
