#include "fhir/base/result.h"

namespace fhir::base {

std::string_view toString(Why why) {
  switch (why) {
    case Why::Invalid: return "invalid";
    case Why::NotFound: return "not-found";
    case Why::Gone: return "gone";
    case Why::Conflict: return "conflict";
    case Why::Forbidden: return "forbidden";
    case Why::Unsupported: return "unsupported";
    case Why::TooCostly: return "too-costly";
    case Why::OutOfTime: return "out-of-time";
    case Why::Busy: return "busy";
    case Why::Unavailable: return "unavailable";
    case Why::Fault: return "fault";
  }
  return "fault";
}

}  // namespace fhir::base
