// String (R4 3.1.1.4.8): each text of a name or an address, and plain strings.

#include "fhir/base/text.h"
#include "fhir/index/conversion.h"

namespace fhir::index {
namespace {

void addText(Conversion& conversion, const model::Record& record) {
  std::string_view text = conversion.tree.value(record);
  if (!text.empty()) conversion.add().string.text = text;
}

// All string members: of a HumanName text, family, given, prefix, suffix; of an Address text, line, city,
// district, state, postalCode, country.
void addParts(Conversion& conversion, const model::Record& record) {
  for (uint32_t i = record.first; i != 0; i = conversion.record(i).next) {
    const model::Record& part = conversion.record(i);
    if (shapes().shape(part) == Shape::Text && part.name_hash != base::hashName("id")) addText(conversion, part);
  }
}

}  // namespace

void addStrings(Conversion& conversion, uint32_t node) {
  const model::Record& record = conversion.record(node);
  switch (shapes().shape(record)) {
    case Shape::HumanName:
    case Shape::Address: return addParts(conversion, record);
    case Shape::Text:
    case Shape::Code:
    case Shape::Uri: return addText(conversion, record);
    case Shape::CodeableConcept:
      for (uint32_t i = record.first; i != 0; i = conversion.record(i).next)
        if (conversion.record(i).element == shapes().concept_text) addText(conversion, conversion.record(i));
      return;
    default: return;
  }
}

std::string folded(std::string_view text) { return base::searchForm(text); }

}  // namespace fhir::index
