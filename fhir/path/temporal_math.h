#pragma once
// Dates and times: order with precisions (N1 6.1.1, 6.2) and calendar arithmetic (N1 6.6.7). Private to fhir/path.

#include <optional>

#include "fhir/base/temporal.h"
#include "fhir/path/item.h"

namespace fhir::path {

// Negative, zero or positive; nothing when one value ends where the other goes on, with equal parts so far.
// `default_zone_minutes` stands for the zone of a value without one, when only one of them has a zone.
std::optional<int> compareTemporal(const base::Temporal& left, const base::Temporal& right, int default_zone_minutes);

// Same value to the same precision (the `~` of dates and times).
bool equivalentTemporal(const base::Temporal& left, const base::Temporal& right, int default_zone_minutes);

// The value moved by a quantity of calendar or UCUM time; nothing when the unit is no time or when the
// result leaves the years 1 to 9999.
std::optional<base::Temporal> addDuration(const base::Temporal& value, const Quantity& duration, bool subtract);

bool isTimeUnit(const Quantity& quantity);

// Values that compareTemporal finds equal have equal hashes.
uint64_t hashTemporal(const base::Temporal& value, int default_zone_minutes);

}  // namespace fhir::path
