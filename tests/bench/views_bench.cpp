// A SQL on FHIR view of ten columns over Observations on one core: read, rows, NDJSON; beside RapidJSON's DOM on the
// same bytes. Memory is looked at after the first pass and at the end.

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

std::vector<std::string> observations() {
  std::vector<std::string> texts;
  for (uint64_t n = 0; n < 2200; ++n) {
    MadeResource made = madeResource(n);
    if (made.type == "Observation") texts.push_back(std::move(made.json));
  }
  return texts;
}

// Kilobytes of this process that are in memory.
uint64_t residentKilobytes() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmRSS:")) return std::strtoull(line.c_str() + 6, nullptr, 10);
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
  uint64_t wrong = 0, total = 0, first_memory = 0;
  double best = 1e9, best_floor = 1e9;
  Stopwatch watch;
  do {
    Stopwatch pass;
    for (const std::string& text : texts) {
      fhir::base::Findings findings;
      auto document = fhir::model::Document::readResource(text, findings);
      auto table = rows.of(*document);
      if (!table || table->size() != 1) {
        ++wrong;
        continue;
      }
      writer.row((*table)[0], false, out);
      if (out.size() > 256 * 1024) out.clear();
    }
    best = std::min(best, pass.seconds());
    Stopwatch floor;
    for (const std::string& text : texts) {
      rapidjson::Document document;
      constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
      document.Parse<kFlags>(text.data(), text.size());
      wrong += document.HasParseError();
    }
    best_floor = std::min(best_floor, floor.seconds());
    total += texts.size();
    if (first_memory == 0) first_memory = residentKilobytes();
  } while (watch.seconds() < 2 * options.seconds);
  const double count = static_cast<double>(texts.size());
  line("ten columns of an Observation, at least 50000", count / best, "resources/s", "RapidJSON's DOM",
       count / best_floor);
  std::printf("  memory %llu KiB after %zu resources, %llu KiB after %llu\n",
              static_cast<unsigned long long>(first_memory), texts.size(),
              static_cast<unsigned long long>(residentKilobytes()), static_cast<unsigned long long>(total));
  if (wrong) std::printf("  %llu WRONG RESULTS\n", static_cast<unsigned long long>(wrong));
}

}  // namespace bench
