#pragma once
// Dates and times in the format of an argument: toDate('dd.MM.yyyy') (FHIRPath 3.0 5.5, trial use, format codes).
// Private to fhir/path.

#include <optional>
#include <string_view>

#include "fhir/base/temporal.h"

namespace fhir::path {

// Codes: yyyy, yy (50 to 99 are of the last century), MM, M, dd, d, HH, H, hh, h (with a), mm, m, ss, s, S+ (as many
// digits as letters), a (AM, PM), Z (+0800, +08:00 or Z). Every other letter and sign stands for itself. Nothing when
// the text does not fit, names no day or time, or the format leaves a gap: a day without its month.
std::optional<base::Temporal> parseFormatted(std::string_view text, std::string_view format);

}  // namespace fhir::path
