// Runs test suites of JSON Patch (json-patch/json-patch-tests, FHIR/fhir-test-cases r4/patch):
// conformance_json_patch [FOLDER]. FOLDER holds json-patch/*.json; without it ONECARD_SHARED_DATA, then
// ../shared/data beside the repository. All tests must pass; those that a suite has disabled are not run.
// Exit 77 when the folder is missing.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "fhir/patch/diff.h"
#include "fhir/patch/patch.h"

namespace {

using fhir::model::JsonValue;

std::string readFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// Empty when the test passes; else what came instead.
std::string run(const JsonValue& test) {
  const JsonValue *document = test.find("doc"), *operations = test.find("patch"), *expected = test.find("expected");
  const bool must_fail = test.find("error") != nullptr;
  auto patch = fhir::patch::Patch::read(operations->write());
  if (!patch) return must_fail ? "" : patch.error().text();
  auto text = patch->apply(document->write());
  if (!text) return must_fail ? "" : text.error().text();
  if (must_fail) return "no error but " + *text;
  auto patched = JsonValue::read(*text);
  if (!expected) return patched ? "" : patched.error().text();
  if (!patched || !sameValue(*expected, *patched)) return *text;
  // The way back: the patch that is made from the two gives the second.
  JsonValue made = fhir::patch::jsonPatchBetween(*document, *expected);
  auto again = fhir::patch::Patch::read(made.write())->apply(document->write());
  return again && sameDigits(*JsonValue::read(*again), *expected) ? ""
                                                                  : "the patch made from the two: " + made.write();
}

std::filesystem::path findFolder(int argc, char** argv) {
  if (argc > 1) return argv[1];
  if (const char* given = std::getenv("ONECARD_SHARED_DATA")) return given;
  return std::filesystem::path(ONECARD_SOURCE_DIR) / ".." / "shared" / "data";
}

}  // namespace

int main(int argc, char** argv) {
  std::filesystem::path folder = findFolder(argc, argv) / "json-patch";
  if (!std::filesystem::is_directory(folder)) {
    std::printf("skipped: the suite of JSON Patch is not there (set ONECARD_SHARED_DATA)\n");
    return 77;
  }
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.insert(entry.path());
  }
  int passed = 0, total = 0;
  for (const auto& path : files) {
    auto suite = JsonValue::read(readFile(path));
    if (!suite || !suite->isArray()) {
      std::printf("cannot read %s\n", path.filename().c_str());
      return 1;
    }
    int good = 0, count = 0;
    for (size_t i = 0; i < suite->items.size(); ++i) {
      const JsonValue& test = suite->items[i];
      const JsonValue *disabled = test.find("disabled"), *comment = test.find("comment");
      if ((disabled && disabled->boolean) || !test.find("patch")) continue;
      std::string trouble = run(test);
      ++count;
      good += trouble.empty();
      if (trouble.empty()) continue;
      std::printf("FAILED %zu %s\n  got %s\n", i, comment ? comment->text.c_str() : "", trouble.c_str());
    }
    std::printf("%4d of %4d  %s\n", good, count, path.stem().c_str());
    passed += good;
    total += count;
  }
  std::printf("%4d of %4d  in all\n", passed, total);
  return passed == total ? 0 : 1;
}
