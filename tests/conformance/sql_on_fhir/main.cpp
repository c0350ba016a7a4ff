// Runs the test suite of SQL on FHIR v2 (FHIR/sql-on-fhir-v2, tests/*.json): conformance_sql_on_fhir [FOLDER].
// FOLDER holds sql-on-fhir/; without it ONECARD_SHARED_DATA, then ../shared/data beside the repository.
// Exit 0 when nothing fails but what known_failures.txt lists, 77 when the folder is missing.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "fhir/model/json_value.h"
#include "fhir/views/row_writer.h"
#include "fhir/views/view_definition.h"
#include "fhir/views/view_rows.h"

namespace {

using namespace fhir;
using model::JsonValue;

std::string readFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// The rows as JSON, or the reason why there are none.
base::Result<JsonValue> rowsOf(const views::ViewDefinition& view, const JsonValue& resources) {
  views::ViewRows rows(view);
  views::RowWriter writer(view, views::RowFormat::Json);
  std::string json;
  writer.begin(json);
  bool first = true;
  for (const JsonValue& resource : resources.items) {
    base::Findings findings;
    ASSIGN_OR_RETURN(auto document, model::Document::readResource(resource.write(), findings));
    ASSIGN_OR_RETURN(auto table, rows.of(document));
    for (size_t i = 0; i < table.size(); ++i) {
      writer.row(table[i], first, json);
      first = false;
    }
  }
  writer.end(first, json);
  return JsonValue::read(json);
}

// Rows in any order.
bool sameRows(const JsonValue& wanted, const JsonValue& got) {
  if (wanted.items.size() != got.items.size()) return false;
  std::vector<bool> taken(got.items.size(), false);
  for (const JsonValue& row : wanted.items) {
    size_t i = 0;
    while (i < got.items.size() && (taken[i] || !sameValue(row, got.items[i]))) ++i;
    if (i == got.items.size()) return false;
    taken[i] = true;
  }
  return true;
}

// Empty when the test passes; else what came instead.
std::string run(const JsonValue& test, const JsonValue& resources) {
  const JsonValue* expected_error = test.find("expectError");
  bool must_fail = (expected_error && expected_error->boolean) || test.find("error");
  auto view = views::ViewDefinition::read(test.find("view")->write());
  if (!view) return must_fail ? "" : view.error().text();
  auto rows = rowsOf(*view, resources);
  if (!rows) return must_fail ? "" : rows.error().text();
  if (must_fail) return "no error but " + rows->write();
  if (const JsonValue* columns = test.find("expectColumns")) {
    std::vector<std::string> wanted, got;
    for (const JsonValue& column : columns->items) wanted.push_back(column.text);
    for (const views::Column& column : view->columns()) got.push_back(column.name);
    if (wanted != got) return "other columns";
  }
  if (const JsonValue* count = test.find("expectCount")) {
    if (std::to_string(rows->items.size()) != count->text) return std::to_string(rows->items.size()) + " rows";
  }
  const JsonValue* expected = test.find("expect");
  return !expected || sameRows(*expected, *rows) ? "" : rows->write();
}

// "file/title: sentence" for each line that is no comment.
std::set<std::string> readKnownFailures(const std::filesystem::path& path) {
  std::set<std::string> known;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    size_t colon = line.find(": ");
    if (!line.empty() && line[0] != '#' && colon != std::string::npos) known.insert(line.substr(0, colon));
  }
  return known;
}

std::filesystem::path findFolder(int argc, char** argv) {
  if (argc > 1) return argv[1];
  if (const char* given = std::getenv("ONECARD_SHARED_DATA")) return given;
  return std::filesystem::path(ONECARD_SOURCE_DIR) / ".." / "shared" / "data";
}

}  // namespace

int main(int argc, char** argv) {
  std::filesystem::path folder = findFolder(argc, argv) / "sql-on-fhir";
  if (!std::filesystem::is_directory(folder)) {
    std::printf("skipped: the suite of SQL on FHIR is not there (set ONECARD_SHARED_DATA)\n");
    return 77;
  }
  auto known = readKnownFailures(std::filesystem::path(ONECARD_SOURCE_DIR) /
                                 "tests/conformance/sql_on_fhir/known_failures.txt");
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.insert(entry.path());
  }
  int passed = 0, total = 0, unexpected = 0;
  for (const auto& path : files) {
    auto suite = JsonValue::read(readFile(path));
    const JsonValue* resources = suite ? suite->find("resources") : nullptr;
    const JsonValue* tests = suite ? suite->find("tests") : nullptr;
    if (!resources || !tests) {
      std::printf("cannot read %s\n", path.filename().c_str());
      return 1;
    }
    int good = 0;
    for (const JsonValue& test : tests->items) {
      std::string name = path.stem().string() + "/" + test.find("title")->text;
      std::string trouble = run(test, *resources);
      good += trouble.empty();
      if (trouble.empty() && known.count(name)) std::printf("passes now: %s\n", name.c_str());
      if (trouble.empty() || known.count(name)) continue;
      ++unexpected;
      std::printf("FAILED %s\n  got %s\n", name.c_str(), trouble.c_str());
    }
    std::printf("%4d of %4zu  %s\n", good, tests->items.size(), path.stem().c_str());
    passed += good;
    total += static_cast<int>(tests->items.size());
  }
  std::printf("%4d of %4d  in all; %d known failures, %d unexpected\n", passed, total, total - passed - unexpected,
              unexpected);
  return unexpected == 0 ? 0 : 1;
}
