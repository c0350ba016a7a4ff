#include "gateway/host/unix_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace gateway::host {

using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

namespace {

Error unavailable(const char* what, const std::string& path) {
  return Error{Why::Unavailable, std::string(what) + ": " + std::strerror(errno), path};
}

// The socket's address below /proc/self/fd while the folder is held open.
class FolderAddress {
 public:
  explicit FolderAddress(const std::string& path) {
    const size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    name_ = slash == std::string::npos ? path : path.substr(slash + 1);
    folder_ = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    const std::string short_path = "/proc/self/fd/" + std::to_string(folder_) + "/" + name_;
    address_.sun_family = AF_UNIX;
    fits_ = folder_ >= 0 && !name_.empty() && short_path.size() < sizeof address_.sun_path;
    if (fits_) std::memcpy(address_.sun_path, short_path.c_str(), short_path.size() + 1);
  }
  ~FolderAddress() {
    if (folder_ >= 0) ::close(folder_);
  }
  FolderAddress(const FolderAddress&) = delete;
  FolderAddress& operator=(const FolderAddress&) = delete;

  bool fits() const { return fits_; }
  bool bind(int socket) const { return ::bind(socket, generic(), sizeof address_) == 0; }
  bool connect(int socket) const { return ::connect(socket, generic(), sizeof address_) == 0; }
  bool onlyForOwner() const { return ::fchmodat(folder_, name_.c_str(), 0600, 0) == 0; }
  void remove() const { ::unlinkat(folder_, name_.c_str(), 0); }

 private:
  const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&address_); }

  std::string name_;
  int folder_ = -1;
  sockaddr_un address_{};
  bool fits_ = false;
};

int newSocket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }

bool somebodyListens(const FolderAddress& address) {
  const int probe = newSocket();
  const bool answered = probe >= 0 && address.connect(probe);
  if (probe >= 0) ::close(probe);
  return answered;
}

}  // namespace

Result<int> listenOnUnixSocket(const std::string& path) {
  const FolderAddress address(path);
  if (!address.fits()) return unavailable("the socket's folder cannot be opened", path);
  if (somebodyListens(address)) return Error{Why::Conflict, "another process listens on this socket", path};
  address.remove();
  const int socket = newSocket();
  if (socket < 0) return unavailable("no socket to be had", path);
  // The mode is set between bind and listen: until listen nobody can connect.
  if (address.bind(socket) && address.onlyForOwner() && ::listen(socket, 16) == 0) return socket;
  const Error error = unavailable("cannot listen on this socket", path);
  ::close(socket);
  return error;
}

Result<int> connectToUnixSocket(const std::string& path) {
  const FolderAddress address(path);
  if (!address.fits()) return unavailable("no gateway listens here", path);
  const int socket = newSocket();
  if (socket >= 0 && address.connect(socket)) return socket;
  const Error error = unavailable("no gateway listens here", path);
  if (socket >= 0) ::close(socket);
  return error;
}

bool sendAll(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

}  // namespace gateway::host
