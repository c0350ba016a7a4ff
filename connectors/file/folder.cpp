#include "connectors/file/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <filesystem>

namespace connectors::file {
namespace {

const std::string kDelivered = ".delivered-";

int64_t nanoseconds(const timespec& time) { return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

bool endsWith(const std::string& name, std::string_view end) {
  return name.size() >= end.size() &&
         ::strcasecmp(name.c_str() + name.size() - end.size(), std::string(end).c_str()) == 0;
}

bool writeWhole(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (file < 0) return false;
  size_t written = 0;
  while (written < text.size()) {
    const ssize_t size = ::write(file, text.data() + written, text.size() - written);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    written += static_cast<size_t>(size);
  }
  return (::close(file) == 0) && written == text.size();
}

}  // namespace

std::optional<std::string> Folder::prepare() const {
  for (const char* inner : {"", "/done", "/refused"}) {
    const std::string path = rules_.folder + inner;
    std::error_code trouble;
    std::filesystem::create_directories(path, trouble);
    if (!std::filesystem::is_directory(path, trouble)) return "cannot make the folder " + path;
    if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) return "the folder may not be read and written: " + path;
  }
  bringBackWhatWasBeingRemoved();
  return std::nullopt;
}

// A crash came between the two steps of remove(): the file is handed over once more, and recognised if it was before.
void Folder::bringBackWhatWasBeingRemoved() const {
  std::error_code trouble;
  for (const auto& entry : std::filesystem::directory_iterator(rules_.folder, trouble)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind(kDelivered, 0) != 0) continue;
    std::filesystem::rename(entry.path(), freeName(".", name.substr(kDelivered.size())), trouble);
  }
}

// Writers use temporary names until a file is whole.
bool Folder::wanted(const std::string& name) const {
  if (name.empty() || name[0] == '.') return false;
  for (const char* end : {".tmp", ".part", ".filepart", ".crdownload"}) {
    if (endsWith(name, end)) return false;
  }
  return ::fnmatch(rules_.pattern.c_str(), name.c_str(), FNM_CASEFOLD | FNM_NOESCAPE) == 0;
}

bool Folder::describe(const std::string& path, Seen& seen) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  seen.size = static_cast<uint64_t>(status.st_size);
  seen.modified_ns = nanoseconds(status.st_mtim);
  seen.inode = status.st_ino;
  return true;
}

std::vector<Folder::Ready> Folder::look(int64_t now_ms) {
  std::map<std::string, Seen> seen_now;
  DIR* listing = ::opendir(rules_.folder.c_str());
  if (listing == nullptr) return {};
  while (const dirent* entry = ::readdir(listing)) {
    const std::string name = entry->d_name;
    Seen now;
    if (!wanted(name) || !describe(rules_.folder + "/" + name, now)) continue;
    now.since_ms = now_ms;
    const auto before = seen_.find(name);
    if (before != seen_.end() && before->second == now) now.since_ms = before->second.since_ms;
    seen_now[name] = now;
  }
  ::closedir(listing);
  seen_ = std::move(seen_now);

  std::vector<const std::pair<const std::string, Seen>*> settled;
  for (const auto& entry : seen_) {
    if (now_ms - entry.second.since_ms >= rules_.settle_ms) settled.push_back(&entry);
  }
  std::stable_sort(settled.begin(), settled.end(),
                   [](const auto* a, const auto* b) { return a->second.modified_ns < b->second.modified_ns; });
  std::vector<Ready> ready;
  for (const auto* entry : settled) {
    const Seen& seen = entry->second;
    ready.push_back({entry->first, seen.size, stampOf(entry->first, seen)});
  }
  return ready;
}

std::optional<std::string> Folder::read(const Ready& ready) const {
  const std::string path = rules_.folder + "/" + ready.name;
  const auto seen = seen_.find(ready.name);
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0 || seen == seen_.end()) {
    if (file >= 0) ::close(file);
    return std::nullopt;
  }
  std::string bytes(ready.size, '\0');
  size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t size = ::read(file, bytes.data() + have, bytes.size() - have);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    have += static_cast<size_t>(size);
  }
  ::close(file);
  Seen after;
  if (have != bytes.size() || !describe(path, after) || !(after == seen->second)) return std::nullopt;
  return bytes;
}

std::string Folder::freeName(const std::string& inner, const std::string& name) const {
  std::string candidate = rules_.folder + "/" + inner + "/" + name;
  for (int number = 1; ::access(candidate.c_str(), F_OK) == 0; ++number) {
    candidate = rules_.folder + "/" + inner + "/" + name + "." + std::to_string(number);
  }
  return candidate;
}

std::string Folder::stampOf(const std::string& name, const Seen& seen) {
  return name + "/" + std::to_string(seen.inode) + "/" + std::to_string(seen.modified_ns);
}

bool Folder::isStill(const std::string& path, const Ready& file) const {
  Seen now;
  return describe(path, now) && stampOf(file.name, now) == file.stamp && now.size == file.size;
}

// Names are all that can be moved, so it is looked at before and behind.
Folder::Away Folder::moveTo(const Ready& file, const std::string& target) const {
  const std::string path = rules_.folder + "/" + file.name;
  Seen ignored;
  if (!describe(path, ignored)) {
    errno = ENOENT;
    return Away::No;
  }
  if (!isStill(path, file)) return Away::AnotherFile;
  if (::rename(path.c_str(), target.c_str()) != 0) return Away::No;
  if (isStill(target, file)) return Away::Yes;
  if (::renameat2(AT_FDCWD, target.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    (void)std::rename(target.c_str(), freeName(".", file.name).c_str());
  }
  return Away::AnotherFile;
}

Folder::Away Folder::moveToRefused(const Ready& file, const std::string& reason) const {
  const std::string target = freeName("refused", file.name);
  if (!writeWhole(target + ".reason", reason)) return Away::No;
  const Away away = moveTo(file, target);
  if (away == Away::AnotherFile) ::unlink((target + ".reason").c_str());
  return away;
}

// Under a name that look() passes over it can be looked at once more before it is gone.
Folder::Away Folder::remove(const Ready& file) const {
  const std::string target = freeName(".", kDelivered + file.name);
  const Away away = moveTo(file, target);
  if (away == Away::Yes) ::unlink(target.c_str());
  return away;
}

}  // namespace connectors::file
