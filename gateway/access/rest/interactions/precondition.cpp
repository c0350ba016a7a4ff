#include "gateway/access/rest/interactions/precondition.h"

#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

using fhir::base::Why;
using record::store::WriteMode;

Answer versionMismatch() {
  return refuse(Refusal::VersionMismatch, "the current version is not the one that If-Match names", "http.If-Match");
}

OrRefusal<WritePrecondition> writePrecondition(const Service& service, const Call& call) {
  return writePrecondition(service, call, call.id);
}

OrRefusal<WritePrecondition> writePrecondition(const Service& service, const Call& call, std::string_view id) {
  WritePrecondition precondition;
  const EntityTags& match = call.preconditions.if_match;
  if (match.versions.size() > 1)
    return refuse({Why::Unsupported, "If-Match names one version here", "http.If-Match"});
  if (match.versions.size() == 1) {
    precondition.if_match = match.versions[0];
  } else if (match.any) {
    auto current = service.store.read(call.type, id, call.rights);
    if (!current.ok() && (current.error().why == Why::NotFound || current.error().why == Why::Gone))
      return versionMismatch();
    if (!current.ok()) return refuse(current.error());
    precondition.if_match = current->version;
  }
  const EntityTags& none = call.preconditions.if_none_match;
  if (!none.versions.empty())
    return refuse({Why::Unsupported, "If-None-Match of a write is * here", "http.If-None-Match"});
  if (none.any && call.method == "PUT") precondition.mode = WriteMode::Create;
  return precondition;
}

Answer refuseWrite(const fhir::base::Error& error) {
  if (error.why == Why::Conflict && error.where == "if-match") return versionMismatch();
  if (error.why == Why::Conflict && error.where == "exists")
    return refuse(Refusal::ExistsAlready, "the resource exists already", "http.If-None-Match");
  return refuse(error);
}

}  // namespace gateway::access::rest::interactions
