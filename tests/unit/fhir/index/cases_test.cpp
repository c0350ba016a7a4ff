// The cases of tests/cases/index, one test for each file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "fhir/index/extractor.h"
#include "fhir/model/json_writer.h"
#include "tests/unit/fhir/index/value_text.h"

namespace fhir::index {
namespace {

using model::Document;

struct Nodes final : path::NodeSink {
  std::vector<path::Node> list;
  void add(path::Node node) override { list.push_back(node); }
};

std::string textOf(path::Node node, std::string_view name) {
  return std::string(Document::text(Document::child(node, name)));
}

class SearchValueCases : public ::testing::TestWithParam<const char*> {};

TEST_P(SearchValueCases, give_the_expected_values) {
  const std::string path = std::string(ONECARD_SOURCE_DIR) + "/tests/cases/index/" + GetParam() + ".json";
  std::ifstream stream(path, std::ios::binary);
  auto file = Document::readPlain({std::istreambuf_iterator<char>(stream), {}});
  ASSERT_TRUE(file.ok()) << path << " " << file.error().text();
  Nodes cases;
  Document::navigator().all(file->root(), cases);
  ASSERT_FALSE(cases.list.empty());
  for (bool specialised : {true, false}) {
    ExtractorOptions options;
    options.specialised = specialised;
    auto extractor = Extractor::create(definitions::r4(), options);
    ASSERT_TRUE(extractor.ok()) << extractor.error().text();
    for (path::Node one : cases.list) {
      base::Findings findings;
      auto resource = Document::readResource(model::writeJson(Document::child(one, "resource")), findings);
      ASSERT_TRUE(resource.ok()) << textOf(one, "name");
      const auto* parameter = definitions::r4().searchParameter(resource->type(), textOf(one, "parameter"));
      ASSERT_NE(parameter, nullptr) << textOf(one, "name");
      std::vector<std::string> expected, actual;
      Nodes texts;
      Document::navigator().named(one, base::Name("expected"), texts);
      for (path::Node text : texts.list) expected.emplace_back(Document::text(text));
      base::Arena arena;
      for (const SearchValue& value : extractor->extract(*resource, arena, findings))
        if (value.parameter == parameter->number) actual.push_back(valueText(value));
      EXPECT_THAT(actual, ::testing::UnorderedElementsAreArray(expected))
          << textOf(one, "name") << (specialised ? "" : " (by the plain evaluator)");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Index, SearchValueCases,
                         ::testing::Values("token", "string", "reference", "date", "number", "quantity", "uri",
                                           "composite"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace fhir::index
