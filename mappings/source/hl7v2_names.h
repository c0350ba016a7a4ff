#pragma once
// The dictionary behind PID.3.type and PID.5.family: which data type a field has and how its components are called
// (HL7 v2.5.1 chapters 2A, 3, 4 and 7; names of ours where the standard has none that reads well). It only adds names
// to positions: a field that is missing here is read all the same. The data is in hl7v2_names.cpp.
// Thread-safe.

#include <cstdint>
#include <span>
#include <string_view>

#include "fhir/base/name.h"

namespace mappings::source {

// The data types of a segment's fields by their numbers (element 0 is unused), 0 where nothing is known; the list may
// be shorter than the segment.
std::span<const uint16_t> fieldShapes(std::string_view segment);
// The data type of OBX-5 by OBX-2; 0: it has no components, or nothing is known.
uint16_t valueShape(std::string_view value_type);

// The name of a component (from 1) of a data type; empty when it has none.
const fhir::base::Name& componentAlias(uint16_t shape, uint32_t component);

// The data type of a component, which names its subcomponents; 0: nothing known.
uint16_t componentShape(uint16_t shape, uint32_t component);

}  // namespace mappings::source
