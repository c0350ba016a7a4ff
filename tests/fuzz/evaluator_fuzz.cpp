// An expression over a resource: the first line, and the JSON below it, or one of two resources of our own when
// nothing follows.
#include "fhir/model/document.h"
#include "fhir/path/expression.h"
#include "fhir/path/result_json.h"
#include "tests/fuzz/target.h"

namespace {

using fhir::model::Document;
using fhir::path::Item;

constexpr std::string_view kPatient =
    R"({"resourceType":"Patient","id":"p","meta":{"tag":[{"system":"s","code":"c"}]},
"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a<br/>\u4e2d</div>"},
"contained":[{"resourceType":"Organization","id":"o","name":"O"}],"identifier":[{"system":"urn:oid:1.2","value":"7"}],
"name":[{"use":"official","family":"\u738b","given":["A","B"]},{"use":"usual","given":["A"],"_given":[{"id":"g"}]}],
"active":true,"birthDate":"1970-02-28","_birthDate":{"extension":[{"url":"u","valueDateTime":"1970-02-28T10:00:00+08:00"}]},
"multipleBirthInteger":2,"managingOrganization":{"reference":"#o"},"contact":[{"name":{"text":"x"}},{"gender":"male"}]})";
constexpr std::string_view kObservation =
    R"({"resourceType":"Observation","id":"b","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"718-7"}]},
"effectivePeriod":{"start":"2020-01-01","end":"2020-01-02T10:00:00.5Z"},"issued":"2020-02-29T23:59:60Z",
"valueQuantity":{"value":1.50,"system":"http://unitsofmeasure.org","code":"mg/dL","unit":"mg/dl"},
"component":[{"code":{"text":"c"},"valueQuantity":{"value":-3e5,"unit":"x"}},{"code":{"text":"d"},"valueTime":"10:00"},
{"code":{"text":"e"},"valueInteger":2147483647},{"code":{"text":"f"},"valueSampledData":{"origin":{"value":0.00001},"period":10,"dimensions":1}}]})";

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
  for (std::string_view resource : {kPatient, kObservation}) {
    auto document = Document::readResource(std::string(resource), findings);
    FUZZ_CHECK(document.ok());
    evaluate(expression, *document);
  }
}
