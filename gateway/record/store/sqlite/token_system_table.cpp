#include "gateway/record/store/sqlite/token_system_table.h"

namespace gateway::record::store {

using fhir::base::Done;
using fhir::definitions::ParameterNumber;

Done loadTokenSystems(sql::Connection& connection, search::TokenSystems& systems) {
  ASSIGN_OR_RETURN(auto select, connection.prepare("SELECT parameter, system FROM token_system"));
  while (true) {
    ASSIGN_OR_RETURN(bool row, select.step());
    if (!row) return {};
    systems.add(static_cast<ParameterNumber>(select.integer(0)), select.text(1));
  }
}

Done insertTokenSystem(sql::Connection& connection, ParameterNumber parameter, std::string_view system) {
  ASSIGN_OR_RETURN(auto insert,
                   connection.prepare("INSERT OR IGNORE INTO token_system(parameter, system) VALUES(?1, ?2)"));
  insert.bind(1, int64_t{parameter}).bind(2, system);
  return insert.run();
}

}  // namespace gateway::record::store
