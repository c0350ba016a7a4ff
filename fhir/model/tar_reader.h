#pragma once
// Tar archives (POSIX ustar and pax, GNU long names) inside gzip, file by file. Private to fhir/model.

#include <cstdint>
#include <string>
#include <string_view>

#include "fhir/base/gzip.h"
#include "fhir/base/result.h"
#include "fhir/model/package.h"

namespace fhir::model {

struct TarEntry {
  std::string path;
  uint64_t size = 0;
  bool is_folder = false;
};

class TarReader {
 public:
  TarReader(std::string_view tgz, const PackageLimits& limits) : gzip_(tgz), limits_(limits) {}

  // The next file or folder; false at the end, after which the gzip's checksum has been seen.
  base::Result<bool> next(TarEntry& entry);
  // The bytes of the file that next() has just named.
  base::Result<std::string> content(const TarEntry& entry);

  uint32_t number() const { return number_; }  // of the entry, from 1

 private:
  struct Header;
  base::Result<bool> readHeader(Header& header);
  base::Done readPax(uint64_t size);
  base::Result<std::string> readBytes(uint64_t size);
  base::Result<bool> readEnd();
  base::Error error(base::Why why, std::string what) const;

  base::GzipReader gzip_;
  const PackageLimits& limits_;
  uint32_t number_ = 0;
  std::string long_path_;  // of the entry that follows
  std::string pax_size_;
};

}  // namespace fhir::model
