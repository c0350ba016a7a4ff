// An expression over a resource: the first line, and the JSON below it, or one of two resources of our own when
// nothing follows.
#include "fhir/model/document.h"
#include "fhir/path/expression.h"
#include "fhir/path/result_json.h"
#include "tests/fuzz/resources.h"
#include "tests/fuzz/target.h"

namespace {

using fhir::model::Document;
using fhir::path::Item;

void evaluate(std::string_view expression, const Document& document) {
  auto compiled = fhir::path::Expression::compile(expression);
  if (!compiled.ok()) return;
  fhir::base::Arena arena;
  fhir::path::Evaluation evaluation(arena);
  evaluation.step_budget = 20'000;
  evaluation.now = *fhir::base::Temporal::parseDateTime("2025-03-06T08:15:28.000+08:00");
  auto result = compiled->evaluate(Item::node(document.root(), &Document::navigator()), evaluation);
  if (result.ok()) (void)fhir::path::toJsonArray(*result, {.typed = true});
}

}  // namespace

FUZZ_TARGET(input) {
  const size_t end = input.find('\n');
  const std::string_view expression = input.substr(0, end);
  fhir::base::Findings findings;
  if (end != std::string_view::npos && end + 1 < input.size()) {
    auto document = Document::readResource(std::string(input.substr(end + 1)), findings);
    if (!document.ok()) document = Document::readPlain(std::string(input.substr(end + 1)));
    if (document.ok()) evaluate(expression, *document);
    return;
  }
  for (std::string_view resource : kResources) {
    auto document = Document::readResource(std::string(resource), findings);
    FUZZ_CHECK(document.ok());
    evaluate(expression, *document);
  }
}
