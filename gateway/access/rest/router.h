#pragma once
// Method and path -> interaction (R4 3.1.0.2). Uses the table of interactions/interactions.h.

#include <string>
#include <string_view>

#include "fhir/definitions/lookup.h"
#include "gateway/access/rest/answer.h"
#include "gateway/access/rest/interactions/interactions.h"

namespace gateway::access::rest {

struct Route {
  const interactions::Interaction* interaction = nullptr;
  fhir::definitions::TypeNumber type = 0;
  std::string type_name;
  std::string id;
  std::string operation;  // without $
  uint64_t version = 0;
};

// `path` is percent-encoded and below the base: "Patient/1", "/Patient/1", "". HEAD goes where GET goes. OPTIONS
// gives the answer with what the path takes.
OrRefusal<Route> route(const fhir::definitions::Definitions& definitions, std::string_view method,
                       std::string_view path);

}  // namespace gateway::access::rest
