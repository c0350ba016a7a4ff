#pragma once
// Rights as SQL, the one place for both the searches and the reads (design decision 18): which rows of `version` may
// be seen. Every hop of a plan puts this condition on the version that it touches.

#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/lookup.h"
#include "gateway/record/search/rights.h"
#include "gateway/record/sql/sqlite.h"

namespace gateway::record::store {

// May every caller who sees anything see resources of this type? Organization, Practitioner, Location, ... : types in
// no Patient compartment (R4 CompartmentDefinition/patient), without those that can still tell something about a
// person (Task, Bundle, Binary, Device, ...). The latter are seen by unrestricted callers only.
bool isShared(fhir::definitions::TypeNumber type);

// A condition on the version row called `alias`; "1" when the rights are unrestricted, "0" when they see nothing.
// `type`: the type that the row is known to have, 0 when it can be any. The values of the condition's `?` are
// appended to `binds` in their order, so call it where the condition stands in the statement.
std::string visibleSql(std::string_view alias, fhir::definitions::TypeNumber type, const search::Rights& rights,
                       std::vector<sql::Value>& binds);

// The same for one list of Patients: a comma-separated list for SQL `IN (...)` of the hashes in `compartment.patient`
// and `idx_patient.patient`.
std::string patientListSql(const search::Rights& rights, std::vector<sql::Value>& binds);

}  // namespace gateway::record::store
