// Runs HL7's FHIRPath test suite: conformance_fhirpath [FOLDER] [--failures].
// FOLDER holds fhirpath/ and r4-examples/; without it ONECARD_SHARED_DATA, then ../shared/data beside the
// repository. Exit 0 when nothing fails but what known_failures.txt lists, 77 when the folder is missing.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "fhir/model/document.h"
#include "fhir/model/xml_reader.h"
#include "fhir/path/expression.h"
#include "tests/conformance/fhirpath/profiles.h"
#include "tests/conformance/fhirpath/suite.h"

namespace {

using namespace fhir;
using conformance::Case;
using conformance::Output;

std::string readFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// The inputs, each read once.
class Inputs {
 public:
  explicit Inputs(std::filesystem::path folder) : folder_(std::move(folder)) {}

  const model::Document* find(const std::string& name) {
    auto [entry, fresh] = documents_.try_emplace(name);
    if (fresh) entry->second = read(name);
    return entry->second.get();
  }

 private:
  std::unique_ptr<model::Document> read(const std::string& name) {
    std::filesystem::path path = folder_ / name;
    if (!std::filesystem::exists(path)) return nullptr;
    base::Findings findings;
    std::string json = readFile(path);
    if (path.extension() == ".xml") {
      auto converted = model::xmlToJson(json, findings);
      if (!converted) {
        std::printf("cannot read %s: %s\n", name.c_str(), converted.error().text().c_str());
        return nullptr;
      }
      json = std::move(*converted);
    }
    auto document = model::Document::readResource(std::move(json), findings);
    if (!document) {
      std::printf("cannot read %s: %s\n", name.c_str(), document.error().text().c_str());
      return nullptr;
    }
    return std::make_unique<model::Document>(std::move(*document));
  }

