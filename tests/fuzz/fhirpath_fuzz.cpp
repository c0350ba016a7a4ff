// An expression is compiled, in every way in which the product compiles one.
#include "fhir/path/expression.h"
#include "tests/fuzz/target.h"

FUZZ_TARGET(input) {
  using fhir::path::Expression;
  auto plain = Expression::compile(input);
  if (!plain.ok()) FUZZ_CHECK(!plain.error().where.empty());
  fhir::path::CompileOptions options;
  options.strict_type = "Patient";
  options.file = "mapping.yaml";
  (void)Expression::compile(input, options);
  options.strict_type = "Observation";
  options.search_parameter = true;
  (void)Expression::compile(input, options);
}
