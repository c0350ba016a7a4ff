#include "fhir/validate/places.h"

#include <charconv>

#include "fhir/base/text.h"

namespace fhir::validate {

std::optional<uint32_t> nodeAt(const model::Document::Tree& tree, std::string_view place) {
  const auto parts = base::split(place, '.');
  if (tree.type == 0 || parts.empty() || parts[0] != definitions::r4().type(tree.type)->name) return std::nullopt;
  uint32_t at = 0;
  for (size_t i = 1; i < parts.size(); ++i) {
    const size_t bracket = parts[i].find('[');
    const std::string_view name = parts[i].substr(0, bracket);
    uint32_t wanted = 0;
    if (bracket != std::string_view::npos)
      std::from_chars(parts[i].data() + bracket + 1, parts[i].data() + parts[i].size(), wanted);
    uint32_t found = 0;
    for (uint32_t j = tree.records[at].first; j != 0 && found == 0; j = tree.records[j].next)
      if (tree.name(tree.records[j]) == name && wanted-- == 0) found = j;
    if (found == 0) return at;
    at = found;
  }
  return at;
}

}  // namespace fhir::validate
