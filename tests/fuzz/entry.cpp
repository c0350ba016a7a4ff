// What libFuzzer calls. Compiled into each target's program.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FUZZ_NAME({reinterpret_cast<const char*>(data), size});
  return 0;
}
