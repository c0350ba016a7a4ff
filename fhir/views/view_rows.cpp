#include "fhir/views/view_rows.h"

#include <algorithm>
#include <optional>

#include "fhir/views/program.h"

namespace fhir::views {
namespace {

// What the expressions of a row find after %.
class RowVariables final : public path::Variables {
 public:
  explicit RowVariables(const Constants& constants) : constants_(constants) {}

  bool find(std::string_view name, path::Collection& out) const override {
    if (const path::Item* constant = constants_.find(name)) {
      out.push_back(*constant);
      return true;
    }
    if (name != "rowIndex") return false;
    out.push_back(path::Item::integer(row_index));
    return true;
  }

  int64_t row_index = 0;

 private:
  const Constants& constants_;
};

const path::Item kNoItem = path::Item::boolean(false);  // what an empty collection points to

}  // namespace

// One resource. Functions return false when `error` is set.
class ViewRows::Run {
 public:
  Run(ViewRows& rows, const path::Item& resource)
      : rows_(rows),
        program_(*rows.view_.program_),
        variables_(program_.constants),
        evaluation_(rows.arena_),
        resource_(resource) {
    evaluation_.variables = &variables_;
    evaluation_.resource = &resource_;
    evaluation_.now = rows.now_;
    evaluation_.step_budget = rows.limits_.step_budget;
  }

  bool run(std::vector<Cell>& out) {
    for (const Condition& condition : program_.where) {
      bool holds = false;
      if (!meets(condition, holds)) return false;
      if (!holds) return true;
    }
    return once(program_.root, resource_, out);
  }

  std::optional<base::Error> error;

 private:
  bool fail(base::Error why) {
    error = std::move(why);
    return false;
  }

  bool meets(const Condition& condition, bool& holds) {
    auto result = condition.path.evaluate(resource_, evaluation_);
    if (!result) return fail(std::move(result).error());
    if (result->empty()) return true;
    path::Item value = (*result)[0].computed(rows_.arena_);
    if (result->size() > 1 || value.kind() != path::ItemKind::Boolean) {
      return fail(base::invalid("a condition must give one boolean", condition.place));
    }
    holds = value.boolean();
    return true;
  }

  bool rowsOf(const Selection& selection, const path::Item& node, std::vector<Cell>& out) {
    switch (selection.over) {
      case Selection::Over::Once: return once(selection, node, out);
      case Selection::Over::Repeat: return repeat(selection, node, out);
      default: break;
    }
    auto found = selection.paths[0].evaluate(node, evaluation_);
    if (!found) return fail(std::move(found).error());
    const int64_t outer = variables_.row_index;
    bool ok = true;
    for (size_t i = 0; ok && i < found->size(); ++i) {
      variables_.row_index = static_cast<int64_t>(i);
      ok = once(selection, (*found)[i], out);
    }
    if (found->empty() && selection.over == Selection::Over::ForEachOrNull) {
      variables_.row_index = 0;
      ok = nullRow(selection, out);
    }
    variables_.row_index = outer;
    return ok;
  }

  // Depth first, each element before those below it.
  bool repeat(const Selection& selection, const path::Item& node, std::vector<Cell>& out) {
    std::vector<path::Item> waiting;
    if (!pushFound(selection, node, waiting)) return false;
    const int64_t outer = variables_.row_index;
    int64_t index = 0;
    while (!waiting.empty()) {
      path::Item item = waiting.back();
      waiting.pop_back();
      if (index + waiting.size() >= rows_.limits_.repeated) {
        return fail({base::Why::TooCostly, "repeat finds more elements than the limit", {}});
      }
      variables_.row_index = index++;
      if (!once(selection, item, out) || !pushFound(selection, item, waiting)) return false;
    }
    variables_.row_index = outer;
    return true;
  }

  // What the paths find, the first on top.
  bool pushFound(const Selection& selection, const path::Item& node, std::vector<path::Item>& waiting) {
    size_t start = waiting.size();
    for (const path::Expression& path : selection.paths) {
      auto found = path.evaluate(node, evaluation_);
      if (!found) return fail(std::move(found).error());
      waiting.insert(waiting.end(), found->begin(), found->end());
    }
    std::reverse(waiting.begin() + static_cast<std::ptrdiff_t>(start), waiting.end());
    return true;
  }

  // Columns, selects and unionAll over one node: their product.
  bool once(const Selection& selection, const path::Item& node, std::vector<Cell>& out) {
    const size_t start = out.size();
    if (!grow(out, selection.column_count)) return false;
    for (size_t i = 0; i < selection.columns.size(); ++i) {
      if (!cell(selection.columns[i], node, out[start + i])) return false;
    }
    if (selection.selects.empty() && selection.union_all.empty()) return true;
    if (selection.columns.empty() && selection.selects.size() == 1 && selection.union_all.empty()) {
      out.resize(start);
      return rowsOf(selection.selects[0], node, out);
    }
    return product(selection, node, start, out);
  }

  struct Part {
    size_t first_column = 0, width = 0;  // within the selection
    std::vector<Cell> cells;
    size_t rows() const { return cells.size() / width; }
  };

