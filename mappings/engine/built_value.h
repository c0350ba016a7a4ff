#pragma once
// BuiltValue: a FHIR data type that a mapping function made (Coding, CodeableConcept, Quantity, Reference, ...), as a
// tree that FHIRPath can walk further and the writer prints. Lives in the evaluation's arena.

#include <string_view>

#include "fhir/base/arena.h"
#include "fhir/path/item.h"
#include "fhir/path/navigator.h"

namespace mappings::engine {

struct BuiltValue {
  std::string_view name;  // member name by which the parent holds it
  std::string_view type;  // FHIR type: "Coding", "Observation.referenceRange"; primitives: "string", "decimal"
  std::string_view text;  // primitives; for a Coding its code, so that it can be compared and written as a code
  fhir::path::ScalarKind scalar = fhir::path::ScalarKind::None;
  BuiltValue* parent = nullptr;
  BuiltValue* first = nullptr;
  BuiltValue* last = nullptr;
  BuiltValue* next = nullptr;

  static BuiltValue* object(fhir::base::Arena& arena, std::string_view type);
  // Adds a primitive member; nothing when the text is empty. Text is copied into the arena.
  BuiltValue* add(fhir::base::Arena& arena, std::string_view name, std::string_view text,
                  fhir::path::ScalarKind kind = fhir::path::ScalarKind::String);
  BuiltValue* addObject(fhir::base::Arena& arena, std::string_view name, std::string_view type);
  // Puts a value under `name`; a value has one parent, so it is put in once.
  void adopt(std::string_view name, BuiltValue* value);

  static const fhir::path::Navigator& navigator();
  fhir::path::Item item() const;
  // The BuiltValue behind an item; nullptr when it is something else.
  static const BuiltValue* of(const fhir::path::Item& item);
};

}  // namespace mappings::engine
