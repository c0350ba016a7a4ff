#include "gateway/access/rest/interactions/interactions.h"
#include "gateway/access/rest/interactions/stored_version.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

// vread (R4 3.1.0.3): 410 when that version is the deletion.
Answer vread(const Service& service, const Call& call) {
  auto version = service.store.readVersion(call.type, call.id, call.version, call.rights);
  if (!version.ok()) return refuse(version.error());
  if (version->deleted) return refuse({fhir::base::Why::Gone, "this version is the deletion of the resource", {}});
  return showVersion(service, call, std::move(version).value());
}

}  // namespace gateway::access::rest::interactions
