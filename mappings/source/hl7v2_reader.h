#pragma once
// HL7 v2 (ER7) -> one tree for each message: segments, fields, repeats, components and subcomponents in their order,
// whatever the version and event (HL7 v2.5.1 chapter 2.5 and 2.7 for delimiters and escapes). Batch and file headers
// and trailers (2.10.3) are passed over. A line that does not begin like a segment continues the one before it.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "mappings/source/source_reader.h"

namespace mappings::source {

// `text` is UTF-8. Offsets are those of `text`. `encoding` is what it was in, for \X..\ escapes.
fhir::base::Result<std::vector<Part>> readHl7v2(const std::shared_ptr<const std::string>& text,
                                                std::string_view encoding, const ReadOptions& options);

// The encoding that the first message's MSH-18 names; empty when it names none, none that is known, or one that the
// bytes disprove (ASCII with high bytes). Read before decoding: the trail bytes of GB18030 can look like delimiters.
// `unknown_too`: an unknown name is given as it stands when there are bytes above ASCII, so that decode() refuses it.
std::string declaredHl7v2Encoding(std::string_view bytes, bool unknown_too = false);

}  // namespace mappings::source
