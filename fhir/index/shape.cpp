#include "fhir/index/shape.h"

namespace fhir::index {
namespace {

using definitions::Definitions;
using definitions::Type;
using definitions::TypeKind;

uint32_t elementNumber(std::string_view type, std::string_view name) {
  const Definitions& r4 = definitions::r4();
  const definitions::Element* element = r4.element(r4.type(type)->number, base::Name(name));
  return static_cast<uint32_t>(element - r4.allElements().data()) + 1;
}

struct NamedShape {
  const char* type;
  Shape shape;
};
constexpr NamedShape kNamedShapes[] = {
    {"boolean", Shape::Boolean},
    {"code", Shape::Code},
    {"date", Shape::Date},
    {"dateTime", Shape::Date},
    {"instant", Shape::Date},
    {"decimal", Shape::Number},
    {"integer", Shape::Number},
    {"positiveInt", Shape::Number},
    {"unsignedInt", Shape::Number},
    {"uri", Shape::Uri},
    {"url", Shape::Uri},
    {"canonical", Shape::Uri},
    {"oid", Shape::Uri},
    {"uuid", Shape::Uri},
    {"Coding", Shape::Coding},
    {"CodeableConcept", Shape::CodeableConcept},
    {"Identifier", Shape::Identifier},
    {"ContactPoint", Shape::ContactPoint},
    {"HumanName", Shape::HumanName},
    {"Address", Shape::Address},
    {"Period", Shape::Period},
    {"Timing", Shape::Timing},
    {"Timing.repeat", Shape::TimingRepeat},
    {"Money", Shape::Money},
    {"Range", Shape::Range},
    {"SampledData", Shape::SampledData},
    {"Reference", Shape::Reference},
    {"Extension", Shape::Extension},
};

}  // namespace

Shapes::Shapes() {
  const Definitions& r4 = definitions::r4();
  of_type.resize(r4.types().size() + 1, Shape::Other);
  const definitions::TypeNumber quantity = r4.type("Quantity")->number;
  for (const Type& type : r4.types()) {
    if (type.kind == TypeKind::Primitive) of_type[type.number] = Shape::Text;
    if (type.kind == TypeKind::Resource) of_type[type.number] = Shape::Resource;
    if (r4.isSubtypeOf(type.number, quantity)) of_type[type.number] = Shape::Quantity;
  }
  for (const NamedShape& named : kNamedShapes) of_type[r4.type(named.type)->number] = named.shape;

  systems_of_element.resize(r4.allElements().size() + 1);
  for (size_t i = 0; i < r4.allElements().size(); ++i) {
    const definitions::Element& element = r4.allElements()[i];
    auto systems = r4.requiredSystems(element.binding);
    systems_of_element[i + 1].assign(systems.begin(), systems.end());
  }

  coding_system = elementNumber("Coding", "system");
  coding_code = elementNumber("Coding", "code");
  coding_display = elementNumber("Coding", "display");
  concept_coding = elementNumber("CodeableConcept", "coding");
  concept_text = elementNumber("CodeableConcept", "text");
  identifier_system = elementNumber("Identifier", "system");
  identifier_value = elementNumber("Identifier", "value");
  identifier_type = elementNumber("Identifier", "type");
  contact_use = elementNumber("ContactPoint", "use");
  contact_value = elementNumber("ContactPoint", "value");
  period_start = elementNumber("Period", "start");
  period_end = elementNumber("Period", "end");
  timing_event = elementNumber("Timing", "event");
  timing_repeat = elementNumber("Timing", "repeat");
  repeat_bounds = elementNumber("Timing.repeat", "bounds");
  quantity_value = elementNumber("Quantity", "value");
  quantity_comparator = elementNumber("Quantity", "comparator");
  quantity_unit = elementNumber("Quantity", "unit");
  quantity_system = elementNumber("Quantity", "system");
  quantity_code = elementNumber("Quantity", "code");
  money_value = elementNumber("Money", "value");
  money_currency = elementNumber("Money", "currency");
  range_low = elementNumber("Range", "low");
  range_high = elementNumber("Range", "high");
  sampled_origin = elementNumber("SampledData", "origin");
  sampled_factor = elementNumber("SampledData", "factor");
  sampled_lower = elementNumber("SampledData", "lowerLimit");
  sampled_upper = elementNumber("SampledData", "upperLimit");
  sampled_data = elementNumber("SampledData", "data");
  reference_reference = elementNumber("Reference", "reference");
  reference_type = elementNumber("Reference", "type");
  reference_identifier = elementNumber("Reference", "identifier");
  reference_display = elementNumber("Reference", "display");
  extension_value = elementNumber("Extension", "value");
  name_use = elementNumber("HumanName", "use");
  name_period = elementNumber("HumanName", "period");
  address_use = elementNumber("Address", "use");
  address_type = elementNumber("Address", "type");
  address_period = elementNumber("Address", "period");
  resource_id = elementNumber("Resource", "id");
}

const Shapes& shapes() {
  static const Shapes shapes;
  return shapes;
}

}  // namespace fhir::index
