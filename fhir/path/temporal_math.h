#pragma once
// Dates and times: order with precisions (N1 6.1.1, 6.2) and calendar arithmetic (N1 6.6.7). Private to fhir/path.

#include <optional>

#include "fhir/base/temporal.h"
#include "fhir/path/item.h"

namespace fhir::path {

// Negative, zero or positive; nothing when one value ends where the other goes on, with equal parts so far,
// and when only one has a zone and they are so near that the other's zone would decide.
std::optional<int> compareTemporal(const base::Temporal& left, const base::Temporal& right);

// The value moved by a quantity of calendar or UCUM time; nothing when the unit is no time or when the
// result leaves the years 1 to 9999.
std::optional<base::Temporal> addDuration(const base::Temporal& value, const Quantity& duration, bool subtract);

// The calendar unit that a word names ("days" -> "day"); empty when it names none.
std::string_view calendarUnit(std::string_view word);
// Whether the unit may be added to a value of the kind: a calendar unit or UCUM's, but not 'a' and 'mo'; no hours
// to a Date, no days to a Time.
bool unitFits(ItemKind kind, const Quantity& quantity);

// The same moment with the zone +00:00; a value without a zone or a clock stays as it is.
base::Temporal inUtc(const base::Temporal& value);

// Values that compareTemporal finds equal have equal hashes.
uint64_t hashTemporal(const base::Temporal& value);

}  // namespace fhir::path
