#pragma once
// The watched folder: which files are complete, their bytes, and where they go afterwards. No threads; the caller
// says what time it is. Names are single path components; nothing but plain files in the folder itself is ever
// touched.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace connectors::file {

struct FolderRules {
  std::string folder;
  std::string pattern = "*";  // shell pattern of names, letters of either case
  int64_t settle_ms = 1000;   // size and time of a file must have stood still for so long
  uint64_t max_bytes = 16u << 20;
};

class Folder {
 public:
  explicit Folder(FolderRules rules) : rules_(std::move(rules)) {}

  // Makes the folder and its two inner ones, `done` and `refused`, unless they exist. A sentence on failure.
  std::optional<std::string> prepare() const;

  struct Ready {
    std::string name;
    uint64_t size = 0;
    std::string stamp;  // another one for another file of the same name
  };
  // Files that have settled, oldest first, then by name. Call it again and again: files settle between calls.
  std::vector<Ready> look(int64_t now_ms);
  bool tooLarge(const Ready& file) const { return file.size > rules_.max_bytes; }

  // The bytes, or nothing when the file has gone, has changed since look(), or may not be read.
  std::optional<std::string> read(const Ready& file) const;

  // Put the file away once it has been dealt with: into `done` or `refused` under a free name, or for good. A writer
  // may meanwhile have given its name to another file: that one stays, or comes back, and is looked at in its turn.
  enum class Away { Yes, AnotherFile, No };  // No: the system refuses, see errno
  Away moveToDone(const Ready& file) const { return moveTo(file, freeName("done", file.name)); }
  // Writes <name>.reason beside it first, so that no refused file is ever without its reason.
  Away moveToRefused(const Ready& file, const std::string& reason) const;
  Away remove(const Ready& file) const;

 private:
  struct Seen {
    uint64_t size = 0;
    int64_t modified_ns = 0;
    uint64_t inode = 0;
    int64_t since_ms = 0;
    bool operator==(const Seen& other) const {
      return size == other.size && modified_ns == other.modified_ns && inode == other.inode;
    }
  };
  bool wanted(const std::string& name) const;
  void bringBackWhatWasBeingRemoved() const;
  static bool describe(const std::string& path, Seen& seen);
  static std::string stampOf(const std::string& name, const Seen& seen);
  bool isStill(const std::string& path, const Ready& file) const;
  Away moveTo(const Ready& file, const std::string& target) const;
  std::string freeName(const std::string& inner, const std::string& name) const;

  FolderRules rules_;
  std::map<std::string, Seen> seen_;
};

}  // namespace connectors::file
