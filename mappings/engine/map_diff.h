#pragma once
// What two versions of a mapping make differently of the same message. For `onecard map diff` and for whoever shows a
// change before it goes live. It shows values: for the engineer's own terminal.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mappings/engine/map_runner.h"

namespace mappings::engine {

// One element (or source field) that came out otherwise; empty means that there is nothing.
struct MapDifference {
  std::string element;  // "Patient.name.text", without positions; "source PID-8" for the use of a field
  std::string before;   // the values, as JSON, several with ", " between
  std::string after;
};

// Resources are compared by type and id, the rest by $as name in order. The Provenance only names the version and is
// left out. A side that failed has its error under "the part".
std::vector<MapDifference> differences(const fhir::base::Result<MappedPart>& before,
                                       const fhir::base::Result<MappedPart>& after);

// Counts the same element over many parts.
class DiffReport {
 public:
  void add(std::string_view part, const std::vector<MapDifference>& differences);
  // One line for each element: how often changed, gained, lost, and the first of them.
  std::string text() const;
  bool equal() const { return equal_ == parts_; }

 private:
  struct Line {
    size_t changed = 0, gained = 0, lost = 0;
    std::string first;
  };
  std::map<std::string, Line> lines_;
  size_t parts_ = 0;
  size_t equal_ = 0;
};

}  // namespace mappings::engine
