#pragma once
// What the REST interface is built from. References outlive the Rest object; all of them are thread-safe.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "fhir/base/result.h"
#include "fhir/definitions/lookup.h"
#include "fhir/terminology/loaded_terminology.h"
#include "fhir/validate/profiles.h"
#include "gateway/host/clock.h"
#include "gateway/host/http_server.h"
#include "gateway/record/search/rights.h"
#include "gateway/record/store/resource_store.h"

namespace gateway::access::rest {

struct RestLimits {
  uint32_t bundle_entries = 5'000;  // of one batch or transaction
  uint32_t default_count = 20;      // _count when none is given
  uint32_t max_count = 200;
  uint32_t condition_attempts = 20;       // a conditional request whose condition others keep changing
  uint32_t conditional_references = 500;  // of one transaction
};

// What a resource that comes in by REST must be, beside a resource that can be read.
enum class WriteCheck : uint8_t {
  Form,  // elements that R4 has, values that their types allow; else 400
  All,   // and without errors of R4's cardinalities, bindings and invariants and of the profiles that it names; else
         // 422
};

struct Dependencies {
  record::store::ResourceStore& store;
  const fhir::definitions::Definitions& definitions;
  host::Clock& clock;
  std::function<std::string()> new_id;  // random, 128 bits, a valid Resource.id; thread-safe
  std::string base_url;                 // "http://127.0.0.1:8080/fhir", without a last slash
  int zone_minutes = 480;               // the site's zone for dates without one
  RestLimits limits;
  // What the caller may see. An error means that nobody known is calling: 401.
  std::function<fhir::base::Result<record::search::Rights>(const host::HttpRequest&)> rights;
  std::string signing_key;  // of page links; secret, the same after a restart
  // Told of every 500, for the log.
  std::function<void(std::string_view request_id, std::string_view what)> on_fault;
  std::string software_version = "0.1.0";
  // What the terminology operations are asked of; nullptr: they are not offered.
  std::shared_ptr<const fhir::terminology::LoadedTerminology> terminology =
      fhir::terminology::LoadedTerminology::r4();
  // What $validate, and with WriteCheck::All every write, checks against.
  std::shared_ptr<const fhir::validate::Profiles> profiles = fhir::validate::Profiles::r4();
  WriteCheck check_writes = WriteCheck::Form;
};

}  // namespace gateway::access::rest
