// Composite (R4 3.1.1.4.14): the parts' values, joined because they stand below one node.

#include "fhir/index/conversion.h"

namespace fhir::index {

void addComposites(Conversion& conversion, std::span<std::vector<SearchValue>> parts) {
  size_t combinations = 1;
  for (const auto& part : parts) {
    combinations *= part.size();
    if (combinations == 0) return;
    if (combinations > kMostCombinations) combinations = kMostCombinations;
  }
  std::vector<size_t> chosen(parts.size(), 0);
  for (size_t n = 0; n < combinations; ++n) {
    SearchValue& value = conversion.add();
    value.parts.reserve(parts.size());
    for (size_t i = 0; i < parts.size(); ++i) {
      if (n + 1 == combinations) {  // nobody needs them any more
        value.parts.push_back(std::move(parts[i][chosen[i]]));
      } else {
        value.parts.push_back(parts[i][chosen[i]]);
      }
    }
    for (size_t i = parts.size(); i-- > 0;) {
      if (++chosen[i] < parts[i].size()) break;
      chosen[i] = 0;
    }
  }
}

}  // namespace fhir::index
