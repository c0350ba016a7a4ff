#pragma once
// The type of a column (ViewDefinition.select.column.type) and whether a value is of it. Private to fhir/views.
//
// Types are compared by what they become in a table: all of FHIR's string-like types are text; a decimal column takes
// integers, a dateTime column dates. A column without a type takes any primitive value: the specification demands the
// type for all others.

#include <optional>
#include <string>
#include <string_view>

#include "fhir/definitions/lookup.h"
#include "fhir/path/expression.h"

namespace fhir::views {

enum class ValueClass : uint8_t { None, Boolean, Integer, Decimal, Text, Date, DateTime, Time, Complex };

struct ColumnType {
  ValueClass value_class = ValueClass::None;  // None: not said, or a type that is not R4's own
  definitions::TypeNumber type = 0;           // of Complex
  bool foreign = false;                       // a type by a URL that is not R4's own: nothing is checked
};

// "http://hl7.org/fhir/StructureDefinition/code" -> "code"; other URLs stay as they are.
std::string_view shortTypeName(std::string_view uri);
// Nothing when R4 has no such type.
std::optional<ColumnType> columnType(std::string_view short_name);

// None for elements without a value of their own (a primitive that has extensions only).
ValueClass classOf(const path::Item& item);
bool fits(const ColumnType& column, const path::Item& item);
// Whether any of the types that an expression can give fits; true when they are not known.
bool canFit(const ColumnType& column, const path::PossibleTypes& types);
bool canBeBoolean(const path::PossibleTypes& types);

std::string_view toString(ValueClass value_class);  // "a boolean"

}  // namespace fhir::views
