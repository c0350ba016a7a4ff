#include "gateway/record/sql/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace gateway::record::sql {

using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

namespace {

std::string holder(int file) {
  char text[32] = {};
  ssize_t size = pread(file, text, sizeof(text) - 1, 0);
  std::string number;
  for (ssize_t i = 0; i < size && text[i] >= '0' && text[i] <= '9'; ++i) number += text[i];
  return number.empty() ? "another process" : "process " + number;
}

}  // namespace

Result<std::unique_ptr<FolderLock>> FolderLock::take(const std::string& folder) {
  std::error_code trouble;
  if (std::filesystem::create_directories(folder, trouble)) chmod(folder.c_str(), 0700);
  if (trouble) return Error{Why::Unavailable, "the data directory cannot be made: " + trouble.message(), folder};
  std::string path = folder + "/onecard.lock";
  int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0)
    return Error{Why::Unavailable, std::string("the lock file cannot be opened: ") + strerror(errno), path};
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    std::string who = holder(file);
    close(file);
    return Error{Why::Unavailable, "the data directory is in use by " + who, path};
  }
  std::string number = std::to_string(getpid()) + "\n";
  // Only for the message above: without it the lock is as good.
  if (ftruncate(file, 0) != 0 || pwrite(file, number.data(), number.size(), 0) < 0) errno = 0;
  return std::unique_ptr<FolderLock>(new FolderLock(file));
}

FolderLock::~FolderLock() { close(file_); }

}  // namespace gateway::record::sql
