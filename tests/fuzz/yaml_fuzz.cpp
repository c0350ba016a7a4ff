// Mappings, settings and case files.
#include "fhir/base/strict_yaml.h"
#include "tests/fuzz/target.h"

FUZZ_TARGET(input) {
  auto node = fhir::base::readYaml(input, "conf.yaml");
  if (!node.ok()) FUZZ_CHECK(node.error().where.starts_with("conf.yaml"));
}
