#include "gateway/host/process_limits.h"

#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <thread>

namespace gateway::host {

size_t raiseOpenFileLimit() {
  constexpr rlim_t kEnough = 1u << 20;  // some systems say "unlimited", and some libraries then count to it
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return 0;
  const rlim_t wanted = std::min(files.rlim_max, kEnough);
  if (files.rlim_cur == RLIM_INFINITY || files.rlim_cur >= wanted) return files.rlim_cur;
  const rlim_t before = files.rlim_cur;
  files.rlim_cur = wanted;
  return ::setrlimit(RLIMIT_NOFILE, &files) == 0 ? wanted : before;
}

void giveLargeBlocksBack() {
  constexpr int kLarge = 256 << 10;
  ::mallopt(M_MMAP_THRESHOLD, kLarge);  // a threshold that is set no longer grows by itself
  ::mallopt(M_TRIM_THRESHOLD, 4 * kLarge);
  // Hundreds of threads that each take a little from an arena of their own would leave holes in all of them.
  ::mallopt(M_ARENA_MAX, static_cast<int>(2 * std::clamp(std::thread::hardware_concurrency(), 2u, 16u)));
}

}  // namespace gateway::host
