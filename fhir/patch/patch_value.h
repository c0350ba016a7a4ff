#pragma once
// PatchValue: the value that an operation of a FHIRPath Patch brings (R4 "FHIRPath Patch"), and the same the other
// way round. Private to fhir/patch.
//
// In Parameters a value is a part: `valueX` for the types that R4 allows there, `resource` for a resource, and for
// all other types (backbone elements, Narrative, Extension) parts within the part, one for each child element.

#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/definitions/lookup.h"
#include "fhir/model/json_value.h"

namespace fhir::patch {

// What stands under one JSON member, or one item of its array: the value and what `_x` holds. Null: nothing.
struct JsonPair {
  model::JsonValue value;
  model::JsonValue side;

  bool nothing() const;
  friend bool same(const JsonPair& a, const JsonPair& b);  // to the digit
};

struct PatchValue {
  definitions::TypeNumber type = 0;     // of valueX and resource; 0 for parts
  JsonPair pair;                        // of valueX and resource
  std::vector<model::JsonValue> parts;  // else
};

// Of the part called "value" (or of one within it). Errors are without a place.
base::Result<PatchValue> readValue(const model::JsonValue& part);

// The value as JSON for a place of this type. Why::Invalid when it is of another.
base::Result<JsonPair> valueFor(const PatchValue& value, definitions::TypeNumber type, int depth = 0);

// Which of the types of an element the value takes; 0 when none.
definitions::TypeNumber typeFor(const PatchValue& value, const definitions::Element& element);

// The part `name` with this value. Why::Unsupported for members that the type does not have.
base::Result<model::JsonValue> writeValue(std::string_view name, const JsonPair& pair, definitions::TypeNumber type);

// "value" + Quantity -> "valueQuantity" for a choice, else the name.
std::string jsonName(const definitions::Element& element, definitions::TypeNumber type);

// The resource type that an object names; 0 when it names none.
definitions::TypeNumber resourceTypeOf(const model::JsonValue& object);
bool isPrimitive(definitions::TypeNumber type);

// A place in a part list, of name `name`; nullptr when absent.
const model::JsonValue* findPart(const model::JsonValue& parameter, std::string_view name);

}  // namespace fhir::patch
