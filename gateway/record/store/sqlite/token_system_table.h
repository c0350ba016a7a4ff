#pragma once
// The table token_system: search::TokenSystems on disk.

#include "gateway/record/search/token_systems.h"
#include "gateway/record/sql/sqlite.h"

namespace gateway::record::store {

fhir::base::Done loadTokenSystems(sql::Connection& connection, search::TokenSystems& systems);
fhir::base::Done insertTokenSystem(sql::Connection& connection, fhir::definitions::ParameterNumber parameter,
                                   std::string_view system);

}  // namespace gateway::record::store
