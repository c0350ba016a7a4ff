#include "fhir/views/view_definition.h"

#include "fhir/views/program.h"
#include "fhir/views/view_reader.h"

namespace fhir::views {

ViewDefinition::ViewDefinition(std::unique_ptr<const Program> program) : program_(std::move(program)) {}
ViewDefinition::ViewDefinition(ViewDefinition&&) noexcept = default;
ViewDefinition& ViewDefinition::operator=(ViewDefinition&&) noexcept = default;
ViewDefinition::~ViewDefinition() = default;

base::Result<ViewDefinition> ViewDefinition::read(std::string_view json, std::string_view file) {
  ASSIGN_OR_RETURN(std::unique_ptr<Program> program, readView(json, file));
  return ViewDefinition(std::move(program));
}

const std::string& ViewDefinition::name() const { return program_->name; }
const std::string& ViewDefinition::resource() const { return program_->resource; }
std::span<const Column> ViewDefinition::columns() const { return program_->columns; }

}  // namespace fhir::views
