// The FHIR library on one core: parsing and search values beside RapidJSON's DOM on the same bytes, and one
// expression.

#include <rapidjson/document.h>

#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fhir/index/extractor.h"
#include "fhir/path/expression.h"
#include "tests/bench/bench.h"
#include "tests/bench/resources.h"

namespace bench {

namespace {

constexpr uintmax_t kLargest = 1u << 20;  // beyond are bundles of definitions, which have no search values

// Processor time of this thread: on a busy machine the clock on the wall measures the others.
class ProcessorWatch {
 public:
  double seconds() const { return now() - start_; }

 private:
  static double now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  }
  double start_ = now();
};

// HL7's examples without the definitions, when ONECARD_R4_EXAMPLES names their folder.
std::vector<std::string> exampleTexts() {
  std::vector<std::string> texts;
  const char* folder = std::getenv("ONECARD_R4_EXAMPLES");
  if (folder == nullptr) return texts;
  constexpr const char* kNoExamples[] = {"StructureDefinition-",
                                         "SearchParameter-",
                                         "ValueSet-",
                                         "CodeSystem-",
                                         "ConceptMap-",
                                         "OperationDefinition-",
                                         "NamingSystem-",
                                         "CompartmentDefinition-",
                                         "package.json",
                                         "ig-",
                                         "."};
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    const auto begins = [&](const char* with) { return name.starts_with(with); };
    if (!name.ends_with(".json") || entry.file_size() > kLargest ||
        std::any_of(std::begin(kNoExamples), std::end(kNoExamples), begins))
      continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return texts;
}

std::vector<std::string> madeTexts() {
  std::vector<std::string> texts;
  for (uint64_t n = 0; n < 2000; ++n) texts.push_back(madeResource(n).json);
  return texts;
}

void benchReading(const char* of_what, const std::vector<std::string>& texts, const Options& options) {
  const auto extractor = fhir::index::Extractor::create(fhir::definitions::r4());
  uint64_t bytes = 0, failed = 0;
  for (const auto& text : texts) bytes += text.size();
  std::printf("  %zu %s, %.1f MB\n", texts.size(), of_what, static_cast<double>(bytes) / 1e6);

  fhir::base::Arena arena;
  const auto floor = [](const std::string& text) {
    rapidjson::Document document;
    constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
    document.Parse<kFlags>(text.data(), text.size());
    return !document.HasParseError();
  };
  const auto parse = [](const std::string& text) {
    fhir::base::Findings findings;
    return fhir::model::Document::readResource(text, findings).ok();
  };
  const auto extract = [&](const std::string& text) {
    fhir::base::Findings findings;
    auto document = fhir::model::Document::readResource(text, findings);
    arena.reset();
    return document.ok() && extractor->extract(*document, arena, findings).size() < SIZE_MAX;
  };
  // The best of several passes of each, taken in turns, so that a busy machine does not make the ratio.
  double best[3] = {1e9, 1e9, 1e9};
  const auto pass = [&](int which, const auto& work) {
    ProcessorWatch watch;
    for (const auto& text : texts) failed += !work(text);
    best[which] = std::min(best[which], watch.seconds());
  };
  Stopwatch watch;
  do {
    pass(0, floor);
    pass(1, parse);
    pass(2, extract);
  } while (watch.seconds() < 3 * options.seconds);
  if (failed != 0) std::printf("  %llu readings failed\n", static_cast<unsigned long long>(failed));
  const auto report = [&](const char* what, double seconds) {
    std::printf("  %-34s %7.1f MB/s; RapidJSON's DOM %7.1f MB/s; takes %.2f times as long (at most 3)\n", what,
                static_cast<double>(bytes) / 1e6 / seconds, static_cast<double>(bytes) / 1e6 / best[0],
                seconds / best[0]);
  };
  report("parse", best[1]);
  report("parse and extract search values", best[2]);
}

void benchExpression(const Options& options) {
  fhir::base::Arena arena;
  fhir::base::Findings findings;
  const auto patient = fhir::model::Document::readResource(
      R"({"resourceType":"Patient","name":[{"use":"usual","given":["A"]},{"use":"official","given":["B","C"]}]})",
      findings);
  const auto expression = fhir::path::Expression::compile("name.where(use='official').given.first()");
  const auto root = fhir::path::Item::node(patient->root(), &fhir::model::Document::navigator());
  constexpr int kPass = 20'000;
  double best = 1e9;
  uint64_t results = 0, expected = 0;
  Stopwatch watch;
  while (watch.seconds() < options.seconds) {
    ProcessorWatch pass;
    for (int i = 0; i < kPass; ++i) {
      arena.reset();
      fhir::path::Evaluation evaluation(arena);
      auto result = expression->evaluate(root, evaluation);
      results += result.ok() ? result->size() : 0;
    }
    best = std::min(best, pass.seconds());
    expected += kPass;
  }
  std::printf("  name.where(use='official').given.first(): %.2f million evaluations/s (at least 2)%s\n",
              kPass / best / 1e6, results == expected ? "" : "; WRONG RESULTS");
}

}  // namespace

void benchFhir(const Options& options) {
  if (const auto examples = exampleTexts(); !examples.empty()) benchReading("examples of HL7", examples, options);
  benchReading("made-up patients and results", madeTexts(), options);
  benchExpression(options);
}

}  // namespace bench
