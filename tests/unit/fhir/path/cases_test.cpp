// Runs tests/cases/fhirpath/*.json: expressions by chapter, with what they give. See the README there.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "fhir/model/document.h"
#include "fhir/model/json_writer.h"
#include "fhir/path/expression.h"
#include "fhir/path/result_json.h"

namespace fhir::path {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(ONECARD_SOURCE_DIR) / "tests/cases/fhirpath";

std::string readFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

model::Document read(const fs::path& path, bool resource) {
  base::Findings findings;
  auto document =
      resource ? model::Document::readResource(readFile(path), findings) : model::Document::readPlain(readFile(path));
  if (!document) ADD_FAILURE() << path << ": " << document.error().text();
  return std::move(document).value();
}

const model::Document& input(const std::string& name) {
  static std::map<std::string, model::Document> inputs;
  auto found = inputs.find(name);
  if (found == inputs.end()) {
    found = inputs.emplace(name, read(kFolder / "inputs" / (name + ".json"), name != "laboratory")).first;
  }
  return found->second;
}

struct Members final : NodeSink {
  std::vector<Node> nodes;
  void add(Node node) override { nodes.push_back(node); }
};
std::vector<Node> members(Node node, std::string_view name) {
  Members found;
  model::Document::navigator().named(node, base::Name(name), found);
  return found.nodes;
}

// The results as JSON, or "error at LINE:COLUMN".
std::string outcome(const std::string& on, std::string_view text, base::Arena& arena) {
  auto expression = Expression::compile(text);
  if (!expression) return "error at " + expression.error().where;
  Evaluation evaluation(arena);
  evaluation.now = *base::Temporal::parseDateTime("2025-03-06T08:15:28.000+08:00");
  Collection focus(arena);
  if (!on.empty()) focus.push_back(Item::node(input(on).root(), &model::Document::navigator()));
  auto result = expression->evaluate(focus, evaluation);
  return result ? toJsonArray(*result) : "error at " + result.error().where;
}

std::string expected(Node test) {
  auto errors = members(test, "error");
  if (!errors.empty()) return "error at " + std::string(model::Document::text(errors[0]));
  std::string out = "[";
  for (Node result : members(test, "is")) out += (out.size() > 1 ? "," : "") + model::writeJson(result);
  return out + "]";
}

TEST(Cases, every_expression_gives_what_its_chapter_says) {
  size_t count = 0;
  base::Arena arena;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".json") continue;
    model::Document chapter = read(entry.path(), false);
    for (Node test : members(chapter.root(), "cases")) {
      arena.reset();
      std::string text(model::Document::text(members(test, "expression").at(0)));
      auto on = members(test, "on");
      std::string name = on.empty() ? "" : std::string(model::Document::text(on[0]));
      EXPECT_EQ(outcome(name, text, arena), expected(test)) << entry.path().filename() << ": " << text;
      ++count;
    }
  }
  EXPECT_GE(count, 600u);
}

}  // namespace
}  // namespace fhir::path
