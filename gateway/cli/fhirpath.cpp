#include <CLI/CLI.hpp>
#include <iostream>

#include "fhir/model/document.h"
#include "fhir/path/expression.h"
#include "fhir/path/result_json.h"
#include "gateway/cli/commands.h"
#include "gateway/host/clock.h"

namespace gateway::cli {

namespace {

constexpr int kCannotRead = 2;

fhir::base::Result<fhir::model::Document> readInput(std::string text) {
  fhir::base::Findings findings;
  auto resource = fhir::model::Document::readResource(text, findings);
  if (resource.ok() || text.find("\"resourceType\"") != std::string::npos) return resource;
  return fhir::model::Document::readPlain(std::move(text));
}

int fhirpath(const std::string& expression) {
  auto compiled = fhir::path::Expression::compile(expression);
  if (!compiled.ok()) {
    std::cerr << "expression:" << compiled.error().text() << "\n";
    return 1;
  }
  auto document = readInput(readStandardInput());
  if (!document.ok()) {
    std::cerr << "input:" << document.error().text() << "\n";
    return kCannotRead;
  }
  fhir::base::Arena arena;
  fhir::path::Evaluation evaluation(arena);
  host::SystemClock clock;
  evaluation.now = fhir::base::Temporal::fromMicroseconds(clock.nowMicroseconds(), 480);
  auto root = fhir::path::Item::node(document->root(), &fhir::model::Document::navigator());
  auto result = compiled->evaluate(root, evaluation);
  if (!result.ok()) {
    std::cerr << "expression:" << result.error().text() << "\n";
    return 1;
  }
  std::cout << fhir::path::toJsonArray(*result) << "\n";
  return 0;
}

}  // namespace

void addFhirpath(CLI::App& app, int& exit_code) {
  auto expression = std::make_shared<std::string>();
  auto* command = app.add_subcommand("fhirpath", "evaluate an expression over the resource on standard input");
  command->add_option("expression", *expression, "FHIRPath")->required();
  command->callback([expression, &exit_code] { exit_code = fhirpath(*expression); });
}

}  // namespace gateway::cli
