#pragma once
// Snapshots: the rules of a base profile with a differential laid over them (R4 5.1.0.14, ElementDefinition ids
// 5.3.0.3). What R4 says anyway leaves no rule. Private to fhir/validate.

#include "fhir/validate/profiles.h"

namespace fhir::validate {

// `definition` is a StructureDefinition with derivation constraint; `base` its finished base, nullptr for a type of
// R4. A definition with a snapshot and no differential is read from the snapshot.
base::Result<std::unique_ptr<Profile>> makeSnapshot(std::shared_ptr<const model::Document> definition,
                                                    const Profile* base);

}  // namespace fhir::validate
