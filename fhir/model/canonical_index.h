#pragma once
// CanonicalIndex: resources with a canonical url (StructureDefinition, ValueSet, CodeSystem, ConceptMap,
// SearchParameter, ...) of packages and single files, found by "url" or "url|version".
// Filled by one thread, then read by all.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/issue.h"
#include "fhir/base/result.h"
#include "fhir/model/package.h"

namespace fhir::model {

struct CanonicalResource {
  std::string type;  // resourceType
  std::string url;
  std::string version;  // may be empty
  std::string id, name;
  std::string status;
  std::string_view json;  // as long as the index
  std::string origin;     // "package#version/package/file.json", or the file's name
};

class CanonicalIndex {
 public:
  // All JSON resources of the folder package/ (not its examples). What cannot be read is a finding, not an error: the
  // rest is there. The same url and version from two packages: the first stays, with a finding of severity
  // Information.
  void add(std::shared_ptr<const Package> package, base::Findings& findings);
  // One resource from elsewhere. Why::Invalid when it is not a resource with a url.
  base::Done add(std::string json, std::string_view origin);

  // nullptr when it is not here. Without a version: the newest. "1.2" finds "1.2.5" when there is no exact "1.2".
  const CanonicalResource* find(std::string_view type, std::string_view canonical) const;
  std::vector<const CanonicalResource*> all(std::string_view type) const;

  // Dependencies of added packages that were not added themselves, each once; those that R4's own tables stand for
  // (hl7.fhir.r4.core and its like) are left out.
  std::vector<PackageDependency> lackingDependencies() const;

  CanonicalIndex();
  ~CanonicalIndex();
  CanonicalIndex(CanonicalIndex&&) noexcept;
  CanonicalIndex& operator=(CanonicalIndex&&) noexcept;

 private:
  struct Entries;
  std::unique_ptr<Entries> entries_;
};

}  // namespace fhir::model
