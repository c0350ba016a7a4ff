#include "fhir/views/view_reader.h"

#include <algorithm>
#include <set>

#include "fhir/views/members.h"
#include "fhir/views/view_functions.h"

namespace fhir::views {
namespace {

using model::JsonValue;
using path::Expression;
using path::PossibleTypes;
using Program = ViewDefinition::Program;

constexpr std::string_view kRowIndex = "rowIndex";
// Names after % that have a meaning already (FHIRPath N1 9, FHIR R4 2.9.1.3, and the views' own).
constexpr std::string_view kTakenNames[] = {"context", "resource", "rootResource", "ucum", "sct", "loinc", kRowIndex};
constexpr std::string_view kStatus[] = {"draft", "active", "retired", "unknown"};
constexpr int kMaxDepth = 24;  // selects within selects

bool among(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What a branch of a unionAll must have in common with its sisters.
struct Shape {
  std::string name;
  std::string type;
  bool collection = false;
  PossibleTypes possible;
};

class Reader {
 public:
  Reader(const Source& source, Program& program) : source_(source), program_(program) {}

  base::Done read(const JsonValue& view) {
    RETURN_IF_ERROR(checkMembers(source_, view, kView));
    RETURN_IF_ERROR(readHead(view));
    RETURN_IF_ERROR(readConstants(view));
    PossibleTypes focus;
    focus.fhir.push_back(program_.type);
    RETURN_IF_ERROR(readWhere(view, focus));
    ASSIGN_OR_RETURN(const JsonValue* selects, arrayMember(source_, view, "select", kView, true));
    RETURN_IF_ERROR(readSelects(*selects, focus, program_.root, 0));
    program_.root.column_count = shapes_.size();
    return {};
  }

 private:
  base::Done readHead(const JsonValue& view) {
    ASSIGN_OR_RETURN(const JsonValue* type, stringMember(source_, view, "resourceType", kView, false));
    if (type && type->text != "ViewDefinition") return source_.error(*type, "this is no ViewDefinition");
    ASSIGN_OR_RETURN(const JsonValue* name, stringMember(source_, view, "name", kView, false));
    if (name) {
      if (!isSqlName(name->text)) return notSqlName(*name);
      program_.name = name->text;
    }
    ASSIGN_OR_RETURN(const JsonValue* status, stringMember(source_, view, "status", kView, false));
    if (status && !among(kStatus, status->text)) {
      return source_.error(*status, "the status must be draft, active, retired or unknown");
    }
    ASSIGN_OR_RETURN(const JsonValue* resource, stringMember(source_, view, "resource", kView, true));
    const definitions::Type* known = definitions::r4().type(resource->text);
    if (!known || !definitions::r4().isResource(known->number)) {
      return source_.error(*resource, "there is no resource type of this name");
    }
    program_.resource = resource->text;
    program_.type = known->number;
    return {};
  }

  base::Error notSqlName(const JsonValue& name) const {
    return source_.error(name, "a name must begin with a letter and have only letters, digits and _ (sql-name)");
  }

  base::Done readConstants(const JsonValue& view) {
    ASSIGN_OR_RETURN(const JsonValue* constants, arrayMember(source_, view, "constant", kView, false));
    if (!constants) return {};
    for (const JsonValue& constant : constants->items) RETURN_IF_ERROR(readConstant(constant));
    return {};
  }

  base::Done readConstant(const JsonValue& constant) {
    RETURN_IF_ERROR(checkMembers(source_, constant, kConstant));
    ASSIGN_OR_RETURN(const JsonValue* name, stringMember(source_, constant, "name", kConstant, true));
    if (!isSqlName(name->text)) return notSqlName(*name);
    if (among(kTakenNames, name->text)) return source_.error(*name, "%" + name->text + " has a meaning already");
    if (program_.constants.has(name->text)) return source_.error(*name, "there is another constant of this name");
    const model::JsonMember* value = nullptr;
    for (const model::JsonMember& member : constant.members) {
      if (!member.name.starts_with("value")) continue;
      if (value) return source_.error(member.value, "a constant has one value only");
      value = &member;
    }
    if (!value) return source_.error(constant, "a constant needs a value");
    auto added = program_.constants.add(name->text, value->name, value->value);
    if (!added) return source_.error(value->value, added.error().what);
    return {};
  }

  base::Done readWhere(const JsonValue& view, const PossibleTypes& focus) {
    ASSIGN_OR_RETURN(const JsonValue* conditions, arrayMember(source_, view, "where", kView, false));
    if (!conditions) return {};
    for (const JsonValue& condition : conditions->items) {
      RETURN_IF_ERROR(checkMembers(source_, condition, kWhere));
      ASSIGN_OR_RETURN(const JsonValue* text, stringMember(source_, condition, "path", kWhere, true));
      RETURN_IF_ERROR(stringMember(source_, condition, "description", kWhere, false));
      ASSIGN_OR_RETURN(Expression compiled, compile(*text));
      if (!canBeBoolean(compiled.possibleTypes(focus))) {
        return source_.error(*text, "a condition must give a boolean, and this cannot");
      }
      program_.where.push_back({std::move(compiled), source_.place(*text)});
    }
    return {};
  }

  base::Result<Expression> compile(const JsonValue& text) const {
    path::CompileOptions options;
    options.functions = viewFunctions();
    options.file = source_.file();
    auto [line, column] = source_.lineColumn(text);
    options.line = line;
    options.column = column + 1;  // after the quote
    ASSIGN_OR_RETURN(Expression compiled, Expression::compile(text.text, options));
    for (std::string_view name : compiled.variables()) {
      if (name == kRowIndex || program_.constants.has(name)) continue;
      return source_.error(text, "there is no constant %" + std::string(name));
    }
    return compiled;
  }

  base::Done readSelects(const JsonValue& selects, const PossibleTypes& focus, Selection& parent, int depth) {
    for (const JsonValue& select : selects.items) {
      RETURN_IF_ERROR(readSelect(select, focus, parent.selects.emplace_back(), depth + 1));
    }
    return {};
  }

  base::Done readSelect(const JsonValue& select, const PossibleTypes& outer, Selection& out, int depth) {
    RETURN_IF_ERROR(checkMembers(source_, select, kSelect));
    if (depth > kMaxDepth) {
      return base::Error{base::Why::TooCostly, "selects nest deeper than 24", source_.place(select)};
    }
    out.first_column = shapes_.size();
    ASSIGN_OR_RETURN(PossibleTypes focus, readIteration(select, outer, out));
    ASSIGN_OR_RETURN(const JsonValue* columns, arrayMember(source_, select, "column", kSelect, false));
    if (columns) {
      for (const JsonValue& column : columns->items) RETURN_IF_ERROR(readColumn(column, focus, out));
    }
    ASSIGN_OR_RETURN(const JsonValue* selects, arrayMember(source_, select, "select", kSelect, false));
    if (selects) RETURN_IF_ERROR(readSelects(*selects, focus, out, depth));
    ASSIGN_OR_RETURN(const JsonValue* branches, arrayMember(source_, select, "unionAll", kSelect, false));
    if (branches) RETURN_IF_ERROR(readUnion(*branches, focus, out, depth));
    out.column_count = shapes_.size() - out.first_column;
    if (out.column_count == 0) return source_.error(select, "the select has no column");
    return {};
  }

  // forEach, forEachOrNull, repeat; gives what the select's columns are evaluated over.
  base::Result<PossibleTypes> readIteration(const JsonValue& select, const PossibleTypes& outer, Selection& out) {
    ASSIGN_OR_RETURN(const JsonValue* each, stringMember(source_, select, "forEach", kSelect, false));
    ASSIGN_OR_RETURN(const JsonValue* or_null, stringMember(source_, select, "forEachOrNull", kSelect, false));
    ASSIGN_OR_RETURN(const JsonValue* repeat, arrayMember(source_, select, "repeat", kSelect, false));
    if ((each != nullptr) + (or_null != nullptr) + (repeat != nullptr) > 1) {
      return source_.error(select, "a select has at most one of forEach, forEachOrNull and repeat (sql-expressions)");
    }
    if (repeat) return readRepeat(*repeat, outer, out);
    const JsonValue* text = each ? each : or_null;
    if (!text) return outer;
    out.over = each ? Selection::Over::ForEach : Selection::Over::ForEachOrNull;
    ASSIGN_OR_RETURN(Expression compiled, compile(*text));
    PossibleTypes focus = compiled.possibleTypes(outer);
    out.paths.push_back(std::move(compiled));
    return focus;
  }

  base::Result<PossibleTypes> readRepeat(const JsonValue& repeat, const PossibleTypes& outer, Selection& out) {
    out.over = Selection::Over::Repeat;
    for (const JsonValue& text : repeat.items) {
      if (!text.isString() || text.text.empty())
        return source_.error(text, "repeat must be a list of FHIRPath texts");
      ASSIGN_OR_RETURN(Expression compiled, compile(text));
      out.paths.push_back(std::move(compiled));
    }
    // The types of all turns: until a turn brings nothing new.
    PossibleTypes focus, turn = outer;
    for (int i = 0; i < 8; ++i) {
      PossibleTypes next;
      for (const Expression& path : out.paths) {
        PossibleTypes found = path.possibleTypes(turn);
        next.anything |= found.anything || !found.system.empty();
        next.fhir.insert(next.fhir.end(), found.fhir.begin(), found.fhir.end());
      }
      size_t before = focus.fhir.size();
      focus.anything |= next.anything;
      for (auto type : next.fhir) {
        if (std::find(focus.fhir.begin(), focus.fhir.end(), type) == focus.fhir.end()) focus.fhir.push_back(type);
      }
      if (focus.fhir.size() == before) return focus;
      turn = std::move(next);
    }
    focus.anything = true;
    return focus;
  }

  base::Done readColumn(const JsonValue& column, const PossibleTypes& focus, Selection& out) {
    RETURN_IF_ERROR(checkMembers(source_, column, kColumn));
    RETURN_IF_ERROR(checkTags(column));
    ASSIGN_OR_RETURN(const JsonValue* path, stringMember(source_, column, "path", kColumn, true));
    ASSIGN_OR_RETURN(const JsonValue* description, stringMember(source_, column, "description", kColumn, false));
    ASSIGN_OR_RETURN(Shape shape, readShape(column));
    ASSIGN_OR_RETURN(ColumnType type, readType(column, shape));
    ASSIGN_OR_RETURN(Expression compiled, compile(*path));
    shape.possible = compiled.possibleTypes(focus);
    if (!canFit(type, shape.possible)) {
      return source_.error(*path, shape.type.empty() ? "a column that is no primitive needs its type"
                                                     : "the path cannot give a value of the type " + shape.type);
    }
    auto variables = compiled.variables();
    bool uses_row_index = std::find(variables.begin(), variables.end(), kRowIndex) != variables.end();
    bool first_branch = shapes_.size() == program_.columns.size();
    if (first_branch) {
      program_.columns.push_back(
          {shape.name, path->text, shape.type, description ? description->text : "", shape.collection});
    }
    out.columns.push_back({std::move(compiled), type, shape.collection, uses_row_index, source_.place(*path)});
    shapes_.push_back(std::move(shape));
    return {};
  }

  // Name and collection; the name is taken from now on.
  base::Result<Shape> readShape(const JsonValue& column) {
    ASSIGN_OR_RETURN(const JsonValue* name, stringMember(source_, column, "name", kColumn, true));
    if (!isSqlName(name->text)) return notSqlName(*name);
    if (!names_.insert(name->text).second) return source_.error(*name, "there is another column " + name->text);
    const JsonValue* collection = column.find("collection");
    if (collection && collection->kind != JsonValue::Kind::Boolean) {
      return source_.error(*collection, "collection must be a boolean");
    }
    return Shape{name->text, {}, collection && collection->boolean, {}};
  }

  base::Result<ColumnType> readType(const JsonValue& column, Shape& shape) const {
    ASSIGN_OR_RETURN(const JsonValue* type, stringMember(source_, column, "type", kColumn, false));
    if (!type) return ColumnType{};
    shape.type = shortTypeName(type->text);
    auto known = columnType(shape.type);
    if (!known) return source_.error(*type, "there is no type " + shape.type);
    return *known;
  }

  base::Done checkTags(const JsonValue& column) const {
    ASSIGN_OR_RETURN(const JsonValue* tags, arrayMember(source_, column, "tag", kColumn, false));
    if (!tags) return {};
    for (const JsonValue& tag : tags->items) {
      RETURN_IF_ERROR(checkMembers(source_, tag, kTag));
      RETURN_IF_ERROR(stringMember(source_, tag, "name", kTag, true));
      RETURN_IF_ERROR(stringMember(source_, tag, "value", kTag, true));
    }
    return {};
  }

  // Every branch is read as if it were the only one; then its columns must be those of the first.
  base::Done readUnion(const JsonValue& branches, const PossibleTypes& focus, Selection& out, int depth) {
    const size_t start = shapes_.size();
    const std::set<std::string, std::less<>> names_before = names_;
    std::vector<Shape> first;
    std::set<std::string, std::less<>> names_after;
    out.union_all.reserve(branches.items.size());
    for (const JsonValue& branch : branches.items) {
      names_ = names_before;
      shapes_.resize(start);
      RETURN_IF_ERROR(readSelect(branch, focus, out.union_all.emplace_back(), depth + 1));
      std::vector<Shape> columns(shapes_.begin() + static_cast<std::ptrdiff_t>(start), shapes_.end());
      if (&branch == branches.items.data()) {
        first = std::move(columns);
        names_after = names_;
      } else {
        RETURN_IF_ERROR(compareBranches(branch, first, columns));
      }
    }
    names_ = std::move(names_after);
    shapes_.resize(start);
    shapes_.insert(shapes_.end(), first.begin(), first.end());
    return {};
  }

  base::Done compareBranches(const JsonValue& branch, const std::vector<Shape>& first,
                             const std::vector<Shape>& columns) const {
    auto differs = [&](std::string what) {
      return source_.error(branch, "the branches of a unionAll must have the same columns: " + std::move(what));
    };
    if (columns.size() != first.size()) {
      return differs("the first has " + std::to_string(first.size()) + ", this " + std::to_string(columns.size()));
    }
    for (size_t i = 0; i < columns.size(); ++i) {
      const Shape &left = first[i], &right = columns[i];
      if (left.name != right.name) return differs(right.name + " stands where the first has " + left.name);
      if (left.collection != right.collection) return differs(left.name + " is a collection in one of them only");
      if (!left.type.empty() && !right.type.empty() && left.type != right.type) {
        return differs(left.name + " is a " + left.type + " in the first and a " + right.type + " here");
      }
      // A branch that does not say the type takes it from the other.
      const Shape& typed = left.type.empty() ? right : left;
      const Shape& untyped = left.type.empty() ? left : right;
      auto type = typed.type.empty() ? std::optional<ColumnType>() : columnType(typed.type);
      if (type && !canFit(*type, untyped.possible)) return differs(left.name + " has not the type " + typed.type);
    }
    return {};
  }

  const Source& source_;
  Program& program_;
  std::vector<Shape> shapes_;  // of the columns so far; in a branch of a unionAll, without its sisters
  std::set<std::string, std::less<>> names_;
};

}  // namespace

base::Result<std::unique_ptr<Program>> readView(std::string_view json, std::string_view file) {
  Source source(json, file);
  auto view = JsonValue::read(json);
  if (!view) {
    base::Error error = view.error();
    error.where = source.file() + (error.where.empty() ? "" : ":" + error.where);
    return error;
  }
  auto program = std::make_unique<Program>();
  Reader reader(source, *program);
  RETURN_IF_ERROR(reader.read(*view));
  return program;
}

}  // namespace fhir::views
