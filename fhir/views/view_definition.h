#pragma once
// ViewDefinition: a SQL on FHIR v2 view, read from its JSON, checked and compiled once. Immutable afterwards and
// thread-safe; each thread runs it with its own ViewRows (view_rows.h).
//
// What is checked when it is read (StructureDefinition ViewDefinition, its invariants, and the step "Validate
// Columns" of the processing model): members and their JSON kinds, required members, names (sql-name), at most one of
// forEach, forEachOrNull and repeat, column names that are there twice, branches of a unionAll with other columns,
// constants, every FHIRPath expression, variables that nobody gives, conditions that can be no Boolean, and types of
// columns as far as the expressions tell them.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "fhir/base/result.h"
#include "fhir/definitions/lookup.h"

namespace fhir::views {

struct Column {
  std::string name;
  std::string path;         // the FHIRPath; of the first branch for columns of a unionAll
  std::string type;         // as the view says it, without the prefix of FHIR's own types; empty when it says none
  std::string description;  // may be empty
  bool collection = false;
};

class ViewDefinition {
 public:
  // `file` is what errors call the view. Why::Invalid with where = "file:line:column".
  static base::Result<ViewDefinition> read(std::string_view json, std::string_view file = "view");

  const std::string& name() const;      // may be empty
  const std::string& resource() const;  // "Observation"
  // In the order of the output: of each select its own columns, those of its selects, those of its unionAll.
  std::span<const Column> columns() const;

  ViewDefinition(ViewDefinition&&) noexcept;
  ViewDefinition& operator=(ViewDefinition&&) noexcept;
  ~ViewDefinition();

  struct Program;  // the compiled form; private to fhir/views

 private:
  friend class ViewRows;
  explicit ViewDefinition(std::unique_ptr<const Program> program);
  std::unique_ptr<const Program> program_;
};

}  // namespace fhir::views
