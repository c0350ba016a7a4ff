#include "gateway/access/rest/interactions/interactions.h"
#include "gateway/access/rest/interactions/stored_version.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

// read (R4 3.1.0.2): 410 for what was deleted, 404 for what never was and for what the caller may not see.
Answer read(const Service& service, const Call& call) {
  auto version = service.store.read(call.type, call.id, call.rights, call.as_of);
  if (!version.ok()) return refuse(version.error());
  if (version->deleted) return refuse({fhir::base::Why::Gone, "the resource has been deleted", {}});
  return showVersion(service, call, std::move(version).value());
}

}  // namespace gateway::access::rest::interactions