  std::filesystem::path folder_;
  std::map<std::string, std::unique_ptr<model::Document>> documents_;
};

std::string typeOf(const path::Item& item) {
  switch (item.kind()) {
    case path::ItemKind::Boolean: return "boolean";
    case path::ItemKind::Long: return "long";
    case path::ItemKind::Integer: return "integer";
    case path::ItemKind::Decimal: return "decimal";
    case path::ItemKind::String: return "string";
    case path::ItemKind::Date: return "date";
    case path::ItemKind::DateTime: return "dateTime";
    case path::ItemKind::Time: return "time";
    case path::ItemKind::Quantity: return "Quantity";
    case path::ItemKind::Type: return "TypeInfo";
    case path::ItemKind::Node: break;
  }
  return std::string(item.navigator().type(item.node()).name);
}

// The text as the suite writes it: dates and times begin with @.
std::string shown(const path::Item& item, base::Arena& arena) {
  std::string_view text = "(object)";
  item.text(arena, text);
  std::string out(text);
  path::ItemKind kind = item.computed(arena).kind();
  if (kind == path::ItemKind::Date || kind == path::ItemKind::DateTime) return "@" + out;
  if (kind == path::ItemKind::Time) return "@T" + out;
  return out;
}

bool matches(const path::Item& item, const Output& output, base::Arena& arena) {
  if (!output.type.empty() && typeOf(item) != output.type) return false;
  std::string text = shown(item, arena);
  if (text == output.value) return true;
  auto actual = base::Decimal::parse(text), wanted = base::Decimal::parse(output.value);
  return output.type == "decimal" && actual && wanted && *actual == *wanted;
}

// Empty when the case passes; else what came instead.
std::string run(const Case& test, Inputs& inputs) {
  const model::Document* document = nullptr;
  if (!test.input_file.empty()) {
    document = inputs.find(test.input_file);
    if (!document) return "cannot read the input " + test.input_file;
  }
  path::CompileOptions options;
  bool strict = test.strict || test.invalid == "semantic";
  if (strict && document) options.strict_type = document->resourceType();
  auto expression = path::Expression::compile(test.expression, options);
  if (!expression) return test.invalid.empty() ? "error " + expression.error().text() : "";
  if (test.invalid.empty() && document) {
    // Strict mode must not refuse what is right.
    auto checked = path::Expression::compile(test.expression, {.strict_type = document->resourceType()});
    if (!checked) return "strict mode: " + checked.error().text();
  }

  base::Arena arena;
  path::Evaluation evaluation(arena);
  conformance::BaseProfiles profiles;
  evaluation.conformance = &profiles;
  evaluation.now = *base::Temporal::parseDateTime("2025-03-06T08:15:28.000+08:00");
  path::Collection focus(arena);
  path::Item root = path::Item::boolean(false);
  if (document) {
    root = path::Item::node(document->root(), &model::Document::navigator());
    evaluation.resource = &root;
    focus.push_back(root);
  }
  auto result = expression->evaluate(focus, evaluation);
  if (!result) return test.invalid.empty() ? "error " + result.error().text() : "";
  std::string got;
  for (const path::Item& item : *result) got += (got.empty() ? "" : ", ") + typeOf(item) + " " + shown(item, arena);
  if (!test.invalid.empty()) return "no error but [" + got + "]";
  if (test.predicate) {
    bool wanted = test.outputs.empty() || test.outputs[0].value == "true";
    return result->empty() != wanted ? "" : "[" + got + "]";
  }
  bool same = result->size() == test.outputs.size();
  for (size_t i = 0; same && i < result->size(); ++i) {
    same = false;
    for (size_t j = 0; j < test.outputs.size() && !same; ++j) {
      if (!test.ordered || i == j) same = matches((*result)[i], test.outputs[j], arena);
    }
  }
  return same ? "" : "[" + got + "]";
}

// "group/name: sentence" for each line that is no comment.
std::map<std::string, std::string> readKnownFailures(const std::filesystem::path& path) {
  std::map<std::string, std::string> known;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    size_t colon = line.find(": ");
    if (line.empty() || line[0] == '#' || colon == std::string::npos) continue;
    known[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return known;
}

std::filesystem::path findFolder(int argc, char** argv) {
  if (argc > 1 && argv[1][0] != '-') return argv[1];
  if (const char* given = std::getenv("ONECARD_SHARED_DATA")) return given;
  return std::filesystem::path(ONECARD_SOURCE_DIR) / ".." / "shared" / "data";
}

}  // namespace

int main(int argc, char** argv) {
  std::filesystem::path folder = findFolder(argc, argv);
  std::filesystem::path suite = folder / "fhirpath" / "tests-fhir-r4.xml";
  if (!std::filesystem::exists(suite)) {
    std::printf("skipped: HL7's FHIRPath suite is not there (set ONECARD_SHARED_DATA)\n");
    return 77;
  }
  auto cases = conformance::readSuite(readFile(suite));
  if (!cases) {
    std::printf("cannot read the suite: %s\n", cases.error().text().c_str());
    return 1;
  }
  auto known =
      readKnownFailures(std::filesystem::path(ONECARD_SOURCE_DIR) / "tests/conformance/fhirpath/known_failures.txt");
  Inputs inputs(folder / "r4-examples");
  std::vector<std::string> groups;
  std::map<std::string, std::pair<int, int>> counts;  // passed, total
  int passed = 0, unexpected = 0;
  for (const Case& test : *cases) {
    auto [count, fresh] = counts.try_emplace(test.group);
    if (fresh) groups.push_back(test.group);
    ++count->second.second;
    std::string trouble = run(test, inputs);
    std::string name = test.group + "/" + test.name;
    if (trouble.empty()) {
      ++count->second.first;
      ++passed;
      if (known.count(name)) std::printf("passes now: %s\n", name.c_str());
      continue;
    }
    if (known.count(name)) continue;
    ++unexpected;
    std::printf("FAILED %s\n  %s\n  got %s\n", name.c_str(), test.expression.c_str(), trouble.c_str());
  }
  for (const std::string& group : groups) {
    std::printf("%4d of %4d  %s\n", counts[group].first, counts[group].second, group.c_str());
  }
  std::printf("%4d of %4zu  in all; %d known failures, %d unexpected\n", passed, cases->size(),
              static_cast<int>(cases->size()) - passed - unexpected, unexpected);
  return unexpected == 0 ? 0 : 1;
}
