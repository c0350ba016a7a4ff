#pragma once
// Delimited text (RFC 4180: quotes, doubled quotes, line ends within quotes; CRLF or LF) -> one part for each row,
// its columns under the names of the header. Blank rows are passed over. A row with the wrong number of columns is a
// part with an error; the rows around it are read.

#include <memory>
#include <string>
#include <vector>

#include "fhir/base/result.h"
#include "mappings/source/source_reader.h"

namespace mappings::source {

// `text` is UTF-8. Offsets are those of `text`. Why::Invalid when there is no header or no row.
fhir::base::Result<std::vector<Part>> readDelimited(const std::shared_ptr<const std::string>& text,
                                                    const ReadOptions& options);

}  // namespace mappings::source
