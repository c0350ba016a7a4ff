#pragma once
// Canonical references (R4 2.24.0.12): "url" or "url|version", and how versions are compared. Thread-safe.

#include <string_view>

namespace fhir::model {

struct Canonical {
  std::string_view url, version;  // version may be empty
};
Canonical splitCanonical(std::string_view canonical);

// Below zero when `a` is older than `b`. Pieces between dots and hyphens are compared as numbers when both are:
// 1.10 is after 1.9, 4.0.1 after 4.0.
int compareVersions(std::string_view a, std::string_view b);

// Whether a version is what was asked for: the same, or more exact ("1.2.5" for "1.2").
bool versionAnswers(std::string_view version, std::string_view asked);

}  // namespace fhir::model
