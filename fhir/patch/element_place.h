#pragma once
// ElementPlace: where an element that FHIRPath found stands in the JSON of its resource, and the changes that can be
// made there. A list of primitives has a second list `_x`; both are changed together. Private to fhir/patch.

#include <optional>
#include <string>

#include "fhir/definitions/lookup.h"
#include "fhir/model/json_value.h"
#include "fhir/patch/patch_value.h"
#include "fhir/path/navigator.h"

namespace fhir::patch {

struct ElementPlace {
  model::JsonValue* object = nullptr;  // which has the member
  std::string key;                     // "given", "valueQuantity"
  std::optional<size_t> index;         // in the array, when it is one
  const definitions::Element* element = nullptr;
  definitions::TypeNumber type = 0;
};

// `node` is of a document read from the text of `root`. Nothing for the resource itself, and for elements that cannot
// be found again (arrays with empty places).
std::optional<ElementPlace> placeIn(model::JsonValue& root, path::Node node);

// The object whose members are the children of the element; made when the element is a primitive without `_x`.
model::JsonValue* objectOf(model::JsonValue& root, path::Node node);

// Puts a member where the definition of the type has it, among those that are there.
model::JsonValue& memberInOrder(model::JsonValue& object, definitions::TypeNumber type, const std::string& key);

// Lists of an object: how long, insert, take out, set. `type` is that of the object; 0: a new list stands at the end.
size_t listLength(const model::JsonValue& object, const std::string& key);
void insertItem(model::JsonValue& object, definitions::TypeNumber type, const std::string& key, size_t index,
                JsonPair pair);
JsonPair takeItem(model::JsonValue& object, const std::string& key, size_t index);
void setItem(model::JsonValue& object, const std::string& key, size_t index, JsonPair pair);

// Takes out objects and arrays that are empty, and those that only held such.
void dropEmpty(model::JsonValue& value);

}  // namespace fhir::patch
