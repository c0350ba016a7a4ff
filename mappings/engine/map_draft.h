#pragma once
// A first mapping, drafted from one message: what format it is, what is wrapped inside, where its rows stand, and the
// paths of all its fields. It loads as it is; the engineer moves the fields into the output. For `onecard map new`.

#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "mappings/source/source_reader.h"

namespace mappings::engine {

struct MapDraft {
  source::ReadOptions read;  // format, encoding, unwrap, split as found
  std::string root;          // dotted path where expressions begin; empty: the message's root
  std::string yaml;          // the mapping file, without any value of the message
  std::string extension;     // of the case's file: "hl7", "xml", "json", "csv", "form"
};

// Why::Invalid when the message is in none of the formats. `encoding` as the source declares it, may be empty.
fhir::base::Result<MapDraft> draftMapping(std::string_view name, std::string_view bytes, std::string_view encoding);

}  // namespace mappings::engine
