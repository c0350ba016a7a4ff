#pragma once
// Terminology and profiles from what an operator has: resources in JSON or XML, folders of them, FHIR packages.

#include <memory>
#include <string>
#include <vector>

#include "fhir/base/issue.h"
#include "fhir/base/result.h"
#include "fhir/terminology/loaded_terminology.h"
#include "fhir/validate/profiles.h"

namespace gateway::app {

// CodeSystem, ValueSet and ConceptMap of the paths on top of `below`: a file (.json, .xml, .tgz) or a folder with all
// such files in it and below it. "{canonical}" in JSON files becomes `canonical` ("http://onecard.example/").
// Other resources are passed over. A file that cannot be used is a finding of severity Error (source: its
// path), and the rest is loaded; dependencies of packages that lack are warnings. Why::NotFound: a path is not there.
fhir::base::Result<std::shared_ptr<const fhir::terminology::LoadedTerminology>> loadTerminology(
    const std::vector<std::string>& paths, const std::string& canonical, fhir::base::Findings& findings,
    std::shared_ptr<const fhir::terminology::LoadedTerminology> below = fhir::terminology::LoadedTerminology::r4());

struct Artefacts {
  std::shared_ptr<const fhir::terminology::LoadedTerminology> terminology;
  std::shared_ptr<const fhir::validate::Profiles> profiles;  // with R4's own
};

// The same with the StructureDefinitions among them; what profiles need and is not here is a warning.
fhir::base::Result<Artefacts> loadArtefacts(const std::vector<std::string>& paths, const std::string& canonical,
                                            fhir::base::Findings& findings);

}  // namespace gateway::app
