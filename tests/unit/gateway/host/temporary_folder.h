#pragma once
// A folder that is gone when the test is over.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace tests {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    char name[] = "/tmp/onecard_test_XXXXXX";
    path_ = ::mkdtemp(name);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  // Writes a file and gives its path.
  std::string file(const std::string& name, const std::string& text) const {
    const std::string path = path_ + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

 private:
  std::string path_;
};

}  // namespace tests
