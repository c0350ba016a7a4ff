#pragma once
// Source fields as a mapping names them under `ignore:` and `absent:`.
//   HL7 v2      "OBX.1" (the field and its components), "PID.3.4", "MSH.*" (the whole segment)
//   elsewhere   "BRXX.ABO", "ABO" (the last names of the path), "HEAD.*" (all that is inside HEAD)
// A bare "*" is refused: it would swallow fields that nobody has seen yet.

#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "mappings/source/source_tree.h"

namespace mappings::engine {

class FieldPattern {
 public:
  static fhir::base::Result<FieldPattern> parse(std::string_view text, bool hl7);

  // `path`: names from below the root to the leaf.
  bool matches(const std::vector<std::string_view>& path) const;
  const std::string& text() const { return text_; }

 private:
  bool matchesAt(const std::vector<std::string_view>& path, size_t start) const;

  std::string text_;
  std::vector<std::string> names_;
  bool inside_ = false;    // ends with ".*"
  bool anchored_ = false;  // HL7 v2: begins at the segment, and takes the components along
};

// Names from below the root to the record.
void pathNames(const source::SourceTree& tree, uint32_t record, std::vector<std::string_view>& out);
// "OBX-14", "OBX-3.1"; "HEAD.JGDM" elsewhere, without the first `skip` names.
std::string pathText(const source::SourceTree& tree, const std::vector<std::string_view>& path, size_t skip = 0);

}  // namespace mappings::engine
