// onecard_bench [PART ...] [--messages N] [--resources N] [--curve N] [--lines N] [--seconds N]
// Parts: intake transactions reads fhir validate views path curve; all when none is named. Every figure stands beside
// a floor of the same run.

#include <cstring>
#include <functional>
#include <map>
#include <set>

#include "tests/bench/bench.h"
#include "tests/support/gateway_process.h"

int main(int argc, char** argv) {
  bench::Options options;
  std::set<std::string> chosen;
  std::map<std::string, std::function<void(uint64_t)>> numbers = {
      {"--messages", [&](uint64_t n) { options.messages = n; }},
      {"--resources", [&](uint64_t n) { options.resources = n; }},
      {"--curve", [&](uint64_t n) { options.curve = n; }},
      {"--lines", [&](uint64_t n) { options.lines = n; }},
      {"--seconds", [&](uint64_t n) { options.seconds = static_cast<int>(n); }},
  };
  const std::vector<std::pair<std::string, void (*)(const bench::Options&)>> parts = {
      {"intake", bench::benchIntake}, {"transactions", bench::benchTransactions},
      {"reads", bench::benchReads},   {"fhir", bench::benchFhir},
      {"views", bench::benchViews},   {"validate", bench::benchValidate},
      {"path", bench::benchPath},     {"curve", bench::benchCurve},
  };
  for (int i = 1; i < argc; ++i) {
    auto number = numbers.find(argv[i]);
    if (number != numbers.end() && i + 1 < argc) {
      number->second(std::strtoull(argv[++i], nullptr, 10));
      continue;
    }
    bool known = false;
    for (const auto& [name, run] : parts) known = known || name == argv[i];
    if (!known) {
      std::fprintf(stderr,
                   "onecard_bench [intake|transactions|reads|fhir|validate|views|path|curve ...] [--messages N] "
                   "[--resources N] "
                   "[--curve N] [--lines N] [--seconds N]\n");
      return 2;
    }
    chosen.insert(argv[i]);
  }
  for (const auto& [name, run] : parts) {
    if (!chosen.empty() && !chosen.contains(name)) continue;
    support::TemporaryFolder folder;
    options.folder = folder.path();
    std::printf("%s\n", name.c_str());
    run(options);
  }
  return 0;
}
