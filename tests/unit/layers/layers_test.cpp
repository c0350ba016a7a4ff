// Holds the includes of every source file to the layers and doors of gateway/docs/architecture.md.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path kRoot = ONECARD_SOURCE_DIR;

// The lines of a fenced block of the architecture page.
std::vector<std::vector<std::string>> block(const std::string& name) {
  std::ifstream page(kRoot / "gateway/docs/architecture.md");
  std::vector<std::vector<std::string>> lines;
  std::string line;
  bool inside = false;
  while (std::getline(page, line)) {
    if (line == "```" + name) {
      inside = true;
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      std::istringstream words(line);
      lines.emplace_back(std::istream_iterator<std::string>(words), std::istream_iterator<std::string>());
    }
  }
  return lines;
}

struct Layers {
  std::map<std::string, int> level;  // folder -> layer

  Layers() {
    for (const auto& line : block("layers")) {
      for (size_t i = 1; i < line.size(); ++i) level[line[i]] = std::stoi(line[0]);
    }
  }

  // The listed folder that a path lies in; empty when none.
  std::string folderOf(const std::string& path) const {
    for (const auto& [folder, number] : level) {
      if (path.rfind(folder + "/", 0) == 0) return folder;
    }
    return {};
  }
};

struct Include {
  std::string file;
  int line;
  std::string target;
};

std::vector<Include> includes() {
  std::vector<Include> found;
  for (const char* top : {"fhir", "mappings", "connectors", "gateway"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / top)) {
      std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cpp" && extension != ".c") continue;
      std::ifstream file(entry.path());
      std::string text;
      for (int line = 1; std::getline(file, text); ++line) {
        if (text.rfind("#include ", 0) != 0) continue;
        size_t begin = text.find_first_of("\"<") + 1;
        size_t end = text.find_first_of("\">", begin);
        if (begin == 0 || end == std::string::npos) continue;
        found.push_back({fs::relative(entry.path(), kRoot).string(), line, text.substr(begin, end - begin)});
      }
    }
  }
  return found;
}

TEST(Layers, every_include_points_downwards) {
  Layers layers;
  ASSERT_GT(layers.level.size(), 10u) << "the layers block of gateway/docs/architecture.md is missing";
  size_t judged = 0;
  for (const Include& include : includes()) {
    std::string from = layers.folderOf(include.file), to = layers.folderOf(include.target);
    if (from.empty() || to.empty() || from == to) continue;
    if (include.target == "fhir/path/navigator.h") to = "fhir/base";
    if (include.target == "fhir/terminology/terminology.h") continue;
    if (include.target == "connectors/sdk/connector_abi.h") continue;
    ++judged;
    bool same_line = layers.level[from] == layers.level[to];
    // fhir/terminology < fhir/model < fhir/definitions; gateway/cli builds on gateway/app; connectors on their SDK.
    bool allowed_beside = (from == "fhir/terminology" && to != "mappings/source") ||
                          (from == "fhir/model" && to == "fhir/definitions") ||
                          (from == "gateway/cli" && to == "gateway/app") ||
                          (from.rfind("connectors/", 0) == 0 && to == "connectors/sdk");
    bool connector = from.rfind("connectors/", 0) == 0 || to.rfind("connectors/", 0) == 0;
    bool good = same_line ? allowed_beside : layers.level[from] > layers.level[to] && !connector;
    EXPECT_TRUE(good) << include.file << ":" << include.line << " includes " << include.target;
  }
  EXPECT_GT(judged, 100u);
}

TEST(Layers, every_library_enters_by_its_door) {
  auto doors = block("doors");
  ASSERT_GT(doors.size(), 5u);
  for (const Include& include : includes()) {
    for (const auto& door : doors) {
      if (include.target.rfind(door[0], 0) != 0) continue;
      bool good = false;
      for (size_t i = 1; i < door.size(); ++i) good = good || include.file.rfind(door[i] + "/", 0) == 0;
      EXPECT_TRUE(good) << include.file << ":" << include.line << " includes " << include.target
                        << ", which enters only through " << door[1];
    }
  }
}

TEST(Layers, no_expression_library_of_the_standard_reads_input) {
  for (const Include& include : includes()) EXPECT_NE(include.target, "regex") << include.file << ":" << include.line;
}

}  // namespace