  // The row at `start` has the selection's own columns; the first part varies slowest.
  bool product(const Selection& selection, const path::Item& node, size_t start, std::vector<Cell>& out) {
    std::vector<Part> parts;
    bool ok = true, none = false;
    for (const Selection& select : selection.selects) {
      if (!ok || select.column_count == 0) continue;
      Part& part = add(parts, selection, select);
      ok = rowsOf(select, node, part.cells);
      none |= part.cells.empty();
    }
    if (ok && !selection.union_all.empty() && selection.union_all[0].column_count > 0) {
      Part& part = add(parts, selection, selection.union_all[0]);
      for (const Selection& branch : selection.union_all) ok = ok && rowsOf(branch, node, part.cells);
      none |= part.cells.empty();
    }
    if (ok && none) out.resize(start);
    if (ok && !none) ok = combine(selection, parts, start, out);
    for (Part& part : parts) {
      part.cells.clear();
      rows_.spare_.push_back(std::move(part.cells));
    }
    return ok;
  }

  Part& add(std::vector<Part>& parts, const Selection& selection, const Selection& of) {
    Part& part = parts.emplace_back();
    part.first_column = of.first_column - selection.first_column;
    part.width = of.column_count;
    if (!rows_.spare_.empty()) {
      part.cells = std::move(rows_.spare_.back());
      rows_.spare_.pop_back();
    }
    return part;
  }

  bool combine(const Selection& selection, const std::vector<Part>& parts, size_t start, std::vector<Cell>& out) {
    const size_t width = selection.column_count;
    size_t total = 1;
    for (const Part& part : parts) {
      total *= part.rows();
      if (total * width > rows_.limits_.cells) return tooMany();
    }
    if (!grow(out, (total - 1) * width)) return false;
    for (size_t row = 0; row < total; ++row) {
      Cell* cells = out.data() + start + row * width;
      if (row > 0) std::copy_n(out.data() + start, selection.columns.size(), cells);
      size_t rest = row;
      for (size_t i = parts.size(); i-- > 0; rest /= parts[i].rows()) {
        const Part& part = parts[i];
        std::copy_n(part.cells.data() + (rest % part.rows()) * part.width, part.width, cells + part.first_column);
      }
    }
    return true;
  }

  // Every column is null; only what depends on %rowIndex has a value.
  bool nullRow(const Selection& selection, std::vector<Cell>& out) {
    const size_t start = out.size();
    return grow(out, selection.column_count) && nullCells(selection, selection.first_column, start, out);
  }
  bool nullCells(const Selection& selection, size_t first_column, size_t start, std::vector<Cell>& out) {
    for (size_t i = 0; i < selection.columns.size(); ++i) {
      const CompiledColumn& column = selection.columns[i];
      if (!column.uses_row_index) continue;
      path::Collection nothing(rows_.arena_);
      auto result = column.path.evaluate(nothing, evaluation_);
      if (!result) return fail(std::move(result).error());
      Cell& target = out[start + selection.first_column - first_column + i];
      if (!result->empty() && !put(column, *result, target)) return false;
    }
    for (const Selection& select : selection.selects) {
      if (select.over == Selection::Over::Once && !nullCells(select, first_column, start, out)) return false;
    }
    return true;
  }

  bool cell(const CompiledColumn& column, const path::Item& node, Cell& out) {
    auto result = column.path.evaluate(node, evaluation_);
    if (!result) return fail(std::move(result).error());
    return put(column, *result, out);
  }

  bool put(const CompiledColumn& column, const path::Collection& values, Cell& out) {
    if (values.size() > 1 && !column.collection) {
      return fail(base::invalid("more than one value in a column that is no collection", column.place));
    }
    for (const path::Item& value : values) {
      if (fits(column.type, value)) continue;
      std::string found(toString(classOf(value)));
      bool untyped = column.type.value_class == ValueClass::None;
      return fail(base::invalid(untyped ? "a column that is no primitive needs its type"
                                        : "the value is " + found + ", not of the column's type",
                                column.place));
    }
    if (!values.empty()) {
      out = {values.begin(), static_cast<uint32_t>(values.size())};
    } else if (column.collection) {
      out = {&kNoItem, 0};
    }
    return true;
  }

  bool grow(std::vector<Cell>& out, size_t by) {
    if (out.size() + by > rows_.limits_.cells) return tooMany();
    out.resize(out.size() + by);
    return true;
  }
  bool tooMany() {
    return fail({base::Why::TooCostly,
                 "the resource has more rows than the limit of " + std::to_string(rows_.limits_.cells) + " values",
                 {}});
  }

  ViewRows& rows_;
  const ViewDefinition::Program& program_;
  RowVariables variables_;
  path::Evaluation evaluation_;
  path::Item resource_;
};

ViewRows::ViewRows(const ViewDefinition& view, const base::Temporal& now, const RowLimits& limits)
    : view_(view), now_(now), limits_(limits) {}

base::Result<RowTable> ViewRows::of(const model::Document& document) {
  cells_.clear();
  arena_.reset();
  const size_t width = view_.columns().size();
  if (document.type() != view_.program_->type) return RowTable(cells_, width);
  Run run(*this, path::Item::node(document.root(), &model::Document::navigator()));
  if (!run.run(cells_)) {
    cells_.clear();
    return *run.error;
  }
  return RowTable(cells_, width);
}

}  // namespace fhir::views
