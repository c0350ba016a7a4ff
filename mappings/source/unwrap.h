#pragma once
// Payloads inside payloads (quirk Q07): the text of a node is read as XML, JSON, base64 or a form, and what is found
// becomes the node's children, so that paths simply go on: Envelope.Body.CallService.inXml.REQUEST.BODY.

#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "mappings/source/source_reader.h"

namespace mappings::source {

// What went wrong below one node. The others are unwrapped.
struct UnwrapFailure {
  uint32_t node;
  fhir::base::Error error;  // names the node's place
};

// `message` is the text to which the tree's offsets refer. Nodes that are not there are no failure.
std::vector<UnwrapFailure> unwrap(SourceTree& tree, std::string_view message, const ReadOptions& options);

}  // namespace mappings::source
