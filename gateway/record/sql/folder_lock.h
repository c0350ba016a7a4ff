#pragma once
// The lock file of a data directory: one process owns the files in it (design decision 7).

#include <memory>
#include <string>

#include "fhir/base/result.h"

namespace gateway::record::sql {

class FolderLock {
 public:
  // Makes the folder (owner only) and `onecard.lock` in it when absent. Why::Unavailable, naming the file and the
  // process number that holds it, when another process has the lock. Held until destruction, also by a crash's end.
  static fhir::base::Result<std::unique_ptr<FolderLock>> take(const std::string& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int file) : file_(file) {}
  int file_;
};

}  // namespace gateway::record::sql
