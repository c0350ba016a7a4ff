#pragma once
// ViewRows: runs a view over resources, one at a time (SQL on FHIR v2, Processing Model). Memory does not grow with
// the number of resources. Not thread-safe: one for each thread.
//
//   ViewRows rows(view);
//   ASSIGN_OR_RETURN(RowTable table, rows.of(document));   // good until the next call
//   for (size_t i = 0; i < table.size(); ++i) writer.write(table[i], out);

#include <cstdint>
#include <span>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/base/result.h"
#include "fhir/base/temporal.h"
#include "fhir/model/document.h"
#include "fhir/path/item.h"
#include "fhir/views/view_definition.h"

namespace fhir::views {

// The value of one column in one row. Null is `items == nullptr`; an empty collection is not null.
struct Cell {
  const path::Item* items = nullptr;
  uint32_t count = 0;
};

class RowTable {
 public:
  RowTable(const std::vector<Cell>& cells, size_t width) : cells_(&cells), width_(width) {}
  size_t size() const { return cells_->size() / width_; }
  std::span<const Cell> operator[](size_t row) const { return {cells_->data() + row * width_, width_}; }

 private:
  const std::vector<Cell>* cells_;
  size_t width_;
};

struct RowLimits {
  size_t cells = 4'000'000;           // of all rows of one resource
  size_t repeated = 100'000;          // elements that one `repeat` finds
  uint64_t step_budget = 10'000'000;  // of each expression
};

class ViewRows {
 public:
  // `now` is what now() and today() give. The view must outlive this.
  explicit ViewRows(const ViewDefinition& view, const base::Temporal& now = {}, const RowLimits& limits = {});

  // No rows for a resource of another type, or that a condition leaves out. Errors, with where = the place in the
  // view: a column that is no collection with more than one value, a value of another type than the column's, a
  // condition that is no Boolean, an expression that fails; Why::TooCostly for limits.
  base::Result<RowTable> of(const model::Document& document);

 private:
  class Run;
  const ViewDefinition& view_;
  base::Temporal now_;
  RowLimits limits_;
  base::Arena arena_;
  std::vector<Cell> cells_;
  std::vector<std::vector<Cell>> spare_;  // buffers for the parts of a product
};

}  // namespace fhir::views
