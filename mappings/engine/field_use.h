#pragma once
// The account of a run: what every non-empty leaf of the source was used for.

#include <string>
#include <vector>

#include "mappings/engine/map.h"
#include "mappings/engine/part_view.h"

namespace mappings::engine {

struct FieldAccount {
  std::vector<SourceField> fields;
  // Digest of what the part says, without the fields that the mapping ignores: the same content sent again in another
  // envelope has the same key. 32 hex digits.
  std::string part_key;
};
FieldAccount accountOf(const Map& map, const PartView& part);

// "unread: OBX-14 ...", "ignored: MSH-5 reason": one line for each path that is not carried over.
std::vector<std::string> notCarriedLines(const std::vector<SourceField>& fields);

}  // namespace mappings::engine
