// onecard map check|run|trace|test|coverage and onecard code-map check: mappings without a running gateway.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <system_error>

#include "gateway/cli/commands.h"
#include "gateway/cli/map_options.h"
#include "mappings/engine/code_maps.h"
#include "mappings/engine/field_use.h"
#include "mappings/engine/map.h"
#include "mappings/engine/map_cases.h"
#include "mappings/engine/map_runner.h"
#include "mappings/engine/map_trace.h"

namespace gateway::cli {
namespace {

namespace fs = std::filesystem;
using namespace mappings::engine;
using fhir::base::Error;
using fhir::base::Result;
namespace source = mappings::source;

void printFindings(const fhir::base::Findings& findings) {
  for (const auto& finding : findings.list()) {
    std::cerr << toString(finding.severity) << ": " << finding.rule << " ";
    if (!finding.expression.empty()) std::cerr << finding.expression << ": ";
    std::cerr << finding.what;
    if (!finding.source.empty()) std::cerr << ", " << finding.source;
    std::cerr << "\n";
  }
}

template <typename Each>
int forEachPart(const MapOptions& options, Each each) {
  const auto directory = directoryOf(options);
  if (!directory) return kMapCannotRead;
  auto library = loadLibrary(options, options.folder, *directory);
  if (!library) return kMapWrong;
  const std::string bytes = readStandardInput();
  auto input = readInput(*library, options, bytes);
  if (!input.ok()) {
    std::cerr << "error: " << input.error().text() << "\n";
    return kMapCannotRead;
  }
  int code = 0;
  for (const source::Part& part : input->message.parts) {
    const MapInput in{options.source, options.institution, options.message, options.received, &part};
    const Result<void> done = part.error ? Result<void>(*part.error) : each(*library, input->mapping, in);
    if (done.ok()) continue;
    std::cerr << "error: ";
    if (input->message.parts.size() > 1) std::cerr << "part " << part.number << ": ";
    std::cerr << done.error().text() << "\n";
    code = kMapWrong;
  }
  return code;
}

int runMap(const MapOptions& options) {
  std::vector<MappedPart> parts;
  std::vector<SourceField> fields;
  const int code = forEachPart(
      options, [&](const MapLibrary& library, const std::string& mapping, const MapInput& in) -> Result<void> {
        ASSIGN_OR_RETURN(MappedPart mapped, library.run(mapping, in));
        fields.insert(fields.end(), mapped.fields.begin(), mapped.fields.end());
        parts.push_back(std::move(mapped));
        return {};
      });
  if (!parts.empty()) std::cout << toBundle(parts) << std::endl;
  for (const std::string& line : notCarriedLines(fields)) std::cerr << line << "\n";
  for (const MappedPart& part : parts) printFindings(part.findings);
  return code;
}

int traceMap(const MapOptions& options) {
  return forEachPart(options,
                     [](const MapLibrary& library, const std::string& mapping, const MapInput& in) -> Result<void> {
                       std::cout << "source, part " << in.part->number << "\n" << printTree(in.part->tree) << "\n";
                       std::vector<OutputOrigin> origins;
                       ASSIGN_OR_RETURN(MappedPart mapped, library.runTraced(mapping, in, &origins));
                       std::cout << "output of " << mapping << " version " << mapped.mapping_version << "\n"
                                 << printOrigins(origins, in.part->tree) << "\nnot carried over\n";
                       for (const std::string& line : notCarriedLines(mapped.fields))
                         std::cout << "  " << line << "\n";
                       printFindings(mapped.findings);
                       return {};
                     });
}

// ---- whole folders ------------------------------------------------------------------------------------------------

int checkMaps(const MapOptions& options) {
  const CaseDirectory directory;
  auto library = loadLibrary(options, options.folder, directory);
  if (!library) return kMapWrong;
  for (const std::string& name : library->names()) std::cout << name << " version " << library->version(name) << "\n";
  std::cout << library->names().size() << " mappings, " << library->codeMaps().all().size()
            << " code maps: no errors\n";
  return 0;
}

int testMaps(const MapOptions& options) {
  CaseDirectory directory;
  auto library = loadLibrary(options, options.folder, directory);
  if (!library) return kMapWrong;
  size_t passed = 0;
  size_t failed = 0;
  std::set<std::string> tested;
  for (const MapCase& one : findCases(options.folder, options.prefix)) {
    const CaseResult result = runCase(*library, directory, one, options.update);
    tested.insert(one.mapping);
    ++(result.passed ? passed : failed);
    if (result.passed) continue;
    std::cout << "failed: " << one.mapping << "/" << one.name << "\n";
    for (const std::string& problem : result.problems) std::cout << "    " << problem << "\n";
  }
  for (const std::string& name : library->names())
    if (options.prefix.empty() && !tested.contains(name)) std::cout << "no cases: " << name << "\n";
  std::cout << passed << " passed, " << failed << " failed" << (options.update ? ", out.json written\n" : "\n");
  return failed == 0 && passed > 0 ? 0 : kMapWrong;
}

struct PathCount {
  std::map<SourceField::Use, size_t> uses;
  std::string reason;
};

void printCoverage(const std::string& mapping, const std::map<std::string, PathCount>& paths) {
  std::map<SourceField::Use, size_t> total;
  for (const auto& [path, count] : paths)
    for (const auto& [use, times] : count.uses) total[use] += times;
  std::cout << mapping << "\n";
  for (const auto& [path, count] : paths) {
    std::cout << "  " << path;
    for (const auto& [use, times] : count.uses) std::cout << "  " << toString(use) << " " << times;
    if (!count.reason.empty()) std::cout << "  (" << count.reason << ")";
    std::cout << "\n";
  }
  size_t all = 0;
  for (const auto& [use, times] : total) all += times;
  std::cout << "  " << all << " values:";
  for (const auto& [use, times] : total) std::cout << " " << toString(use) << " " << times;
  std::cout << "\n";
}

// Lines that wrote nothing, however many messages were mapped.
void printIdleLines(const Map& map, const std::set<std::string>& used) {
  for (const WritingLine& line : writingLines(map))
    if (!used.contains(line.rule)) std::cout << "  never written: " << line.element << "  " << line.rule << "\n";
}

int coverMaps(const MapOptions& options) {
  auto directory = directoryOf(options);
  if (!directory) return kMapCannotRead;
  auto library = loadLibrary(options, options.folder, *directory);
  if (!library) return kMapWrong;
  std::map<std::string, std::map<std::string, PathCount>> by_mapping;
  const auto count = [&](const std::string& mapping, const std::vector<SourceField>& fields) {
    for (const SourceField& field : fields) {
      PathCount& path = by_mapping[mapping][field.path];
      ++path.uses[field.use];
      if (!field.reason.empty()) path.reason = field.reason;
    }
  };
  std::vector<OutputOrigin> origins;
  for (const std::string& file : options.files) {
    std::ifstream in(file, std::ios::binary);
    // A folder opens, and fails only when it is read.
    if (!in || std::filesystem::is_directory(file)) {
      std::cerr << "error: cannot read " << file << "\n";
      return kMapCannotRead;
    }
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    auto read = readInput(*library, options, bytes);
    if (!read.ok()) {
      std::cerr << file << ": " << read.error().text() << "\n";
      continue;
    }
    for (const source::Part& part : read->message.parts) {
      const MapInput input{options.source, options.institution, options.message, options.received, &part};
      auto mapped = part.error ? Result<MappedPart>(*part.error) : library->runTraced(read->mapping, input, &origins);
      if (mapped.ok())
        count(read->mapping, mapped->fields);
      else
        std::cerr << file << ": part " << part.number << ": " << mapped.error().text() << "\n";
    }
  }
  if (options.files.empty())
    for (const MapCase& one : findCases(options.folder, options.mapping))
      for (const Result<MappedPart>& mapped : mapCase(*library, *directory, one, &origins))
        if (mapped.ok()) count(one.mapping, mapped->fields);
  std::set<std::string> used;
  for (const OutputOrigin& origin : origins) used.insert(origin.rule);
  bool unread = false;
  for (const auto& [mapping, paths] : by_mapping) {
    printCoverage(mapping, paths);
    printIdleLines(*library->find(mapping), used);
    for (const auto& [path, uses] : paths) unread = unread || uses.uses.contains(SourceField::Use::Unread);
  }
  return unread ? kMapWrong : 0;
}

int checkCodeMaps(const MapOptions& options) {
  const std::string folder = options.folder + "/code_maps";
  auto systems = SystemNames::load(folder + "/systems.csv", "code_maps/systems.csv");
  std::vector<Error> errors;
  if (!systems.ok()) errors.push_back(systems.error());
  const CodeMaps maps = CodeMaps::load(folder, systems.ok() ? *systems : SystemNames(), errors);
  for (const Error& error : errors) std::cerr << error.text() << "\n";
  if (!errors.empty()) return kMapWrong;
  // Whether targets fit the elements that they are written into is known to the mappings.
  const CaseDirectory directory;
  if (!loadLibrary(options, options.folder, directory)) return kMapWrong;
  for (const auto& [name, map] : maps.all()) std::cout << name << ": " << map.rows().size() << " rows\n";
  return 0;
}

}  // namespace

void addMapCommands(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<MapOptions>();
  CLI::App* map = app.add_subcommand("map", "write, check and try mappings");
  map->require_subcommand(1);
  addMapAuthoring(*map, options, exit_code);
  addMapCommand(*map, "check", "load every mapping and code map; name each mistake with its place",
                "Exit code: 0 all load; 1 a mistake.", options, checkMaps, exit_code);
  addMessageOptions(
      *addMapCommand(
          *map, "run", "map the message on standard input to a Bundle; fields not carried over go to standard error",
          "Exit code: 0 mapped, also with unread fields; 1 a part failed, or a mapping does not load; 2 the "
          "message cannot be read, or no mapping accepts it.",
          options, runMap, exit_code),
      *options);
  addMessageOptions(
      *addMapCommand(*map, "trace", "print the message as a tree, and where each output value came from",
                     "It shows what the message says.\nExit code: 0 mapped; 1 a part failed, or a mapping "
                     "does not load; 2 the message cannot be read, or no mapping accepts it.",
                     options, traceMap, exit_code),
      *options);
  CLI::App* test = addMapCommand(*map, "test", "run the cases beside the mappings",
                                 "Exit code: 0 all pass; 1 one fails, there is none, or a mapping does not load.",
                                 options, testMaps, exit_code);
  test->add_option("case", options->prefix, "beginning of mapping/case; without it all");
  test->add_flag("--update", options->update, "write out.json instead of comparing with it");
  CLI::App* coverage = addMapCommand(
      *map, "coverage", "what each source field is used for, over the cases or over files",
      "Exit code: 0 every field is used or ignored; 1 a field is unread, or a mapping does not load; 2 an "
      "option or a file cannot be read.",
      options, coverMaps, exit_code);
  coverage->add_option("--mapping", options->mapping, "only this mapping");
  coverage->add_option("--institution", options->institution, "code of the institution that sends the files")
      ->capture_default_str();
  coverage->add_option("--encoding", options->encoding, "encoding that the source declares");
  coverage->add_option("files", options->files, "messages instead of the cases");
  CLI::App* code_map = app.add_subcommand("code-map", "local codes to standard codes");
  code_map->require_subcommand(1);
  addMapCommand(*code_map, "check", "check every table and whether its targets may stand where mappings write them",
                "Exit code: 0 all can be used; 1 a mistake.", options, checkCodeMaps, exit_code);
}

}  // namespace gateway::cli
