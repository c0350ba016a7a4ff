// The example of fhir/README.md, compiled and run; the second test holds the two texts together.
// clang-format off
// README begins
#include "fhir/index/extractor.h"
#include "fhir/model/document.h"
#include "fhir/path/expression.h"

using namespace fhir;

base::Result<std::string> officialName(std::string json) {
  // Read: what is odd about the data goes to `findings`, what makes it unreadable is an error.
  base::Findings findings;
  ASSIGN_OR_RETURN(auto patient, model::Document::readResource(std::move(json), findings));

  // Evaluate: compile once, keep the expression, use it from all threads.
  ASSIGN_OR_RETURN(auto given, path::Expression::compile("name.where(use='official').given.first()"));
  base::Arena arena;
  path::Evaluation evaluation(arena);
  const auto focus = path::Item::node(patient.root(), &model::Document::navigator());
  ASSIGN_OR_RETURN(auto result, given.evaluate(focus, evaluation));
  std::string_view name;
  if (!result.empty()) result[0].text(arena, name);

  // Extract: what the search parameters of R4 find in the resource.
  ASSIGN_OR_RETURN(auto extractor, index::Extractor::create(definitions::r4()));
  std::string out(name);
  for (const auto& value : extractor.extract(patient, arena, findings))
    if (value.type == definitions::SearchType::Date) out += " has a date";
  return out;
}
// README ends
// clang-format on

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace {

std::string contentOf(const std::string& file) {
  std::ifstream stream(std::string(ONECARD_SOURCE_DIR) + "/" + file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const size_t start = text.find(begin) + begin.size();
  return text.substr(start, text.find(end, start) - start);
}

TEST(Readme, its_example_works) {
  auto name = officialName(
      R"({"resourceType":"Patient","birthDate":"1970-01-01","name":[{"use":"usual","given":["A"]},{"use":"official","given":["B","C"]}]})");
  ASSERT_TRUE(name.ok()) << name.error().text();
  EXPECT_EQ(*name, "B has a date");
  EXPECT_FALSE(officialName("{}").ok());
}

TEST(Readme, shows_the_code_that_is_tested) {
  EXPECT_EQ(between(contentOf("fhir/README.md"), "```cpp\n", "```"),
            between(contentOf("tests/unit/fhir/index/readme_test.cpp"), "// README begins\n", "// README ends\n"));
}

}  // namespace
