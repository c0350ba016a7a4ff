#include "fhir/views/column_type.h"

#include <algorithm>

#include "fhir/definitions/lookup.h"

namespace fhir::views {
namespace {

using definitions::TypeNumber;

constexpr std::string_view kFhirPrefix = "http://hl7.org/fhir/StructureDefinition/";
constexpr std::string_view kSystemPrefix = "http://hl7.org/fhirpath/System.";

struct NamedClass {
  std::string_view name;
  ValueClass value_class;
};
// R4 2.24.0.1, with integer64 that views know too, and the System types of FHIRPath.
constexpr NamedClass kPrimitives[] = {
    {"boolean", ValueClass::Boolean},
    {"integer", ValueClass::Integer},
    {"integer64", ValueClass::Integer},
    {"positiveInt", ValueClass::Integer},
    {"unsignedInt", ValueClass::Integer},
    {"decimal", ValueClass::Decimal},
    {"date", ValueClass::Date},
    {"dateTime", ValueClass::DateTime},
    {"instant", ValueClass::DateTime},
    {"time", ValueClass::Time},
    {"string", ValueClass::Text},
    {"code", ValueClass::Text},
    {"id", ValueClass::Text},
    {"markdown", ValueClass::Text},
    {"uri", ValueClass::Text},
    {"url", ValueClass::Text},
    {"canonical", ValueClass::Text},
    {"oid", ValueClass::Text},
    {"uuid", ValueClass::Text},
    {"base64Binary", ValueClass::Text},
    {"xhtml", ValueClass::Text},
    {"Boolean", ValueClass::Boolean},
    {"Integer", ValueClass::Integer},
    {"Long", ValueClass::Integer},
    {"Decimal", ValueClass::Decimal},
    {"String", ValueClass::Text},
    {"Date", ValueClass::Date},
    {"DateTime", ValueClass::DateTime},
    {"Time", ValueClass::Time},
};

ValueClass primitiveClass(std::string_view name) {
  for (const NamedClass& row : kPrimitives) {
    if (row.name == name) return row.value_class;
  }
  return ValueClass::None;
}

bool isLetterCase(std::string_view name, char from, char to) {
  return !name.empty() && name[0] >= from && name[0] <= to;
}

bool classFits(ValueClass column, ValueClass value) {
  if (column == value) return true;
  if (column == ValueClass::Decimal) return value == ValueClass::Integer;
  if (column == ValueClass::DateTime) return value == ValueClass::Date;
  if (column == ValueClass::Text) {
    return value == ValueClass::Date || value == ValueClass::DateTime || value == ValueClass::Time;
  }
  return false;
}

ValueClass classOfScalar(path::ScalarKind kind) {
  switch (kind) {
    case path::ScalarKind::None: return ValueClass::None;
    case path::ScalarKind::Boolean: return ValueClass::Boolean;
    case path::ScalarKind::Integer: return ValueClass::Integer;
    case path::ScalarKind::Decimal: return ValueClass::Decimal;
    case path::ScalarKind::String: return ValueClass::Text;
    case path::ScalarKind::Date: return ValueClass::Date;
    case path::ScalarKind::DateTime: return ValueClass::DateTime;
    case path::ScalarKind::Time: return ValueClass::Time;
  }
  return ValueClass::None;
}

ValueClass classOfType(TypeNumber number) {
  const definitions::Type* type = definitions::r4().type(number);
  if (!type) return ValueClass::None;
  return type->kind == definitions::TypeKind::Primitive ? primitiveClass(type->name) : ValueClass::Complex;
}

// A value of the class may still fit when its content is simple enough: 2.0 is an integer, 2024-05 a date.
bool mayFit(ValueClass column, ValueClass value) {
  return classFits(column, value) || (column == ValueClass::Integer && value == ValueClass::Decimal) ||
         (column == ValueClass::Date && value == ValueClass::DateTime);
}

bool contentFits(ValueClass column, const path::Item& item) {
  base::Arena arena(256);
  path::Item value = item.computed(arena);
  if (column == ValueClass::Integer && value.kind() == path::ItemKind::Decimal) return value.decimal().isInteger();
  if (column == ValueClass::Date && value.kind() == path::ItemKind::DateTime) {
    return value.temporal().precision <= base::Precision::Day;
  }
  return false;
}

}  // namespace

std::string_view shortTypeName(std::string_view uri) {
  if (uri.starts_with(kFhirPrefix)) return uri.substr(kFhirPrefix.size());
  if (uri.starts_with(kSystemPrefix)) return uri.substr(kSystemPrefix.size());
  return uri;
}

std::optional<ColumnType> columnType(std::string_view short_name) {
  ColumnType out;
  if (short_name.find(':') != std::string_view::npos) {
    out.foreign = true;
    return out;
  }
  out.value_class = primitiveClass(short_name);
  if (out.value_class != ValueClass::None) return out;
  const definitions::Type* type = definitions::r4().type(short_name);
  if (!type) return std::nullopt;
  out.value_class = ValueClass::Complex;
  out.type = type->number;
  return out;
}

ValueClass classOf(const path::Item& item) {
  switch (item.kind()) {
    case path::ItemKind::Node: break;
    case path::ItemKind::Boolean: return ValueClass::Boolean;
    case path::ItemKind::Long:
    case path::ItemKind::Integer: return ValueClass::Integer;
    case path::ItemKind::Decimal: return ValueClass::Decimal;
    case path::ItemKind::String: return ValueClass::Text;
    case path::ItemKind::Date: return ValueClass::Date;
    case path::ItemKind::DateTime: return ValueClass::DateTime;
    case path::ItemKind::Time: return ValueClass::Time;
    case path::ItemKind::Quantity:
    case path::ItemKind::Type: return ValueClass::Complex;
  }
  path::Scalar scalar = item.navigator().scalar(item.node());
  if (scalar.kind != path::ScalarKind::None) return classOfScalar(scalar.kind);
  path::TypeName type = item.navigator().type(item.node());
  return isLetterCase(type.name, 'a', 'z') ? ValueClass::None : ValueClass::Complex;
}

bool fits(const ColumnType& column, const path::Item& item) {
  if (column.foreign) return true;
  ValueClass value = classOf(item);
  if (value == ValueClass::None) return true;
  if (column.value_class == ValueClass::None) return value != ValueClass::Complex;
  if (column.value_class != ValueClass::Complex) {
    return classFits(column.value_class, value) ||
           (mayFit(column.value_class, value) && contentFits(column.value_class, item));
  }
  if (value != ValueClass::Complex) return false;
  if (!item.isNode()) return true;
  TypeNumber actual = item.navigator().type(item.node()).number;
  return actual == 0 || definitions::r4().isSubtypeOf(actual, column.type);
}

bool canFit(const ColumnType& column, const path::PossibleTypes& types) {
  if (types.anything || types.nothing() || column.foreign) return true;
  auto classCanFit = [&](ValueClass value) {
    if (column.value_class == ValueClass::None) return value != ValueClass::Complex;
    return mayFit(column.value_class, value);
  };
  for (std::string_view name : types.system) {
    ValueClass value = primitiveClass(name);
    if (value == ValueClass::None || classCanFit(value)) return true;
  }
  const definitions::Definitions& r4 = definitions::r4();
  for (TypeNumber type : types.fhir) {
    ValueClass value = classOfType(type);
    if (value == ValueClass::None) return true;
    if (column.value_class != ValueClass::Complex || value != ValueClass::Complex) {
      if (column.value_class != ValueClass::Complex && classCanFit(value)) return true;
    } else if (r4.isSubtypeOf(type, column.type) || r4.isSubtypeOf(column.type, type)) {
      return true;
    }
  }
  return false;
}

bool canBeBoolean(const path::PossibleTypes& types) {
  if (types.anything || types.nothing()) return true;
  auto boolean = [](std::string_view name) { return name == "Boolean"; };
  if (std::any_of(types.system.begin(), types.system.end(), boolean)) return true;
  return std::any_of(types.fhir.begin(), types.fhir.end(),
                     [](TypeNumber type) { return classOfType(type) == ValueClass::Boolean; });
}

std::string_view toString(ValueClass value_class) {
  switch (value_class) {
    case ValueClass::None: return "nothing";
    case ValueClass::Boolean: return "a boolean";
    case ValueClass::Integer: return "an integer";
    case ValueClass::Decimal: return "a decimal";
    case ValueClass::Text: return "a text";
    case ValueClass::Date: return "a date";
    case ValueClass::DateTime: return "a dateTime";
    case ValueClass::Time: return "a time";
    case ValueClass::Complex: return "no primitive";
  }
  return "nothing";
}

}  // namespace fhir::views
