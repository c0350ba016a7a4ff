// onecard validate: findings about resources, by R4 and by profiles.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "fhir/model/document.h"
#include "fhir/validate/loader.h"
#include "fhir/validate/report.h"
#include "fhir/validate/validator.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/definition_files.h"
#include "gateway/cli/resource_input.h"
#include "gateway/host/clock.h"

namespace gateway::cli {

using fhir::model::Document;

namespace {

constexpr int kErrors = 1;
constexpr int kCannotRead = 2;

struct ValidateOptions {
  std::vector<std::string> profiles;
  std::vector<std::string> packages;
  std::string format = "text";
  std::vector<std::string> files;
};

class Command {
 public:
  explicit Command(const ValidateOptions& options) : options_(options) {}

  int run() {
    fhir::validate::Loader loader;
    for (const std::string& package : options_.packages) {
      auto loaded = loadDefinitions(package, loader);
      if (!loaded.ok()) {
        std::cerr << loaded.error().text() << "\n";
        return kCannotRead;
      }
    }
    auto made = loader.finish();
    if (!made.ok()) {
      std::cerr << made.error().text() << "\n";
      return kCannotRead;
    }
    for (const std::string& lack : loader.lacks()) std::cerr << lack << "\n";
    const fhir::validate::Validator validator(**made);
    settings_.profiles = options_.profiles;
    settings_.terminology = loader.terminology();
    host::SystemClock clock;
    settings_.now = fhir::base::Temporal::fromMicroseconds(clock.nowMicroseconds(), 480);
    int worst = 0;
    for (const std::string& file : options_.files) worst = std::max(worst, validate(file, validator));
    return worst;
  }

 private:
  int unreadable(const std::string& file, const fhir::base::Error& error) const {
    if (options_.format == "outcome")
      std::cout << fhir::validate::asOutcome(error) << "\n";
    else
      std::cout << file << ":" << error.text() << "\n";
    return kCannotRead;
  }

  int validate(const std::string& file, const fhir::validate::Validator& validator) const {
    auto text = readDefinitionFile(file);
    if (!text.ok()) return unreadable(file, text.error());
    const bool xml = looksLikeXml(*text);
    fhir::base::Findings reading;
    auto document = xml ? Document::readXml(*text, reading) : Document::readResource(*text, reading);
    if (!document.ok()) return unreadable(file, document.error());
    const fhir::base::Findings findings = validator.validate(*document, reading, settings_);
    const fhir::validate::SourcePlaces places(*text, *document, xml);
    if (options_.format == "outcome")
      std::cout << fhir::validate::asOutcome(findings, places) << "\n";
    else
      std::cout << fhir::validate::asText(findings, file == "-" ? "stdin" : file, places);
    return findings.hasErrors() ? kErrors : 0;
  }

  const ValidateOptions& options_;
  fhir::validate::Options settings_;
};

}  // namespace

void addValidate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ValidateOptions>();
  auto* command = app.add_subcommand("validate", "check FHIR R4 resources, JSON or XML");
  command->footer("Exit code: 0 no errors; 1 a resource has errors; 2 a file or a package cannot be read.");
  command->add_option("--profile", options->profiles, "canonical URL that each resource must conform to; repeatable")
      ->allow_extra_args(false);
  command->add_option("--package", options->packages, "definitions: package.tgz, a JSON file or a folder; repeatable")
      ->allow_extra_args(false);
  command->add_option("--format", options->format, "text (default) or outcome")
      ->check(CLI::IsMember({"text", "outcome"}));
  command->add_option("files", options->files, "resources; - is standard input")->required();
  command->footer(
      "Exit code: 0 no errors; 1 errors were found; 2 a file, a package or the command line cannot be read.\n"
      "What the packages lack is told on standard error.");
  command->callback([options, &exit_code] { exit_code = Command(*options).run(); });
}

}  // namespace gateway::cli
