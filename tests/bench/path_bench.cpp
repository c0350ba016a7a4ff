// FHIRPath on one core: fifty expressions beside HL7's fhirpath.js in the same run, and how evaluation grows with the
// size of a collection.

#include <time.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "fhir/model/document.h"
#include "fhir/path/expression.h"
#include "tests/bench/bench.h"
#include "tests/support/gateway_process.h"

namespace bench {

namespace {

using fhir::model::Document;
using fhir::path::Collection;
using fhir::path::Evaluation;
using fhir::path::Expression;
using fhir::path::Item;
using fhir::path::Node;

const std::string kRoot = ONECARD_SOURCE_DIR;
constexpr double kSecondsEach = 0.2;

std::string readFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

struct Members final : fhir::path::NodeSink {
  std::vector<Node> nodes;
  void add(Node node) override { nodes.push_back(node); }
};

// Processor time, so that other programs on the machine do not count.
class ProcessorWatch {
 public:
  double seconds() const { return now() - start_; }

 private:
  static double now() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  }
  double start_ = now();
};

struct Listed {
  std::string on, expression;
};
std::vector<Listed> readExpressions() {
  auto list = Document::readPlain(readFile(kRoot + "/tests/bench/path_expressions.json"));
  Members members;
  Document::navigator().named(list->root(), fhir::base::Name("expressions"), members);
  std::vector<Listed> out;
  for (Node node : members.nodes) {
    out.push_back({std::string(Document::text(Document::child(node, "on"))),
                   std::string(Document::text(Document::child(node, "expression")))});
  }
  return out;
}

Document readInput(const std::string& name) {
  fhir::base::Findings findings;
  return std::move(
             Document::readResource(readFile(kRoot + "/tests/cases/fhirpath/inputs/" + name + ".json"), findings))
      .value();
}

uint64_t consumed = 0;
size_t consume(const Collection& results, fhir::base::Arena& arena) {
  for (const Item& item : results) {
    std::string_view text;
    consumed += item.text(arena, text) ? text.size() : 1;
  }
  return results.size();
}

struct Measured {
  double rate = 0;
  size_t results = 0;
};
Measured measure(const Expression& expression, const Document& document) {
  const Item root = Item::node(document.root(), &Document::navigator());
  fhir::base::Arena arena;
  Measured out;
  uint64_t count = 0;
  const fhir::base::Temporal now = *fhir::base::Temporal::parseDateTime("2025-03-06T08:15:28.000+08:00");
  ProcessorWatch watch;
  double seconds = 0;
  while ((seconds = watch.seconds()) < kSecondsEach) {
    for (int i = 0; i < 50; ++i) {
      arena.reset();
      Evaluation evaluation(arena);
      evaluation.now = now;
      auto results = expression.evaluate(root, evaluation);
      out.results = results ? consume(*results, arena) : 0;
    }
    count += 50;
  }
  out.rate = static_cast<double>(count) / seconds;
  return out;
}

// fhirpath.js's lines; empty with the reason printed when it cannot be had here.
std::vector<std::string> runFhirpathJs(const std::string& folder) {
  using support::runCommand;
  const std::string skipped = "  beside fhirpath.js: skipped, ";
  if (runCommand({"node", "--version"}).exit_code != 0) {
    std::printf("%sthere is no node (Debian package nodejs)\n", skipped.c_str());
    return {};
  }
  auto installed =
      runCommand({"npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel=error", "fhirpath"});
  if (installed.exit_code != 0) {
    std::printf("%snpm could not install fhirpath\n", skipped.c_str());
    return {};
  }
  auto run = runCommand({"env", "NODE_PATH=" + folder + "/node_modules", "node",
                         kRoot + "/tests/bench/fhirpath_js.js", kRoot + "/tests/bench/path_expressions.json",
                         kRoot + "/tests/cases/fhirpath/inputs", std::to_string(kSecondsEach)});
  if (run.exit_code != 0) std::printf("%sit failed: %s\n", skipped.c_str(), run.err.c_str());
  std::vector<std::string> lines;
  std::istringstream in(run.exit_code == 0 ? run.out : "");
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

void benchExpressions(const std::string& folder) {
  const std::vector<Listed> expressions = readExpressions();
  const std::vector<std::string> theirs = runFhirpathJs(folder);
  double our_seconds = 0, their_seconds = 0, smallest = 0;
  size_t below = 0, compared = 0;
  std::printf("  %10s %10s %7s\n", "ours/s", "js/s", "ratio");
  for (size_t i = 0; i < expressions.size(); ++i) {
    const Document document = readInput(expressions[i].on);
    auto compiled = Expression::compile(expressions[i].expression);
    if (!compiled) {
      std::printf("  %s: %s\n", expressions[i].expression.c_str(), compiled.error().text().c_str());
      continue;
    }
    const Measured ours = measure(*compiled, document);
    char* end = nullptr;
    const double their_rate = i < theirs.size() ? std::strtod(theirs[i].c_str(), &end) : 0;
    const size_t their_results = end && *end == '\t' ? std::strtoull(end, nullptr, 10) : 0;
    const double ratio = their_rate > 0 ? ours.rate / their_rate : 0;
    std::printf("  %10.0f %10.0f %7.1f  %s%s\n", ours.rate, their_rate, ratio, expressions[i].expression.c_str(),
                their_rate > 0 && their_results != ours.results ? "  (another number of results)" : "");
    std::fflush(stdout);
    if (their_rate <= 0) continue;
    ++compared;
    our_seconds += 1 / ours.rate;
    their_seconds += 1 / their_rate;
    below += ratio < 20;
    smallest = compared == 1 ? ratio : std::min(smallest, ratio);
  }
  if (compared == 0) return;
  std::printf("  %zu expressions beside fhirpath.js: ratio in total %.1f, smallest %.1f; %zu below 20\n", compared,
              their_seconds / our_seconds, smallest, below);
}

// --- Growth ---

std::string manyRows(size_t count) {
  std::string out = "{\"row\":[";
  for (size_t i = 0; i < count; ++i) {
    out += (i ? ",{" : "{") + std::string("\"n\":") + std::to_string(i * 7919 % count) + ",\"text\":\"t" +
           std::to_string(i) + "\",\"even\":" + (i % 2 ? "false" : "true") + "}";
  }
  return out + "]}";
}

void benchGrowth() {
  // Each looks at every row; the last member says what it measures.
  static constexpr const char* kExpressions[] = {
      "row.where(even).count()",
      "row.n.distinct().count()",
      "row.distinct().count()",
      "row.n.isDistinct()",
      "(row.n | row.text).count()",
      "row.n.union(row.n).count()",
      "repeat(row).count()",
      "descendants().count()",
      "children().count()",
      "row.children().count()",
      "row.n.intersect(row.n).count()",
      "row.n.exclude(row.n).count()",
      "row.n.subsetOf(row.n)",
      "row.n.supersetOf(row.n)",
      "row.n.sort().first()",
      "row.sort(text desc).first().n",
      "row.select(n + 1).count()",
      "row.all(n >= 0)",
      "row.n.aggregate($this + $total, 0).count()",
      "row.text.join(',').length()",
      "row.skip(1).tail().take(1000000).count()",
      "(row.text ~ row.text)",
      "(row.n = row.n)",
      "row.n.combine(row.n).count()",
      "row.ofType(Any).count()",
      "row.n.sum()",
      "row.n.max()",
  };
  static constexpr size_t kSizes[] = {10, 1'000, 100'000};
  fhir::model::ReadLimits limits;
  limits.bytes = 64u << 20;
  limits.members = 1'000'000;
  std::vector<Document> documents;
  for (size_t size : kSizes) documents.push_back(std::move(Document::readPlain(manyRows(size), limits)).value());
  std::printf("  nanoseconds for each of 10, 1,000 and 100,000 rows; the last is the growth from 1,000 to 100,000\n");
  for (const char* text : kExpressions) {
    auto expression = Expression::compile(text);
    double each[3] = {};
    std::string trouble = expression ? "" : expression.error().text();
    for (size_t i = 0; expression && i < 3; ++i) {
      const Item root = Item::node(documents[i].root(), &Document::navigator());
      fhir::base::Arena arena;
      uint64_t rounds = 0;
      ProcessorWatch watch;
      double seconds = 0;
      do {
        arena.reset();
        Evaluation evaluation(arena);
        auto results = expression->evaluate(root, evaluation);
        if (!results) trouble = results.error().text();
        ++rounds;
      } while (trouble.empty() && (seconds = watch.seconds()) < 0.1);
      each[i] = seconds * 1e9 / static_cast<double>(rounds * kSizes[i]);
    }
    std::printf("  %9.1f %9.1f %9.1f %6.2f  %s %s\n", each[0], each[1], each[2], each[2] / each[1], text,
                trouble.c_str());
    std::fflush(stdout);
  }
}

}  // namespace

void benchPath(const Options& options) {
  benchExpressions(options.folder);
  benchGrowth();
}

}  // namespace bench
