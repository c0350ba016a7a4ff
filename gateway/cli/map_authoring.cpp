// onecard map new and map diff: begin a mapping from a message; see what a change does before it goes live.

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>

#include "gateway/cli/commands.h"
#include "gateway/cli/map_options.h"
#include "mappings/engine/map_diff.h"
#include "mappings/engine/map_draft.h"

namespace gateway::cli {
namespace {

namespace fs = std::filesystem;
using namespace mappings::engine;
using fhir::base::Result;
namespace source = mappings::source;

// ---- new ----------------------------------------------------------------------------------------------------------

bool isName(std::string_view name) {
  const size_t slash = name.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < name.size() &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_/") == std::string_view::npos &&
         name.find('/', slash + 1) == std::string_view::npos;
}

bool writeFile(const fs::path& path, std::string_view text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  return out.good();
}

int newMap(const MapOptions& options) {
  const std::string& name = options.mapping;
  if (!isName(name)) {
    std::cerr << "error: a mapping is called <format>/<name> in lower case, digits and _: json/outpatient_visit\n";
    return kMapCannotRead;
  }
  const fs::path folder = fs::path(options.folder) / name;
  std::error_code failed;
  if (fs::exists(folder, failed)) {
    std::cerr << "error: " << folder.string() << " is there already\n";
    return kMapWrong;
  }
  const std::string bytes = readStandardInput();
  auto draft = draftMapping(name, bytes, options.encoding);
  if (!draft.ok()) {
    std::cerr << "error: " << draft.error().text() << "\n";
    return kMapCannotRead;
  }
  const std::string last = name.substr(name.find('/') + 1);
  const fs::path one = folder / "cases" / "first";
  fs::create_directories(one, failed);
  const bool written =
      writeFile(folder / (last + ".yaml"), draft->yaml) && writeFile(one / ("in." + draft->extension), bytes) &&
      writeFile(one / "asserts.yaml", "says: yours, what this message shows\n") &&
      writeFile(folder / "README.md",
                "# " + name + "\n\nyours: which system sends this, what comes from it, and what is not mapped.\n");
  if (!written) {
    std::cerr << "error: cannot write below " << folder.string() << "\n";
    return kMapWrong;
  }
  const std::string file = (folder / (last + ".yaml")).string();
  const std::string in = (one / ("in." + draft->extension)).string();
  std::cout << "written: " << file << "\n         " << in << "   the message: it must name nobody real\n         "
            << (one / "asserts.yaml").string() << "\n         " << (folder / "README.md").string()
            << "\nnext:    onecard map trace " << name << " < " << in << "\n         onecard map run " << name
            << " < " << in << "\n         onecard map test --update " << name << "\n";
  return 0;
}

// ---- diff ---------------------------------------------------------------------------------------------------------

using Parts = std::vector<Result<MappedPart>>;

Parts mapFile(const MapLibrary& library, const MapOptions& options, const std::string& bytes) {
  auto input = readInput(library, options, bytes);
  if (!input.ok()) return {input.error()};
  Parts out;
  for (const source::Part& part : input->message.parts) {
    const MapInput in{options.source, options.institution, options.message, options.received, &part};
    if (part.error)
      out.emplace_back(*part.error);
    else
      out.push_back(library.run(input->mapping, in));
  }
  return out;
}

void compareParts(const std::string& where, const Parts& before, const Parts& after, DiffReport& report) {
  if (before.size() != after.size()) {
    report.add(where, {{"parts", std::to_string(before.size()), std::to_string(after.size())}});
    return;
  }
  for (size_t i = 0; i < before.size(); ++i)
    report.add(where + " part " + std::to_string(i + 1), differences(before[i], after[i]));
}

int diffMaps(const MapOptions& options) {
  auto directory = directoryOf(options);
  if (!directory) return kMapCannotRead;
  auto before = loadLibrary(options, options.before, *directory);
  auto after = loadLibrary(options, options.folder, *directory);
  if (!before || !after) return kMapCannotRead;
  DiffReport report;
  for (const std::string& file : options.files) {
    std::ifstream in(file, std::ios::binary);
    // A folder opens, and fails only when it is read.
    if (!in || std::filesystem::is_directory(file)) {
      std::cerr << "error: cannot read " << file << "\n";
      return kMapCannotRead;
    }
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    compareParts(file, mapFile(*before, options, bytes), mapFile(*after, options, bytes), report);
  }
  if (options.files.empty()) {
    for (const MapCase& one : findCases(options.folder, options.mapping)) {
      if (before->find(one.mapping) == nullptr) continue;  // a new mapping has nothing to differ from
      const Parts was = mapCase(*before, *directory, one);
      compareParts(one.mapping + "/" + one.name, was, mapCase(*after, *directory, one), report);
    }
  }
  std::cout << report.text();
  return report.equal() ? 0 : kMapWrong;
}

}  // namespace

void addMapAuthoring(CLI::App& map, const std::shared_ptr<MapOptions>& options, int& exit_code) {
  CLI::App* fresh = addMapCommand(map, "new", "begin a mapping from the message on standard input",
                                  "Exit code: 0 written; 1 it is there already, or cannot be written; 2 the message "
                                  "cannot be read.",
                                  options, newMap, exit_code);
  fresh->add_option("mapping", options->mapping, "its name, which is its folder: json/outpatient_visit")->required();
  fresh->add_option("--encoding", options->encoding, "encoding that the source declares");
  CLI::App* diff =
      addMapCommand(map, "diff", "what another version makes differently, over the cases or over files",
                    "The other version is a mappings folder, for example of `git worktree add ../before`."
                    "\nExit code: 0 equal; 1 different; 2 a version or a file cannot be read.",
                    options, diffMaps, exit_code);
  diff->add_option("--before", options->before, "folder of the other version's mappings and code maps")->required();
  diff->add_option("--mapping", options->mapping, "only this mapping");
  diff->add_option("--institution", options->institution, "code of the institution that sends the files")
      ->capture_default_str();
  diff->add_option("--source", options->source, "name of the configured source")->capture_default_str();
  diff->add_option("--encoding", options->encoding, "encoding that the source declares");
  diff->add_option("--alias", options->aliases, "what a code in the message means: code=institution");
  diff->add_option("--fact", options->facts, "what lookup() answers about the institution: name=value");
  diff->add_option("files", options->files, "messages instead of the cases");
}

}  // namespace gateway::cli
