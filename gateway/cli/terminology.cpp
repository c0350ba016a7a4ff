// onecard terminology: FHIR's terminology operations over R4's own tables, files, folders and packages.

#include <CLI/CLI.hpp>
#include <iostream>

#include "fhir/base/temporal.h"
#include "fhir/model/document.h"
#include "fhir/model/json_writer.h"
#include "fhir/terminology/operations.h"
#include "gateway/app/artefact_files.h"
#include "gateway/cli/commands.h"
#include "gateway/host/clock.h"

namespace gateway::cli {

namespace {

constexpr int kCannotRead = 2;

struct Operation {
  const char* command;
  const char* in_set;  // resource type when a value set is asked, nullptr where there is no choice
  const char* type;
  const char* name;
  const char* help;
};
constexpr Operation kOperations[] = {
    {"lookup", nullptr, "CodeSystem", "lookup", "what is known of a code: system=URI code=CODE"},
    {"validate-code", "ValueSet", "CodeSystem", "validate-code",
     "is the code in a value set (url=VALUESET system=URI code=CODE) or in its code system (system=URI code=CODE)?"},
    {"subsumes", nullptr, "CodeSystem", "subsumes",
     "how two codes stand to one another: system=URI codeA=CODE codeB=CODE"},
    {"expand", nullptr, "ValueSet", "expand",
     "the codes of a value set: url=VALUESET [filter=TEXT] [count=N] [offset=N]"},
    {"translate", nullptr, "ConceptMap", "translate",
     "the code in another system: system=URI code=CODE [url=CONCEPTMAP]"},
};

struct Options {
  std::vector<std::string> pairs, load;
  std::string canonical = "http://onecard.example";
  std::string language;
  bool pretty = false;
  bool parameters_on_input = false;
};

fhir::base::Result<std::string> parametersOf(const Options& options, bool& in_set) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& pair : options.pairs) {
    size_t equals = pair.find('=');
    if (equals == std::string::npos) return fhir::base::invalid("a parameter is written name=value", pair);
    pairs.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    in_set = in_set || pairs.back().first == "url" || pairs.back().first == "valueSetVersion";
  }
  // CodeSystem/$validate-code calls the system url.
  if (!in_set) {
    for (auto& [name, value] : pairs) {
      if (options.parameters_on_input) break;
      if (name == "system") name = "url";
      if (name == "systemVersion") name = "version";
    }
  }
  return fhir::terminology::parametersFromPairs(pairs);
}

int fail(const fhir::base::Error& error) {
  std::cerr << error.text() << "\n";
  return 1;
}

int run(const Operation& operation, const Options& options) {
  fhir::base::Findings findings;
  auto terminology = app::loadTerminology(options.load, options.canonical + "/", findings);
  if (!terminology) {
    std::cerr << terminology.error().text() << "\n";
    return kCannotRead;
  }
  for (const auto& finding : findings.list()) {
    std::cerr << toString(finding.severity) << " " << finding.source << (finding.source.empty() ? "" : ": ")
              << finding.what << "\n";
  }
  bool in_set = operation.in_set == nullptr;
  auto json = options.parameters_on_input ? fhir::base::Result<std::string>(readStandardInput())
                                          : parametersOf(options, in_set);
  if (!json) return fail(json.error());
  if (options.parameters_on_input && operation.in_set) {
    in_set = json->find("\"valueSet\"") != std::string::npos || json->find("\"url\"") != std::string::npos;
  }
  fhir::base::Findings ignored;
  auto parameters = fhir::model::Document::readResource(std::move(*json), ignored);
  if (!parameters) {
    std::cerr << "input:" << parameters.error().text() << "\n";
    return kCannotRead;
  }
  host::SystemClock clock;
  std::string now = fhir::base::Temporal::fromMicroseconds(clock.nowMicroseconds(), 480).text();
  fhir::terminology::OperationCall call;
  call.resource_type = operation.in_set && in_set ? operation.in_set : operation.type;
  call.operation = operation.name;
  call.parameters = &*parameters;
  call.accept_language = options.language;
  call.timestamp = now;
  call.most_returned = 1'000'000;
  auto answer = fhir::terminology::runOperation(*terminology, call);
  if (!answer) return fail(answer.error());
  if (options.pretty) {
    auto document = fhir::model::Document::readPlain(*answer);
    if (document) *answer = fhir::model::writePrettyJson(document->root());
  }
  std::cout << *answer << "\n";
  // A code that is not valid, and a translation that is none, are found out by the exit code too.
  return answer->find(R"({"name":"result","valueBoolean":false})") == std::string::npos ? 0 : 1;
}

}  // namespace

void addTerminology(CLI::App& app, int& exit_code) {
  auto* terminology = app.add_subcommand("terminology", "ask code systems, value sets and concept maps");
  terminology->require_subcommand(1);
  for (const Operation& operation : kOperations) {
    auto options = std::make_shared<Options>();
    auto* command = terminology->add_subcommand(operation.command, operation.help);
    command->add_option("parameters", options->pairs, "name=value, as in FHIR's operation; coding=SYSTEM|CODE");
    command->add_option("--load", options->load, "CodeSystem, ValueSet, ConceptMap: file, folder or package.tgz")
        ->type_name("PATH");
    command->add_option("--canonical", options->canonical, "what {canonical} stands for in files");
    command->add_option("--language", options->language, "of displays, like Accept-Language");
    command->add_flag("--pretty", options->pretty, "indented JSON");
    command->add_flag("--parameters", options->parameters_on_input, "read a Parameters resource from standard input");
    command->footer(
        "Exit code: 0 answered; 1 the code is not valid, has no translation or is not known; 2 a file, a folder or "
        "the "
        "input cannot be read. Files that cannot be used are told on standard error, the others are loaded.");
    command->callback([operation, options, &exit_code] { exit_code = run(operation, *options); });
  }
}

}  // namespace gateway::cli
