#include "gateway/app/site_key.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <fstream>

#include "fhir/base/digest.h"

namespace gateway::app {

using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

Result<std::string> secretOfDataFolder(const std::string& data, const std::string& name) {
  std::string path = data + "/" + name;
  {
    std::ifstream file(path, std::ios::binary);
    std::string key;
    if (file && std::getline(file, key)) {
      if (key.size() < 32) return Error{Why::Invalid, "the key is too short; restore it from the backup", path};
      return key;
    }
  }
  unsigned char random[32];
  if (::getrandom(random, sizeof random, 0) != sizeof random) {
    return Error{Why::Unavailable, "no random bytes are to be had", path};
  }
  std::string key = fhir::base::hex(random, sizeof random);
  int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return Error{Why::Unavailable, "cannot be written", path};
  std::string line = key + "\n";
  bool good = ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(file) == 0;
  ::close(file);
  if (!good) {
    ::unlink(path.c_str());
    return Error{Why::Unavailable, "cannot be written", path};
  }
  return key;
}

std::string randomId() {
  unsigned char random[16];
  // For 16 bytes getrandom never returns short once the kernel's pool is ready.
  while (::getrandom(random, sizeof random, 0) != sizeof random) {
  }
  return fhir::base::base32Lower(random, sizeof random);
}

}  // namespace gateway::app
