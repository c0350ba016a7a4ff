#include "gateway/access/rest/interactions/interactions.h"

#include <algorithm>

#include "gateway/access/rest/operations/operations.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::interactions {

namespace {

constexpr Interaction kAll[] = {
    // shape             method    code                writes  parameters             function
    {Shape::Metadata, "GET", "", false, Accepts::NoParameters, capabilities},
    {Shape::Instance, "GET", "read", false, Accepts::Subset, read},
    {Shape::Version, "GET", "vread", false, Accepts::Subset, vread},
    {Shape::Instance, "PUT", "update", true, Accepts::NoParameters, update},
    {Shape::Instance, "PATCH", "patch", true, Accepts::NoParameters, patch},
    {Shape::Instance, "DELETE", "delete", true, Accepts::NoParameters, remove},
    {Shape::InstanceHistory, "GET", "history-instance", false, Accepts::History, historyInstance},
    {Shape::TypeHistory, "GET", "history-type", false, Accepts::History, historyType},
    {Shape::SystemHistory, "GET", "history-system", false, Accepts::History, historySystem},
    {Shape::Type, "POST", "create", true, Accepts::NoParameters, create},
    {Shape::Type, "PUT", "", true, Accepts::Search, updateMatching},
    {Shape::Type, "PATCH", "patch", true, Accepts::Search, patch},
    {Shape::Type, "DELETE", "", true, Accepts::Search, removeMatching},
    {Shape::Type, "GET", "search-type", false, Accepts::Search, searchType},
    {Shape::TypeSearch, "GET", "search-type", false, Accepts::Search, searchType},
    {Shape::TypeSearch, "POST", "search-type", false, Accepts::Search, searchType},
    {Shape::TypeOperation, "GET", "", false, Accepts::Search, operations::perform},
    {Shape::TypeOperation, "POST", "", false, Accepts::Search, operations::perform},
    {Shape::InstanceOperation, "GET", "", false, Accepts::Search, operations::perform},
    {Shape::InstanceOperation, "POST", "", false, Accepts::Search, operations::perform},
    {Shape::System, "POST", "transaction", false, Accepts::NoParameters, batchOrTransaction},
    {Shape::System, "POST", "batch", false, Accepts::NoParameters, batchOrTransaction},
};

bool accepted(Accepts accepts, std::string_view parameter) {
  switch (accepts) {
    case Accepts::NoParameters: return false;
    case Accepts::Subset: return parameter == "_summary" || parameter == "_elements";
    case Accepts::History:
      return parameter == "_count" || parameter == "_since" || parameter == "_at" || parameter == "_page";
    case Accepts::Search: return true;  // the query parser or the operation is the judge
  }
  return false;
}

}  // namespace

std::span<const Interaction> all() { return kAll; }

Answer perform(const Interaction& interaction, const Service& service, const Call& call) {
  if (interaction.writes && !call.rights.unrestricted())
    return refuse({fhir::base::Why::Forbidden, "this caller may read, not write", {}});
  if (!call.preferences.lenient) {
    for (const auto& [name, value] : call.parameters)
      if (!accepted(interaction.accepts, name))
        return refuse(Refusal::UnknownParameter, "this interaction has no such parameter", "http." + name);
  }
  return interaction.run(service, call);
}

}  // namespace gateway::access::rest::interactions
