// A view definition is read and run over resources of our own, its rows written in every format.
#include "fhir/model/document.h"
#include "fhir/views/row_writer.h"
#include "fhir/views/view_definition.h"
#include "fhir/views/view_rows.h"
#include "tests/fuzz/resources.h"
#include "tests/fuzz/target.h"

FUZZ_TARGET(input) {
  using namespace fhir::views;
  auto view = ViewDefinition::read(input);
  if (!view.ok()) {
    FUZZ_CHECK(view.error().where.starts_with("view"));
    return;
  }
  RowLimits limits;
  limits.cells = 10'000;
  limits.repeated = 1'000;
  limits.step_budget = 20'000;
  ViewRows rows(*view, *fhir::base::Temporal::parseDateTime("2025-03-06T08:15:28.000+08:00"), limits);
  for (std::string_view resource : kResources) {
    fhir::base::Findings findings;
    auto document = fhir::model::Document::readResource(std::string(resource), findings);
    auto table = rows.of(*document);
    if (!table.ok()) continue;
    for (RowFormat format : {RowFormat::Ndjson, RowFormat::Json, RowFormat::Csv}) {
      const RowWriter writer(*view, format);
      std::string out;
      writer.begin(out);
      for (size_t i = 0; i < table->size(); ++i) writer.row((*table)[i], i == 0, out);
      writer.end(table->size() == 0, out);
    }
  }
}
