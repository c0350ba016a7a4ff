// Every file of corpus/<name> goes through its target, with the ordinary compiler: what fuzzing has found stays
// found.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#define TARGET(name) void fuzz_##name(std::string_view);
#include "targets.inc"
#undef TARGET

namespace {

struct Target {
  const char* name;
  void (*run)(std::string_view);
};

constexpr Target kTargets[] = {
#define TARGET(name) {#name, fuzz_##name},
#include "targets.inc"
#undef TARGET
};

class Corpus : public testing::TestWithParam<Target> {};

TEST_P(Corpus, goes_through_its_target) {
  const auto folder = std::filesystem::path(ONECARD_SOURCE_DIR) / "tests/fuzz/corpus" / GetParam().name;
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::cout << entry.path().filename() << std::endl;  // the last line when the program ends here
    std::ifstream stream(entry.path(), std::ios::binary);
    // A vector is as large as its content, so that sanitizers see the first byte behind it.
    const std::vector<char> input{std::istreambuf_iterator<char>(stream), {}};
    GetParam().run({input.data(), input.size()});
    ++count;
  }
  EXPECT_GT(count, 0u);
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Corpus, testing::ValuesIn(kTargets),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
