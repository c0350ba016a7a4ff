#pragma once
// Literal references (R4 2.3.0.1): "Patient/1", "Patient/1/_history/2", "http://host/fhir/Patient/1",
// "urn:uuid:...", "#contained".

#include <optional>
#include <string_view>

namespace fhir::model {

struct Reference {
  std::string_view base;  // "http://host/fhir" without the last slash; empty when relative
  std::string_view type;  // "Patient"; empty for urn: and fragments
  std::string_view id;
  std::string_view version;   // after /_history/
  std::string_view fragment;  // "contained" of "#contained"
  std::string_view urn;       // the whole text of a urn:uuid: or urn:oid:
};

// Nothing when the text is none of these shapes (a canonical or any other URI).
std::optional<Reference> parseReference(std::string_view text);

// Resource.id and reference ids: [A-Za-z0-9\-\.]{1,64} (R4 2.24.0.1).
bool isValidId(std::string_view id);

}  // namespace fhir::model
