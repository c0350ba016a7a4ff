// The FHIR library on one core: parsing and search values beside RapidJSON's DOM on the same bytes, and one
// expression.

#include "fhir/base/json.h"
#include "fhir/index/extractor.h"
#include "fhir/path/expression.h"
#include "tests/bench/bench.h"
#include "tests/bench/resources.h"

namespace bench {

namespace {

// Only looks at the tokens: what any reader has to pay.
class Tokens : public fhir::base::JsonHandler {
 public:
  bool null(size_t) override { return ++count_ > 0; }
  bool boolean(bool, size_t) override { return ++count_ > 0; }
  bool number(std::string_view, size_t) override { return ++count_ > 0; }
  bool string(std::string_view, bool, size_t) override { return ++count_ > 0; }
  bool key(std::string_view, bool, size_t) override { return ++count_ > 0; }
  bool startObject(size_t) override { return ++count_ > 0; }
  bool endObject(size_t) override { return ++count_ > 0; }
  bool startArray(size_t) override { return ++count_ > 0; }
  bool endArray(size_t) override { return ++count_ > 0; }

 private:
  uint64_t count_ = 0;
};

}  // namespace

void benchFhir(const Options& options) {
  auto extractor = fhir::index::Extractor::create(fhir::definitions::r4());
  std::vector<std::string> texts;
  for (uint64_t n = 0; n < 2000; ++n) texts.push_back(madeResource(n).json);
  uint64_t parsed = 0, extracted = 0, tokens = 0;
  fhir::base::Arena arena;
  auto whileTime = [&](uint64_t& count, auto&& work) {
    Stopwatch watch;
    while (watch.seconds() < options.seconds) {
      for (const auto& text : texts) work(text);
      count += texts.size();
    }
    return static_cast<double>(count) / watch.seconds();
  };
  double token_rate = whileTime(tokens, [](const std::string& text) {
    Tokens handler;
    (void)fhir::base::readJson(text, handler).ok();
  });
  double parse_rate = whileTime(parsed, [](const std::string& text) {
    fhir::base::Findings findings;
    (void)fhir::model::Document::readResource(text, findings).ok();
  });
  double extract_rate = whileTime(extracted, [&](const std::string& text) {
    fhir::base::Findings findings;
    auto document = fhir::model::Document::readResource(text, findings);
    arena.reset();
    (void)extractor->extract(*document, arena, findings);
  });
  line("parse", parse_rate, "/s", "tokens alone", token_rate);
  line("parse and extract search values", extract_rate, "/s", "tokens alone", token_rate);

  fhir::base::Findings findings;
  auto patient = fhir::model::Document::readResource(
      R"({"resourceType":"Patient","name":[{"use":"usual","given":["A"]},{"use":"official","given":["B","C"]}]})",
      findings);
  auto expression = fhir::path::Expression::compile("name.where(use='official').given.first()");
  auto root = fhir::path::Item::node(patient->root(), &fhir::model::Document::navigator());
  uint64_t evaluations = 0;
  Stopwatch watch;
  while (watch.seconds() < options.seconds) {
    for (int i = 0; i < 1000; ++i) {
      arena.reset();
      fhir::path::Evaluation evaluation(arena);
      auto result = expression->evaluate(root, evaluation);
      evaluations += result.ok() ? result->size() : 0;
    }
  }
  std::printf("  name.where(use='official').given.first(): %.2f million evaluations/s\n",
              static_cast<double>(evaluations) / watch.seconds() / 1e6);
}

}  // namespace bench
