#pragma once
// Gzip (RFC 1952), read piece by piece so that nobody needs the whole of what is inside: the one door to zlib.
// Checks the header, CRC 32 and length of every member. Not thread-safe.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "fhir/base/result.h"

namespace fhir::base {

class GzipReader {
 public:
  // `compressed` must outlive the reader.
  explicit GzipReader(std::string_view compressed);
  ~GzipReader();

  // Up to `size` bytes into `out`; less only at the end, 0 when it is reached.
  // Why::Invalid (where = "byte N" of the compressed bytes): not gzip, broken, cut off, a wrong checksum.
  Result<size_t> read(char* out, size_t size);
  // The same, without keeping the bytes. Returns how many there were.
  Result<uint64_t> skip(uint64_t size);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fhir::base
