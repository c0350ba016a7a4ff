// Reference (R4 3.1.1.4.12): literal references, identifiers of logical ones, canonicals and URIs.

#include "fhir/model/reference.h"
#include "fhir/index/conversion.h"

namespace fhir::index {
namespace {

// False for references into the resource itself.
bool readLiteral(std::string_view text, ReferenceValue& out) {
  if (text.empty() || text.front() == '#') return false;
  auto reference = model::parseReference(text);
  if (reference && reference->base.empty() && !reference->type.empty()) {
    out.type = reference->type;
    out.id = reference->id;
  } else if (reference && !reference->version.empty()) {
    out.url = text.substr(0, text.rfind("/_history/"));
  } else {
    out.url = text;
  }
  return true;
}

void addReference(Conversion& conversion, uint32_t node) {
  const Shapes& s = shapes();
  ReferenceValue value;
  bool found = false;
  for (uint32_t i = conversion.record(node).first; i != 0; i = conversion.record(i).next) {
    const model::Record& child = conversion.record(i);
    if (child.element == s.reference_reference) {
      found = readLiteral(conversion.tree.value(child), value) || found;
    } else if (child.element == s.reference_identifier) {
      readIdentifier(conversion.tree, i, value.identifier);
      found = found || !value.identifier.code.empty();
    } else if (child.element == s.reference_display) {
      value.display = conversion.tree.value(child);
      found = found || !value.display.empty();
    }
  }
  if (found) conversion.add().reference = std::move(value);
}

void addUri(Conversion& conversion, const model::Record& record) {
  std::string_view text = conversion.tree.value(record);
  text = text.substr(0, text.find('|'));
  ReferenceValue value;
  if (readLiteral(text, value)) conversion.add().reference = std::move(value);
}

// Bundle.entry[0].resource: the resource itself is what is referred to.
void addResource(Conversion& conversion, const model::Record& record) {
  for (uint32_t i = record.first; i != 0; i = conversion.record(i).next) {
    if (conversion.record(i).element != shapes().resource_id) continue;
    ReferenceValue& value = conversion.add().reference;
    value.type = definitions::r4().type(record.type)->name;
    value.id = conversion.tree.value(conversion.record(i));
    return;
  }
}

}  // namespace

void addReferences(Conversion& conversion, uint32_t node) {
  const model::Record& record = conversion.record(node);
  switch (shapes().shape(record)) {
    case Shape::Reference: return addReference(conversion, node);
    case Shape::Uri: return addUri(conversion, record);
    case Shape::Resource: return addResource(conversion, record);
    default: return;
  }
}

}  // namespace fhir::index
