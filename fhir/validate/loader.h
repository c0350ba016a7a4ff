#pragma once
// Loader: definitions from files at run time: one resource, a Bundle of them, or a package. Collects profiles and
// what they bind to. Not thread-safe; what finish() gives is.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/terminology/terminology.h"
#include "fhir/validate/profiles.h"

namespace fhir::validate {

class Loader {
 public:
  Loader();
  ~Loader();

  // `bytes` is a resource or Bundle in JSON or XML, or a package (gzip); `name` is for errors. StructureDefinitions,
  // ValueSets and CodeSystems are taken, everything else is passed over. Why::Invalid or Why::TooCostly with the
  // reason.
  base::Done add(std::string bytes, std::string_view name);

  // All that was added, ready for use; good as long as the Loader. To be called once.
  base::Result<const Profiles*> finish();
  // What definitions name and nobody has; profiles that cannot be used.
  std::vector<std::string> lacks() const;
  terminology::Terminology* terminology() const;  // nullptr when no value set was loaded

 private:
  base::Done addResource(model::Document document, std::string_view name);
  base::Done addBundle(const model::Document& bundle, std::string_view name);
  base::Done addPackage(std::string_view bytes, std::string_view name);

  std::unique_ptr<Profiles> profiles_;
  std::vector<std::string> lacks_;
};

}  // namespace fhir::validate
