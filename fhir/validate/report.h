#pragma once
// Findings for people and for programs. Thread-safe.

#include <string>
#include <string_view>

#include "fhir/base/issue.h"
#include "fhir/base/json.h"
#include "fhir/model/document.h"

namespace fhir::validate {

// Where an element stands in the text that was read, JSON or XML.
class SourcePlaces {
 public:
  // `text` is what the document was read from; both must outlive this.
  SourcePlaces(std::string_view text, const model::Document& document, bool is_xml)
      : text_(text), document_(document), is_xml_(is_xml) {}
  // Of the element, or of the nearest one around it that exists.
  base::LineColumn of(std::string_view expression) const;

 private:
  std::string_view text_;
  const model::Document& document_;
  bool is_xml_;
};

// One line each: "file:line:column path: severity rule text".
std::string asText(const base::Findings& findings, std::string_view file, const SourcePlaces& places);

// An OperationOutcome (R4 2.1.0). Without findings one issue says that all is well.
std::string asOutcome(const base::Findings& findings, const SourcePlaces& places);
// The same for a text that the reader does not have before him: without line and column.
std::string asOutcome(const base::Findings& findings);
// An OperationOutcome for what could not be read.
std::string asOutcome(const base::Error& error);

}  // namespace fhir::validate
