#pragma once
// Loader: definitions from files at run time: one resource, a Bundle of them, or a package. Collects profiles and
// what they bind to. Not thread-safe; what finish() gives is.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/terminology/loaded_terminology.h"
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
  // nullptr when no codes were loaded. Thread-safe: asking changes nothing.
  terminology::Terminology* terminology() const {
    return const_cast<terminology::LoadedTerminology*>(terminology_.get());
  }

 private:
  base::Done addResource(model::Document document, std::string_view name);
  base::Done addBundle(const model::Document& bundle, std::string_view name);
  base::Done addPackage(std::string_view bytes, std::string_view name);
  void lack(std::string what);

  std::unique_ptr<Profiles> profiles_;
  std::unique_ptr<terminology::LoadedTerminology::Builder> codes_;
  std::shared_ptr<const terminology::LoadedTerminology> terminology_;
  std::vector<std::string> packages_;      // names that were read
  std::vector<std::string> dependencies_;  // names that they need
  std::vector<std::string> lacks_;
};

}  // namespace fhir::validate
