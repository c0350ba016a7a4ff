// Validation on one core, beside bare parsing of the same bytes: R4 alone, and with the county's profiles.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fhir/validate/loader.h"
#include "fhir/validate/validator.h"
#include "tests/bench/bench.h"

namespace bench {

namespace {

using fhir::model::Document;

struct Text {
  std::string json;
  std::string profile;
};

std::string readFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::vector<std::filesystem::path> jsonFiles(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

// The good resources of the validation cases; Bundles and definitions are larger than what comes in one by one.
std::vector<Text> texts(const std::string& folder, bool county) {
  std::vector<Text> out;
  for (const auto& file : jsonFiles(folder)) {
    const std::string name = file.stem().string();
    if (name == "transaction" || name == "document" || name == "structure_definition") continue;
    out.push_back({readFile(file), county ? "http://onecard.example/StructureDefinition/" + name : ""});
  }
  return out;
}

void benchTexts(const char* what, const std::vector<Text>& list, const fhir::validate::Profiles& profiles,
                fhir::terminology::Terminology* terminology, double at_least, const Options& options) {
  const fhir::validate::Validator validator(profiles);
  uint64_t bytes = 0, failed = 0;
  for (const Text& text : list) bytes += text.json.size();
  double parse = 1e9, validate = 1e9;
  constexpr int kRounds = 5;  // passes are short, so that the best of many is one that nobody disturbed
  Stopwatch watch;
  while (watch.seconds() < options.seconds) {
    Stopwatch first;
    for (int round = 0; round < kRounds; ++round)
      for (const Text& text : list) {
        fhir::base::Findings findings;
        failed += !Document::readResource(text.json, findings).ok();
      }
    parse = std::min(parse, first.seconds());
    Stopwatch second;
    for (int round = 0; round < kRounds; ++round)
      for (const Text& text : list) {
        fhir::base::Findings findings;
        auto document = Document::readResource(text.json, findings);
        fhir::validate::Options settings;
        settings.terminology = terminology;
        const std::vector<std::string> asked(text.profile.empty() ? 0 : 1, text.profile);
        settings.profiles = asked;
        failed += validator.validate(*document, findings, settings).hasErrors();
      }
    validate = std::min(validate, second.seconds());
  }
  const double megabytes = static_cast<double>(bytes) * kRounds / 1e6;
  const double of_2_kb = megabytes * 1e6 / 2000;
  std::printf(
      "  %-34s %8.0f of 2 kB/s (at least %.0f), %.1f MB/s; bare parsing %.1f MB/s; takes %.2f times as long%s\n",
      what, of_2_kb / validate, at_least, megabytes / validate, megabytes / parse, validate / parse,
      failed == 0 ? "" : "; SOME FAILED");
}

}  // namespace

void benchValidate(const Options& options) {
  const std::string cases = "tests/cases/validate/";
  fhir::validate::Loader loader;
  for (const auto& file : jsonFiles("conf/artefacts/profiles")) {
    auto added = loader.add(readFile(file), file.string());
    if (!added.ok()) std::printf("  %s\n", added.error().text().c_str());
  }
  auto profiles = loader.finish();
  if (!profiles.ok()) {
    std::printf("  %s\n", profiles.error().text().c_str());
    return;
  }
  benchTexts("R4 (at most 8 times parsing)", texts(cases + "base", false), **profiles, nullptr, 5000, options);
  benchTexts("R4 and the county's profiles", texts(cases + "county", true), **profiles, loader.terminology(), 2000,
             options);
}

}  // namespace bench
