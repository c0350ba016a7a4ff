// Cardinality, choices, empty elements, primitive formats (R4 2.24.0.1, 1.16.4 "Cardinality", ele-1, ext-1).

#include "fhir/base/text.h"
#include "fhir/validate/pass.h"
#include "fhir/validate/primitives.h"

namespace fhir::validate {

using definitions::Element;
using model::JsonKind;
using model::Record;

namespace {

const Element* allElements() {
  static const Element* const elements = definitions::r4().allElements().data();
  return elements;
}

bool isObject(const Record& record) { return record.kind == JsonKind::Object; }

}  // namespace

// Counts the children of an element by their definitions.
void Pass::checkStructure(uint32_t object) {
  const Record& self = record(object);
  const Element* elements = allElements();
  for (uint32_t i = self.first; i != 0; i = record(i).next) {
    const Record& child = record(i);
    if (child.element == 0 || child.has(Record::Shadow)) continue;
    const Element& element = elements[child.element - 1];
    const uint16_t count = ++counts_[child.element - 1];
    if (count <= element.max || element.max == 65535) continue;
    if (child.has(Record::FromArray) && child.has(Record::NotFirst)) continue;  // reading has said so
    if (element.choice) {
      error(i, "structure", "choice-type", "a choice of types may be made once only");
    } else {
      error(i, "structure", "cardinality", "the element may stand here once only");
    }
  }
  for (uint32_t index : book.type(self.type).required) {
    if (counts_[index] > 0 || self.first == 0) continue;  // an empty object: reading has said so
    if (isBad(object, elements[index].name.text)) continue;
    std::string name(elements[index].name.text);
    if (elements[index].choice) name += "[x]";
    error(object, "required", "cardinality", "the required element '" + name + "' is missing");
    markBad(object, elements[index].name.text);
  }
  for (uint32_t i = self.first; i != 0; i = record(i).next)
    if (record(i).element != 0) counts_[record(i).element - 1] = 0;
}

void Pass::checkPrimitive(uint32_t index) {
  static const definitions::TypeNumber string = definitions::r4().type("string")->number;
  const std::string_view wrong = wrongPrimitive(record(index).type, value(index));
  if (wrong.empty()) {
    // R4 2.24.0.1: strings should have some other content.
    if (definitions::r4().isSubtypeOf(record(index).type, string) && base::trim(value(index)).empty())
      warning(index, "value", "primitive", "the text is nothing but white space");
    return;
  }
  error(index, "value", "primitive", std::string(wrong));
  markBad(record(index).parent, tree.name(record(index)));
}

// Attachment.size is the number of bytes of the data.
void Pass::checkAttachment(uint32_t index) {
  static constexpr base::Name kData("data"), kSize("size");
  const std::string_view data = childValue(index, kData), size = childValue(index, kSize);
  if (data.empty() || size.empty() || !wrongPrimitive("base64Binary", data).empty() ||
      !wrongPrimitive("unsignedInt", size).empty())
    return;
  size_t letters = 0;
  for (char c : data) letters += c != '=' && c != ' ' && c != '\n' && c != '\r' && c != '\t';
  if (std::to_string(letters * 3 / 4) != size)
    error(child(index, kSize), "value", "attachment-size", "the size is not that of the data");
}

// What can be said of one element before its neighbours have been looked at.
void Pass::checkForm(uint32_t index) {
  static constexpr base::Name kId("id"), kExtension("extension"), kValue("value");
  static const auto& r4 = definitions::r4();
  static const definitions::TypeNumber extension = r4.type("Extension")->number,
                                       attachment = r4.type("Attachment")->number,
                                       reference = r4.type("Reference")->number, xhtml = r4.type("xhtml")->number,
                                       bundle = r4.type("Bundle")->number;
  const Record& self = record(index);
  if (isObject(self)) {
    bool content = false;
    for (uint32_t i = self.first; i != 0 && !content; i = record(i).next) content = record(i).name_hash != kId.hash;
    if (!content && self.first != 0 && !isResource(index))
      error(index, "invariant", "ele-1", "the element has neither a value nor children beside its id");
    checkStructure(index);
  } else if (self.type == xhtml) {
    checkNarrative(index);
  } else {
    checkPrimitive(index);
  }
  if (self.type == extension) {
    const bool nested = child(index, kExtension) != kNone, valued = child(index, kValue) != kNone;
    if (nested == valued)
      error(index, "invariant", "ext-1", "an extension has either a value or extensions, and not both");
  } else if (self.type == reference) {
    checkReference(index);
  } else if (self.type == attachment) {
    checkAttachment(index);
  } else if (isResource(index)) {
    checkContained(index);
    if (self.type == bundle) checkBundle(index);
  }
}

// Codes, invariants and profiles: said only of what is well formed.
void Pass::checkMeaning(uint32_t index) {
  static const auto& r4 = definitions::r4();
  static const definitions::TypeNumber extension = r4.type("Extension")->number,
                                       quantity = r4.type("Quantity")->number, coding = r4.type("Coding")->number;
  const Record& self = record(index);
  if (self.element != 0) {
    const ElementBook& mine = book.element(self.element - 1);
    if (mine.required.set() || mine.extensible.set()) checkBindings(index, mine);
    for (const Invariant* invariant : mine.invariants) checkInvariant(index, *invariant);
    for (std::string_view profile : mine.profiles)
      if (const Profile* known = profiles.find(profile); known != nullptr && r4.isSubtypeOf(self.type, known->type))
        checkProfile(index, *known);
  }
  for (const Invariant* invariant : book.type(self.type).invariants) checkInvariant(index, *invariant);
  if (r4.isSubtypeOf(self.type, quantity) || self.type == coding) checkUnit(index);
  if (self.type == coding) checkCode(index);
  if (self.type == extension) {
    checkExtension(index);
  } else if (isResource(index)) {
    checkDeclaredProfiles(index);
  }
}

}  // namespace fhir::validate
