#pragma once
// Short names for identifier and code systems: mappings say system('id-card'), the table code_maps/systems.csv says
// what URI that is. "{canonical}" stands for the site's own prefix, "{institution}" for the institution whose
// message it is: numbers that are unique only inside an institution get a system of their own (domain: local
// numbers are keyed by system, assigner and value). Immutable, thread-safe.

#include <map>
#include <string>
#include <string_view>

#include "fhir/base/result.h"

namespace mappings::engine {

class SystemNames {
 public:
  static fhir::base::Result<SystemNames> load(const std::string& path, std::string_view file);

  bool has(std::string_view name) const { return uris_.find(name) != uris_.end(); }
  // The URI of the name with both places filled; text that is no name is a URI already and comes back.
  std::string uri(std::string_view name, std::string_view canonical, std::string_view institution) const;
  // The name that lies nearest, for error texts; empty when none is near.
  std::string nearest(std::string_view name) const;
  const std::string& bytes() const { return bytes_; }

 private:
  std::map<std::string, std::string, std::less<>> uris_;
  std::string bytes_;
};

// A word of `words` within a few typing mistakes of `wrong`; empty when there is none.
template <typename Words>
std::string nearestWord(std::string_view wrong, const Words& words);
size_t editDistance(std::string_view a, std::string_view b);

template <typename Words>
std::string nearestWord(std::string_view wrong, const Words& words) {
  std::string best;
  size_t best_distance = wrong.size() < 3 ? 2 : wrong.size() < 6 ? 3 : 4;  // allowed + 1
  for (const auto& word : words) {
    const size_t distance = editDistance(wrong, word);
    if (distance >= best_distance) continue;
    best = std::string(word);
    best_distance = distance;
  }
  return best;
}

}  // namespace mappings::engine
