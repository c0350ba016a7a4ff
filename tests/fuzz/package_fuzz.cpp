// A package: gzip as it stands, or a tar archive, whose checksums are mended first because no mutation would hit
// them.
#include "fhir/model/canonical_index.h"
#include "fhir/model/package.h"
#include "tests/fuzz/target.h"
#include "tests/unit/fhir/model/made_package.h"

namespace {

std::string mended(std::string_view tar) {
  constexpr size_t kBlock = 512, kMagic = 257;
  std::string out(tar);
  for (size_t at = 0; at + kBlock <= out.size(); at += kBlock)
    if (std::string_view(out).substr(at + kMagic, 5) == "ustar") fhir::model::TarBytes::checksum(out.data() + at);
  return fhir::model::gzip(out, 0);
}

}  // namespace

FUZZ_TARGET(input) {
  using namespace fhir::model;
  PackageLimits limits;
  limits.total_bytes = limits.file_bytes = 1u << 20;
  limits.entries = 100;
  auto package = input.starts_with("\x1f\x8b") ? Package::read(input, limits) : Package::read(mended(input), limits);
  if (!package.ok()) return;
  for (const PackageFile& file : package->files())
    FUZZ_CHECK(!file.path.starts_with('/') && ("/" + file.path + "/").find("/../") == std::string::npos);
  fhir::base::Findings findings;
  CanonicalIndex index;
  index.add(std::make_shared<Package>(std::move(*package)), findings);
  for (const CanonicalResource* resource : index.all("ValueSet")) (void)index.find("ValueSet", resource->url);
  (void)index.lackingDependencies();
}
