#pragma once
// Types of items: their names, and whether an item is of a type (N1 6.3 and 10). Private to fhir/path.

#include <optional>

#include "fhir/path/item.h"
#include "fhir/path/program.h"

namespace fhir::path {

// "System" + "Integer" for values, "FHIR" + "HumanName" for FHIR elements; an element that has its type only
// through its place (Patient.contact) is a BackboneElement or Element. Leaves of untyped trees are System types,
// their objects have none.
TypeName typeNameOf(const Item& item);

// Of the type or a subtype.
bool isType(const TypeName& actual, const TypeSpecifier& type);
bool isOfType(const Item& item, const TypeSpecifier& type);

// What `as` and ofType() make of the item; nothing when it is not of the type. Unlike `is`, they take FHIR's
// primitives as independent of each other (FHIR R4 2.9.1.5: "markdown is not a subclass of string"), and a primitive
// as the value of a System type that it is converted to (2.9.1.2: "Patient.name.given.as(System.string)").
std::optional<Item> asType(const Item& item, const TypeSpecifier& type, base::Arena& arena);

// A FHIR type that holds a value: string, date, ...
bool isPrimitiveType(const TypeName& type);

// "FHIR.Element", "System.Any"; empty where there is none.
std::string_view baseTypeOf(const TypeName& type, base::Arena& arena);

}  // namespace fhir::path
