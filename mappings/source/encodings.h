#pragma once
// Bytes -> UTF-8 for the encodings that hospitals send: UTF-8 (with BOM), GB18030 with its 4-byte characters,
// GBK and GB2312 (both read as GB18030), UTF-16 with BOM, ISO-8859-1 and ASCII. Keeps a map back to raw offsets.
// Rare characters that vendors put into the private use area come out as Unicode where the mapping is public (Q02).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"

namespace mappings::source {

struct Decoded {
  std::string text;       // UTF-8
  std::string encoding;   // canonical name of what was used
  uint32_t replaced = 0;  // undecodable sequences replaced by U+FFFD (Q40)
  // Raw offset of a byte of `text`. Identity for UTF-8.
  uint64_t rawOffset(uint64_t text_offset) const;
  struct Mark {
    uint64_t text;
    uint64_t raw;
  };
  // Sparse, ascending, the last one at the end; between two of them text and raw bytes go in the same steps (one
  // character of 3 bytes for each of 2, say), so that every character's offset is exact. Empty: identity plus
  // `skipped`.
  std::vector<Mark> marks;
  uint32_t skipped = 0;  // BOM bytes
};

// Why::Unsupported for an unknown name; Why::Invalid at "byte N" for invalid UTF-8 when UTF-8 is declared.
// An empty name sniffs: BOM, then valid UTF-8, then GB18030. A BOM goes before any declared name.
fhir::base::Result<Decoded> decode(std::string_view bytes, std::string_view encoding);

// "GB18030" for "gb2312", "utf8" -> "UTF-8", HL7's "UNICODE UTF-8" -> "UTF-8", ...; empty for an unknown name.
// Names: UTF-8, UTF-16, UTF-16LE, UTF-16BE, GB18030, ISO-8859-1, ASCII.
std::string canonicalEncoding(std::string_view name);

// UTF-8 -> bytes, for replies ("GB18030", "GBK", "UTF-8"). What the target cannot hold becomes '?'.
fhir::base::Result<std::string> encode(std::string_view utf8, std::string_view encoding);

}  // namespace mappings::source
