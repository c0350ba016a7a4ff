#include "gateway/host/threads.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace gateway::host {

void nameThisThread(const char* name) { ::pthread_setname_np(::pthread_self(), name); }

void deferThisThread() {
  constexpr int kLater = 10;
  // A system that refuses only loses the preference.
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kLater);
}

}  // namespace gateway::host
