#pragma once
// Dates as systems and people write them (quirk Q04): one reader for all of
//   20250306  202503  2025  20250306084500[.123][+0800]  2025030609:01:10
//   2025-03-06 08:15:28.000  2025/3/6 9:48:15  2025.3.6  2025-03-06T08:15:28+08:00
//   2025年3月6日 8时15分  3月6日 (year-less)
// Sentinels that mean "no date" (years up to 1, 1900-01-01, 9999-12-31, all zeros) are absent.

#include <optional>
#include <string_view>

#include "fhir/base/result.h"
#include "fhir/base/temporal.h"

namespace mappings::engine {

// The days a file is about: it supplies the year of a year-less date. "2025", "2025-03" or "2025-01/2025-06".
struct FilePeriod {
  int64_t first_day = 0;  // days since 1970-01-01, inclusive
  int64_t last_day = 0;
};
std::optional<FilePeriod> readPeriod(std::string_view text);

struct ReadDate {
  enum class Kind { Value, Absent, NoYear } kind = Kind::Absent;  // NoYear: year-less and no period says which
  fhir::base::Temporal value;                                     // with a zone whenever it has a time of day
};

// Why::Invalid when the text is no date, or not a day of the calendar. The text is not quoted.
fhir::base::Result<ReadDate> readDate(std::string_view text, int zone_minutes,
                                      const std::optional<FilePeriod>& period = {});

// "+08:00" -> 480; nothing when it is no zone.
std::optional<int> readZone(std::string_view text);

}  // namespace mappings::engine
