// Uri (R4 3.1.1.4.13): compared as a whole. A canonical with a version is found with and without it.

#include "fhir/index/conversion.h"

namespace fhir::index {

void addUris(Conversion& conversion, uint32_t node) {
  const model::Record& record = conversion.record(node);
  if (shapes().shape(record) != Shape::Uri && shapes().shape(record) != Shape::Text) return;
  std::string_view uri = conversion.tree.value(record);
  if (uri.empty()) return;
  conversion.add().uri.uri = uri;
  if (size_t bar = uri.find('|'); bar != std::string_view::npos && bar > 0)
    conversion.add().uri.uri = uri.substr(0, bar);
}

}  // namespace fhir::index
