// Runs tests/cases/views/*.json. See the README there.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "fhir/model/json_value.h"
#include "fhir/views/row_writer.h"
#include "fhir/views/view_definition.h"
#include "fhir/views/view_rows.h"

namespace fhir::views {
namespace {

namespace fs = std::filesystem;
using model::JsonValue;

const fs::path kFolder = fs::path(ONECARD_SOURCE_DIR) / "tests/cases/views";

std::string readFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

base::Result<std::string> rowsOf(const ViewDefinition& view, const JsonValue& resources, RowFormat format) {
  ViewRows rows(view);
  RowWriter writer(view, format);
  std::string out;
  writer.begin(out);
  bool first = true;
  for (const JsonValue& resource : resources.items) {
    base::Findings findings;
    ASSIGN_OR_RETURN(auto document, model::Document::readResource(resource.write(), findings));
    ASSIGN_OR_RETURN(auto table, rows.of(document));
    for (size_t i = 0; i < table.size(); ++i, first = false) writer.row(table[i], first, out);
  }
  writer.end(first, out);
  return out;
}

// How an outcome is written in a case: "refused: ...", "fails: ..." or the rows.
std::string outcome(const JsonValue& test, const JsonValue& resources) {
  auto view = ViewDefinition::read(test.find("view")->write());
  if (!view) return "refused: " + view.error().what;
  auto rows = rowsOf(*view, resources, RowFormat::Json);
  if (!rows) return "fails: " + rows.error().what;
  return JsonValue::read(*rows)->write();
}

void checkColumns(const JsonValue& test, const ViewDefinition& view) {
  const JsonValue* columns = test.find("columns");
  if (!columns) return;
  ASSERT_EQ(columns->items.size(), view.columns().size());
  for (size_t i = 0; i < columns->items.size(); ++i) EXPECT_EQ(view.columns()[i].name, columns->items[i].text);
}

void checkCsv(const JsonValue& test, const ViewDefinition& view, const JsonValue& resources) {
  const JsonValue* csv = test.find("csv");
  if (!csv) return;
  std::string wanted;
  for (const JsonValue& line : csv->items) wanted += line.text + "\n";
  EXPECT_EQ(*rowsOf(view, resources, RowFormat::Csv), wanted);
}

void check(const JsonValue& test, const JsonValue& resources) {
  SCOPED_TRACE(test.find("title")->text);
  std::string got = outcome(test, resources);
  for (std::string_view way : {"refused", "fails"}) {
    const JsonValue* reason = test.find(way);
    if (!reason) continue;
    EXPECT_TRUE(got.starts_with(std::string(way) + ": ")) << got;
    EXPECT_NE(got.find(reason->text), std::string::npos) << got;
    return;
  }
  ASSERT_TRUE(test.find("rows")) << got;
  EXPECT_EQ(got, test.find("rows")->write());
  auto view = ViewDefinition::read(test.find("view")->write());
  ASSERT_TRUE(view);
  checkColumns(test, *view);
  checkCsv(test, *view, resources);
}

TEST(ViewCases, every_view_gives_the_rows_that_its_case_says) {
  size_t count = 0;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".json") continue;
    SCOPED_TRACE(entry.path().filename());
    auto file = JsonValue::read(readFile(entry.path()));
    ASSERT_TRUE(file) << file.error().text();
    for (const JsonValue& test : file->find("cases")->items) {
      check(test, *file->find("resources"));
      ++count;
    }
  }
  EXPECT_GE(count, 90u);
}

}  // namespace
}  // namespace fhir::views
