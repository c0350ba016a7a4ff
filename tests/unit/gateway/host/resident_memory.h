#pragma once
// How much memory this process holds. Sanitizers hold several times as much for themselves, so there it is always 0
// and tests of memory hold trivially.

#include <fstream>

namespace tests {

inline size_t residentMemory() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 0;
#else
  std::ifstream statm("/proc/self/statm");
  size_t whole = 0, resident = 0;
  statm >> whole >> resident;
  return resident * 4096;
#endif
}

}  // namespace tests
