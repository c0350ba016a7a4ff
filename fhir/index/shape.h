#pragma once
// What the converters need to know about R4's types and elements, as numbers: which shape a type has for search,
// and the numbers of the elements they read. Immutable after the first use.

#include <cstdint>
#include <string_view>
#include <vector>

#include "fhir/definitions/lookup.h"
#include "fhir/model/tree.h"

namespace fhir::index {

enum class Shape : uint8_t {
  Other,
  Boolean,
  Code,
  Text,    // string, markdown, id, time, base64Binary
  Uri,     // uri, url, canonical, oid, uuid
  Date,    // date, dateTime, instant
  Number,  // integer, positiveInt, unsignedInt, decimal
  Coding,
  CodeableConcept,
  Identifier,
  ContactPoint,
  HumanName,
  Address,
  Period,
  Timing,
  TimingRepeat,
  Quantity,  // and Age, Count, Distance, Duration
  Money,
  Range,
  SampledData,
  Reference,
  Extension,
  Resource,
};

// Element numbers as in model::Record::element.
struct Shapes {
  std::vector<Shape> of_type;  // by type number

  // For each element with a required binding: its code systems.
  std::vector<std::vector<definitions::SystemCodes>> systems_of_element;

  uint32_t coding_system, coding_code, coding_display;
  uint32_t concept_coding, concept_text;
  uint32_t identifier_system, identifier_value, identifier_type;
  uint32_t contact_use, contact_value;
  uint32_t period_start, period_end;
  uint32_t timing_event, timing_repeat, repeat_bounds;
  uint32_t quantity_value, quantity_comparator, quantity_unit, quantity_system, quantity_code;
  uint32_t money_value, money_currency;
  uint32_t range_low, range_high;
  uint32_t sampled_origin, sampled_factor, sampled_lower, sampled_upper, sampled_data;
  uint32_t reference_reference, reference_type, reference_identifier, reference_display;
  uint32_t extension_value;
  uint32_t name_use, name_period, address_use, address_type, address_period;
  uint32_t resource_id;

  Shapes();
  Shape shape(const model::Record& record) const { return of_type[record.type]; }
};

const Shapes& shapes();

}  // namespace fhir::index
