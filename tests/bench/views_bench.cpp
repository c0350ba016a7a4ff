// A SQL on FHIR view of ten columns over Observations on one core: read, rows, NDJSON; beside RapidJSON's DOM on the
// same bytes. Peak memory is looked at after a million lines and after --lines of them.

#include <rapidjson/document.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "fhir/views/row_writer.h"
#include "fhir/views/view_definition.h"
#include "fhir/views/view_rows.h"
#include "tests/bench/bench.h"
#include "tests/bench/resources.h"

namespace bench {

namespace {

constexpr const char* kView = R"json({"resource": "Observation", "name": "results", "select": [{"column": [
  {"name": "id", "path": "getResourceKey()", "type": "id"},
  {"name": "patient", "path": "subject.getReferenceKey(Patient)", "type": "id"},
  {"name": "status", "path": "status", "type": "code"},
  {"name": "system", "path": "code.coding.first().system", "type": "uri"},
  {"name": "code", "path": "code.coding.first().code", "type": "code"},
  {"name": "effective", "path": "effective.ofType(dateTime)", "type": "dateTime"},
  {"name": "value", "path": "value.ofType(Quantity).value", "type": "decimal"},
  {"name": "unit", "path": "value.ofType(Quantity).unit", "type": "string"},
  {"name": "text", "path": "code.text", "type": "string"},
  {"name": "has_value", "path": "value.exists()", "type": "boolean"}]}]})json";

constexpr uint64_t kMillion = 1'000'000;

std::vector<std::string> observations() {
  std::vector<std::string> texts;
  for (uint64_t n = 0; n < 2200; ++n) {
    MadeResource made = madeResource(n);
    if (made.type == "Observation") texts.push_back(std::move(made.json));
  }
  return texts;
}

// The most kilobytes of this process that were in memory at a time.
uint64_t peakKilobytes() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmHWM:")) return std::strtoull(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

}  // namespace

void benchViews(const Options& options) {
  auto view = fhir::views::ViewDefinition::read(kView);
  if (!view) {
    std::printf("  the view is wrong: %s\n", view.error().text().c_str());
    return;
  }
  const std::vector<std::string> texts = observations();
  fhir::views::ViewRows rows(*view);
  fhir::views::RowWriter writer(*view, fhir::views::RowFormat::Ndjson);
  std::string out;
  uint64_t wrong = 0;
  double best = 1e9, best_floor = 1e9;
  auto one = [&](const std::string& text) {
    fhir::base::Findings findings;
    auto document = fhir::model::Document::readResource(text, findings);
    auto table = rows.of(*document);
    if (!table || table->size() != 1) {
      ++wrong;
      return;
    }
    writer.row((*table)[0], false, out);
    if (out.size() > 256 * 1024) out.clear();
  };
  Stopwatch watch;
  do {
    Stopwatch pass;
    for (const std::string& text : texts) one(text);
    best = std::min(best, pass.seconds());
    Stopwatch floor;
    for (const std::string& text : texts) {
      rapidjson::Document document;
      constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
      document.Parse<kFlags>(text.data(), text.size());
      wrong += document.HasParseError();
    }
    best_floor = std::min(best_floor, floor.seconds());
  } while (watch.seconds() < 2 * options.seconds);
  const double count = static_cast<double>(texts.size());
  line("ten columns of an Observation, at least 50000", count / best, "resources/s", "RapidJSON's DOM",
       count / best_floor);
  Stopwatch lines;
  for (uint64_t n = 0; n < options.lines; ++n) {
    one(texts[n % texts.size()]);
    if (n + 1 == kMillion || n + 1 == options.lines) {
      std::printf("  peak memory %llu KiB at %llu lines, %.0f lines/s\n",
                  static_cast<unsigned long long>(peakKilobytes()), static_cast<unsigned long long>(n + 1),
                  static_cast<double>(n + 1) / lines.seconds());
    }
  }
  if (wrong) std::printf("  %llu WRONG RESULTS\n", static_cast<unsigned long long>(wrong));
}

}  // namespace bench
