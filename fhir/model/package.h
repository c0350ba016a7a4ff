#pragma once
// Package: the bytes of a FHIR NPM package (package.tgz; https://hl7.org/fhir/packages.html) as files in memory.
// Never touches a file system. Refused with the reason and the place in the archive: what a package has no use for
// (links, devices, paths that lead elsewhere) and what would cost too much. Immutable and thread-safe.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"

namespace fhir::model {

struct PackageLimits {
  size_t compressed_bytes = 64u << 20;
  uint64_t total_bytes = 256u << 20;  // of all files, unpacked
  uint64_t file_bytes = 64u << 20;    // of one file, unpacked
  uint32_t entries = 50'000;
  uint32_t path_bytes = 255;
  uint32_t depth = 8;  // folders of a path
};

struct PackageFile {
  std::string path;  // "package/StructureDefinition-x.json", '/' only, no "." or ".."
  std::string bytes;
};

struct PackageDependency {
  std::string name;     // "hl7.fhir.r4.core"
  std::string version;  // "4.0.1", "1.0.x", "latest", ...
};

class Package {
 public:
  // Why::Invalid or Why::TooCostly with where = "entry N" or "entry N (path)", or the compressed byte.
  static base::Result<Package> read(std::string_view tgz, const PackageLimits& limits = {});

  // Of package/package.json.
  const std::string& name() const { return name_; }
  const std::string& version() const { return version_; }
  const std::string& canonical() const { return canonical_; }
  const std::vector<std::string>& fhirVersions() const { return fhir_versions_; }
  const std::vector<PackageDependency>& dependencies() const { return dependencies_; }

  const std::vector<PackageFile>& files() const { return files_; }
  const PackageFile* file(std::string_view path) const;

 private:
  base::Done readManifest();

  std::string name_, version_, canonical_;
  std::vector<std::string> fhir_versions_;
  std::vector<PackageDependency> dependencies_;
  std::vector<PackageFile> files_;  // by path
};

}  // namespace fhir::model
