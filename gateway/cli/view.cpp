// onecard view: a SQL on FHIR view over the resources on standard input, one on each line.

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <sstream>

#include "fhir/views/row_writer.h"
#include "fhir/views/view_definition.h"
#include "fhir/views/view_rows.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/line_reader.h"
#include "gateway/host/clock.h"

namespace gateway::cli {

namespace {

using fhir::views::RowFormat;

constexpr int kCannotRead = 2;
constexpr size_t kFlushAt = 256 * 1024;
constexpr uint64_t kMostComplaints = 20;

struct Options {
  std::string view;
  std::string format = "ndjson";
};

RowFormat formatOf(std::string_view name) {
  if (name == "csv") return RowFormat::Csv;
  return name == "json" ? RowFormat::Json : RowFormat::Ndjson;
}

// What is wrong with lines: the first ones are told, the others counted.
class Complaints {
 public:
  void add(uint64_t line, std::string_view what) {
    if (++count_ <= kMostComplaints) std::cerr << "line " << line << ": " << what << "\n";
  }
  void finish() const {
    if (count_ > kMostComplaints) std::cerr << "and " << count_ - kMostComplaints << " more lines\n";
  }
  uint64_t count() const { return count_; }

 private:
  uint64_t count_ = 0;
};

bool isBlank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

class Run {
 public:
  Run(const fhir::views::ViewDefinition& view, RowFormat format)
      : writer_(view, format),
        rows_(view, fhir::base::Temporal::fromMicroseconds(host::SystemClock().nowMicroseconds(), 480)) {}

  int run() {
    LineReader lines(stdin);
    writer_.begin(out_);
    for (std::string_view line; lines.next(line);) {
      if (lines.tooLong()) {
        complaints_.add(lines.number(), "longer than 16 MiB");
      } else if (!isBlank(line)) {
        take(line, lines.number());
      }
      if (out_.size() >= kFlushAt && !flush()) return cannotWrite();
    }
    writer_.end(first_, out_);
    if (!flush() || std::fflush(stdout) != 0) return cannotWrite();
    complaints_.finish();
    if (lines.failed()) {
      std::cerr << "standard input cannot be read\n";
      return kCannotRead;
    }
    return complaints_.count() > 0 ? 1 : 0;
  }

 private:
  void take(std::string_view line, uint64_t number) {
    fhir::base::Findings findings;  // odd elements are no reason to leave a row out
    auto document = fhir::model::Document::readResource(std::string(line), findings);
    if (!document) return complaints_.add(number, document.error().text());
    auto table = rows_.of(*document);
    if (!table) return complaints_.add(number, table.error().text());
    for (size_t i = 0; i < table->size(); ++i) {
      writer_.row((*table)[i], first_, out_);
      first_ = false;
    }
  }

  bool flush() {
    bool written = std::fwrite(out_.data(), 1, out_.size(), stdout) == out_.size();
    out_.clear();
    return written;
  }
  int cannotWrite() const {
    std::cerr << "standard output cannot be written\n";
    return 1;
  }

  fhir::views::RowWriter writer_;
  fhir::views::ViewRows rows_;
  Complaints complaints_;
  std::string out_;
  bool first_ = true;
};

int view(const Options& options) {
  std::ifstream file(options.view, std::ios::binary);
  std::ostringstream json;
  if (!file || !(json << file.rdbuf())) {
    std::cerr << options.view << ": cannot be read\n";
    return kCannotRead;
  }
  auto view = fhir::views::ViewDefinition::read(json.str(), options.view);
  if (!view) {
    std::cerr << view.error().text() << "\n";
    return 1;
  }
  return Run(*view, formatOf(options.format)).run();
}

}  // namespace

void addView(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "view", "rows of a SQL on FHIR view over the resources on standard input, one resource on each line");
  command->footer(
      "Exit code: 0 all rows written; 1 the view is wrong, or a resource does not fit it; 2 a file or a line cannot "
      "be read.");
  command->add_option("view", options->view, "file with the ViewDefinition (JSON)")->required();
  command->add_option("--format", options->format, "ndjson (the default), csv or json")
      ->check(CLI::IsMember({"ndjson", "csv", "json"}));
  command->callback([options, &exit_code] { exit_code = view(*options); });
}

}  // namespace gateway::cli
