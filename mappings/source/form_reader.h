#pragma once
// application/x-www-form-urlencoded (URL Standard 5.1) -> one leaf for each pair, in order. The encoding of the
// decoded bytes is the caller's business: GBK forms are common.

#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "mappings/source/tree_builder.h"

namespace mappings::source {

// `bytes` are what was sent. Names and texts are copied into the tree. An empty `encoding` sniffs over all values;
// `used` and `replaced` tell what came of it. The error has where = "byte N" of `bytes`.
struct FormEncoding {
  std::string used;
  uint32_t replaced = 0;
};
fhir::base::Result<FormEncoding> readFormInto(SourceTree& tree, uint32_t parent, std::string_view bytes,
                                              Origin origin, std::string_view encoding, const ReadLimits& limits);

}  // namespace mappings::source
