#include "gateway/record/store/sqlite/rights_sql.h"

#include <algorithm>
#include <array>

#include "gateway/record/search/index_rows.h"

namespace gateway::record::store {

using fhir::definitions::TypeNumber;

namespace {

// In no Patient compartment, and yet about somebody: their content or subject can be a person.
constexpr std::array<std::string_view, 18> kPersonal = {"Binary",
                                                        "BiologicallyDerivedProduct",
                                                        "Bundle",
                                                        "Contract",
                                                        "Device",
                                                        "EnrollmentResponse",
                                                        "GuidanceResponse",
                                                        "Linkage",
                                                        "MessageHeader",
                                                        "OperationOutcome",
                                                        "Parameters",
                                                        "PaymentNotice",
                                                        "PaymentReconciliation",
                                                        "Subscription",
                                                        "Task",
                                                        "TestReport",
                                                        "TestScript",
                                                        "VerificationResult"};

std::vector<TypeNumber> sharedTypes() {
  const auto& definitions = fhir::definitions::r4();
  std::vector<TypeNumber> shared;
  for (const auto& type : definitions.types()) {
    if (!definitions.isResource(type.number) || type.name == "Patient") continue;
    if (definitions.patientCompartment(type.number) != nullptr) continue;
    if (std::find(kPersonal.begin(), kPersonal.end(), type.name) != kPersonal.end()) continue;
    shared.push_back(type.number);
  }
  std::sort(shared.begin(), shared.end());
  return shared;
}

const std::vector<TypeNumber>& shared() {
  static const std::vector<TypeNumber> kShared = sharedTypes();
  return kShared;
}

std::string sharedList() {
  std::string list;
  for (TypeNumber type : shared()) list += (list.empty() ? "" : ",") + std::to_string(type);
  return list;
}

}  // namespace

bool isShared(TypeNumber type) { return std::binary_search(shared().begin(), shared().end(), type); }

std::string patientListSql(const search::Rights& rights, std::vector<sql::Value>& binds) {
  // SQLite has a limit on variables; a caller with a long list does not profit from a cached statement anyway.
  constexpr size_t kMostBinds = 32;
  const auto& patients = rights.patients();
  std::string list;
  for (const auto& id : patients) {
    int64_t hash = search::patientHash(id);
    if (!list.empty()) list += ',';
    if (patients.size() <= kMostBinds) {
      list += '?';
      binds.emplace_back(hash);
    } else {
      list += std::to_string(hash);
    }
  }
  return list;
}

std::string visibleSql(std::string_view alias, TypeNumber type, const search::Rights& rights,
                       std::vector<sql::Value>& binds) {
  if (rights.unrestricted()) return "1";
  if (rights.seesNothing()) return "0";
  if (type != 0 && isShared(type)) return "1";
  static const std::string kSharedList = sharedList();
  std::string v(alias);
  std::string in_compartment = "EXISTS(SELECT 1 FROM compartment AS c WHERE c.vkey=" + v +
                               ".vkey AND c.patient IN (" + patientListSql(rights, binds) + "))";
  if (type != 0) return in_compartment;
  return "(" + v + ".type IN (" + kSharedList + ") OR " + in_compartment + ")";
}

}  // namespace gateway::record::store
