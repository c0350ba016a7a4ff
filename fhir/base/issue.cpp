#include "fhir/base/issue.h"

#include <algorithm>

namespace fhir::base {

std::string_view toString(Severity severity) {
  switch (severity) {
    case Severity::Information: return "information";
    case Severity::Warning: return "warning";
    case Severity::Error: return "error";
    case Severity::Fatal: return "fatal";
  }
  return "error";
}

bool Findings::hasErrors() const {
  return std::any_of(list_.begin(), list_.end(), [](const Finding& f) { return f.severity >= Severity::Error; });
}

}  // namespace fhir::base
