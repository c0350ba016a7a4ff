// onecard fhirpath: one expression over the resource (or any JSON) on standard input.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "fhir/model/document.h"
#include "fhir/path/debug_trace.h"
#include "fhir/path/expression.h"
#include "fhir/path/json_variables.h"
#include "fhir/path/result_json.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/path_ports.h"
#include "gateway/cli/resource_input.h"
#include "gateway/host/clock.h"

namespace gateway::cli {

namespace {

using namespace fhir::path;
using fhir::model::Document;

constexpr int kWrong = 1;
constexpr int kCannotRead = 2;
constexpr int kChinaMinutes = 480;  // UTC+08:00

struct FhirpathOptions {
  std::string expression;
  bool strict = false;
  bool typed = false;
  bool trace = false;
  std::vector<std::string> variables;  // NAME=JSON
};

// What trace() says at once, each on a line; the whole evaluation at its end.
class StandardErrorTrace final : public TraceSink, public StepSink {
 public:
  void trace(std::string_view name, const Collection& values) override {
    std::cerr << "trace " << name << ": " << toJsonArray(values) << "\n";
    debug_.trace(name, values);
  }
  void step(const EvaluationStep& step) override { debug_.step(step); }
  void finish(const std::string& expression, const Collection& results) const {
    std::cerr << debug_.parameters("OneCard 0.1.0 (R4)", expression, results) << "\n";
  }

 private:
  DebugTrace debug_;
};

int complain(std::string_view of, const fhir::base::Error& error, int exit_code) {
  std::cerr << of << ":" << (error.where.empty() ? " " : "") << error.text() << "\n";
  return exit_code;
}

bool readVariables(const FhirpathOptions& options, JsonVariables& variables) {
  for (const std::string& given : options.variables) {
    size_t equals = given.find('=');
    if (equals == std::string::npos || equals == 0) {
      std::cerr << "--var is NAME=JSON\n";
      return false;
    }
    auto added = variables.add(given.substr(0, equals), given.substr(equals + 1));
    if (added) continue;
    complain("variable", added.error(), kCannotRead);
    return false;
  }
  return true;
}

fhir::base::Result<Expression> compile(const FhirpathOptions& options, std::string_view type) {
  CompileOptions compile;
  if (options.strict) compile.strict_type = type;
  return Expression::compile(options.expression, compile);
}

int evaluate(const FhirpathOptions& options, const Expression& expression, const Document& document,
             const JsonVariables& variables) {
  fhir::base::Arena arena;
  Evaluation evaluation(arena);
  host::SystemClock clock;
  R4Codes codes;
  R4Types types;
  StandardErrorTrace trace;
  evaluation.now = fhir::base::Temporal::fromMicroseconds(clock.nowMicroseconds(), kChinaMinutes);
  evaluation.variables = &variables;
  evaluation.terminology = &codes;
  evaluation.conformance = &types;
  if (options.trace) {
    evaluation.trace = &trace;
    evaluation.steps = &trace;
  }
  auto result = expression.evaluate(Item::node(document.root(), &Document::navigator()), evaluation);
  // After an error too: its last step is the one before it.
  if (options.trace) trace.finish(options.expression, result.ok() ? *result : Collection(arena));
  if (!result.ok()) return complain("expression", result.error(), kWrong);
  ResultFormat format;
  format.typed = options.typed;
  std::cout << toJsonArray(*result, format) << "\n";
  return 0;
}

int fhirpath(const FhirpathOptions& options) {
  auto checked = compile(options, "");
  if (!checked.ok()) return complain("expression", checked.error(), kWrong);
  JsonVariables variables;
  if (!readVariables(options, variables)) return kCannotRead;
  fhir::base::Findings findings;
  auto document = readAnything(readStandardInput(), findings);
  if (!document.ok()) return complain("input", document.error(), kCannotRead);
  if (options.strict && document->resourceType().empty()) {
    std::cerr << "notice: the input has no FHIR type, so there is nothing that --strict could check\n";
  }
  auto expression = compile(options, document->resourceType());
  if (!expression.ok()) return complain("expression", expression.error(), kWrong);
  return evaluate(options, *expression, *document, variables);
}

// An option of this command; "-name.count()" is none, but an expression.
bool isOption(std::string_view word) {
  static constexpr std::string_view kOptions[] = {"--strict", "--typed", "--trace", "--var", "--help", "-h"};
  return word.starts_with("--var=") ||
         std::find(std::begin(kOptions), std::end(kOptions), word) != std::end(kOptions);
}

}  // namespace

std::vector<std::string> withExpressionApart(std::vector<std::string> words) {
  if (words.size() < 3 || words[1] != "fhirpath") return words;
  size_t expression = 0;
  for (size_t i = 2; i < words.size(); ++i) {
    if (words[i] == "--" || words[i].empty() || words[i][0] != '-') return words;
    if (!isOption(words[i])) {
      if (expression != 0) return words;
      expression = i;
    }
    if (words[i] == "--var") ++i;
  }
  if (expression == 0) return words;
  std::string text = std::move(words[expression]);
  words.erase(words.begin() + static_cast<std::ptrdiff_t>(expression));
  words.push_back("--");
  words.push_back(std::move(text));
  return words;
}

void addFhirpath(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<FhirpathOptions>();
  auto* command = app.add_subcommand("fhirpath", "evaluate an expression over the resource on standard input");
  command->footer(
      "Exit code: 0 evaluated, also to nothing; 1 the expression is wrong (line and column) or fails; 2 the input "
      "cannot be read.");
  command->add_option("expression", options->expression, "FHIRPath")->required();
  command->add_flag("--strict", options->strict, "refuse members that the resource's type cannot have");
  command->add_flag("--typed", options->typed, "each result as {\"type\":\"FHIR.HumanName\",\"value\":...}");
  command->add_flag("--trace", options->trace,
                    "on standard error what trace() says, then the whole evaluation as HL7's debug trace");
  command->add_option("--var", options->variables, "NAME=JSON: the value of %NAME, an array for several items")
      ->allow_extra_args(false);
  command->callback([options, &exit_code] { exit_code = fhirpath(*options); });
}

}  // namespace gateway::cli
