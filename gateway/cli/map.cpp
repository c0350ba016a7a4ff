// onecard map check|run|test|trace|coverage and onecard code-map check: mappings without a running gateway.

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

constexpr int kWrong = 1;
constexpr int kCannotRead = 2;

struct MapOptions {
  std::string folder;
  std::string mapping;
  std::string institution = "12990121400000010B";
  std::string source = "command-line";
  std::string message = "standard-input";
  std::string received = "2025-01-01T00:00:00+08:00";
  std::string encoding;
  std::string canonical = "http://onecard.example/";
  std::string site_key = std::string(kCaseSiteKey);
  std::vector<std::string> facts;  // name=value
  std::vector<std::string> files;
  std::string prefix;
  bool update = false;
};

// The mappings folder of this checkout or installation, when none is named.
std::string foundFolder(const std::string& named) {
  if (!named.empty()) return named;
  std::error_code failed;
  const fs::path binary = fs::read_symlink("/proc/self/exe", failed).parent_path();
  for (const fs::path& candidate :
       {fs::path("mappings"), binary / "../../mappings", binary / "../share/onecard/mappings"})
    if (fs::exists(candidate / "code_maps", failed)) return candidate.lexically_normal().string();
  return "mappings";
}

std::optional<MapLibrary> loadLibrary(const MapOptions& options, const Directory& directory) {
  std::vector<Error> errors;
  auto library = MapLibrary::loadAll({options.folder, options.site_key, options.canonical, &directory}, errors);
  for (const Error& error : errors) std::cerr << error.text() << "\n";
  return library;
}

CaseDirectory directoryOf(const MapOptions& options) {
  CaseDirectory directory;
  for (const std::string& fact : options.facts) {
    const size_t equals = fact.find('=');
    if (equals != std::string::npos) directory.facts[fact.substr(0, equals)] = fact.substr(equals + 1);
  }
  return directory;
}

// ---- one message --------------------------------------------------------------------------------------------------

struct ReadInput {
  std::string mapping;
  source::ReadMessage message;
};

// The message as the mapping reads it; without a name, as the first mapping that accepts it.
Result<ReadInput> readInput(const MapLibrary& library, const MapOptions& options, std::string_view bytes) {
  Error last{fhir::base::Why::Unsupported, "no mapping accepts this message", ""};
  const std::vector<std::string> names =
      options.mapping.empty() ? library.names() : std::vector<std::string>{options.mapping};
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(source::ReadOptions read, library.readOptions(name));
    if (!options.encoding.empty()) read.encoding = options.encoding;
    auto message = source::readMessage(bytes, read);
    if (!message.ok()) {
      if (!options.mapping.empty()) return message.error();
      continue;
    }
    if (!options.mapping.empty()) return ReadInput{name, std::move(*message)};
    for (const source::Part& part : message->parts)
      if (!part.error && library.choose(part, read.format, {name}).ok()) return ReadInput{name, std::move(*message)};
  }
  return last;
}

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
  const CaseDirectory directory = directoryOf(options);
  auto library = loadLibrary(options, directory);
  if (!library) return kWrong;
  const std::string bytes = readStandardInput();
  auto input = readInput(*library, options, bytes);
  if (!input.ok()) {
    std::cerr << "error: " << input.error().text() << "\n";
    return kCannotRead;
  }
  int code = 0;
  for (const source::Part& part : input->message.parts) {
    const MapInput in{options.source, options.institution, options.message, options.received, &part};
    const Result<void> done = part.error ? Result<void>(*part.error) : each(*library, input->mapping, in);
    if (done.ok()) continue;
    std::cerr << "error: ";
    if (input->message.parts.size() > 1) std::cerr << "part " << part.number << ": ";
    std::cerr << done.error().text() << "\n";
    code = kWrong;
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
  if (!parts.empty()) std::cout << toBundle(parts) << "\n";
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
  auto library = loadLibrary(options, directory);
  if (!library) return kWrong;
  for (const std::string& name : library->names()) std::cout << name << " version " << library->version(name) << "\n";
  std::cout << library->names().size() << " mappings, " << library->codeMaps().all().size()
            << " code maps: no errors\n";
  return 0;
}

int testMaps(const MapOptions& options) {
  CaseDirectory directory;
  auto library = loadLibrary(options, directory);
  if (!library) return kWrong;
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
  return failed == 0 && passed > 0 ? 0 : kWrong;
}

struct PathCount {
  std::map<SourceField::Use, size_t> uses;
  std::string reason;
};

std::string_view useName(SourceField::Use use) {
  switch (use) {
    case SourceField::Use::Flows: return "flows";
    case SourceField::Use::ConditionOnly: return "decides";
    case SourceField::Use::Ignored: return "ignored";
    case SourceField::Use::Unread: return "unread";
  }
  return "";
}

void printCoverage(const std::string& mapping, const std::map<std::string, PathCount>& paths) {
  std::map<SourceField::Use, size_t> total;
  for (const auto& [path, count] : paths)
    for (const auto& [use, times] : count.uses) total[use] += times;
  std::cout << mapping << "\n";
  for (const auto& [path, count] : paths) {
    std::cout << "  " << path;
    for (const auto& [use, times] : count.uses) std::cout << "  " << useName(use) << " " << times;
    if (!count.reason.empty()) std::cout << "  (" << count.reason << ")";
    std::cout << "\n";
  }
  size_t all = 0;
  for (const auto& [use, times] : total) all += times;
  std::cout << "  " << all << " values:";
  for (const auto& [use, times] : total) std::cout << " " << useName(use) << " " << times;
  std::cout << "\n";
}

int coverMaps(const MapOptions& options) {
  CaseDirectory directory = directoryOf(options);
  auto library = loadLibrary(options, directory);
  if (!library) return kWrong;
  std::map<std::string, std::map<std::string, PathCount>> by_mapping;
  const auto count = [&](const std::string& mapping, const std::vector<SourceField>& fields) {
    for (const SourceField& field : fields) {
      PathCount& path = by_mapping[mapping][field.path];
      ++path.uses[field.use];
      if (!field.reason.empty()) path.reason = field.reason;
    }
  };
  for (const std::string& file : options.files) {
    std::ifstream in(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    auto read = readInput(*library, options, bytes);
    if (!read.ok()) {
      std::cerr << file << ": " << read.error().text() << "\n";
      continue;
    }
    for (const source::Part& part : read->message.parts) {
      const MapInput input{options.source, options.institution, options.message, options.received, &part};
      auto mapped = part.error ? Result<MappedPart>(*part.error) : library->run(read->mapping, input);
      if (mapped.ok())
        count(read->mapping, mapped->fields);
      else
        std::cerr << file << ": part " << part.number << ": " << mapped.error().text() << "\n";
    }
  }
  if (options.files.empty())
    for (const MapCase& one : findCases(options.folder, options.mapping))
      count(one.mapping, runCase(*library, directory, one, false).fields);
  bool unread = false;
  for (const auto& [mapping, paths] : by_mapping) {
    printCoverage(mapping, paths);
    for (const auto& [path, uses] : paths) unread = unread || uses.uses.contains(SourceField::Use::Unread);
  }
  return unread ? kWrong : 0;
}

int checkCodeMaps(const MapOptions& options) {
  const std::string folder = options.folder + "/code_maps";
  auto systems = SystemNames::load(folder + "/systems.csv", "code_maps/systems.csv");
  std::vector<Error> errors;
  if (!systems.ok()) errors.push_back(systems.error());
  const CodeMaps maps = CodeMaps::load(folder, systems.ok() ? *systems : SystemNames(), errors);
  for (const Error& error : errors) std::cerr << error.text() << "\n";
  if (!errors.empty()) return kWrong;
  // Whether targets fit the elements that they are written into is known to the mappings.
  const CaseDirectory directory;
  if (!loadLibrary(options, directory)) return kWrong;
  for (const auto& [name, map] : maps.all()) std::cout << name << ": " << map.rows().size() << " rows\n";
  return 0;
}

void addMessageOptions(CLI::App& command, MapOptions& options) {
  command.add_option("mapping", options.mapping,
                     "mapping, hl7v2/oru_r01; without it the first that accepts the message");
  command.add_option("--institution", options.institution, "code of the institution that sends")
      ->capture_default_str();
  command.add_option("--source", options.source, "name of the configured source")->capture_default_str();
  command.add_option("--encoding", options.encoding, "encoding that the source declares");
  command.add_option("--received", options.received, "when the message came, a FHIR instant")->capture_default_str();
  command.add_option("--message", options.message, "id of the message in the inbox")->capture_default_str();
  command.add_option("--canonical", options.canonical, "prefix of the site's own URIs")->capture_default_str();
  command.add_option("--fact", options.facts, "what lookup() answers about the institution: name=value");
}

using Command = int (*)(const MapOptions&);

CLI::App* addCommand(CLI::App& parent, const char* name, const char* text, const std::shared_ptr<MapOptions>& options,
                     Command run, int& exit_code) {
  CLI::App* command = parent.add_subcommand(name, text);
  command->add_option("--mappings", options->folder, "folder of mappings and code maps");
  command->callback([options, run, &exit_code] {
    options->folder = foundFolder(options->folder);
    exit_code = run(*options);
  });
  return command;
}

}  // namespace

void addMapCommands(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<MapOptions>();
  CLI::App* map = app.add_subcommand("map", "write, check and try mappings");
  map->require_subcommand(1);
  addCommand(*map, "check", "load every mapping and code map; name each mistake with its place", options, checkMaps,
             exit_code);
  addMessageOptions(*addCommand(*map, "run",
                                "map the message on standard input to a Bundle; fields not carried over go "
                                "to standard error",
                                options, runMap, exit_code),
                    *options);
  addMessageOptions(*addCommand(*map, "trace", "print the message as a tree, and where each output value came from",
                                options, traceMap, exit_code),
                    *options);
  CLI::App* test = addCommand(*map, "test", "run the cases beside the mappings", options, testMaps, exit_code);
  test->add_option("case", options->prefix, "beginning of mapping/case; without it all");
  test->add_flag("--update", options->update, "write out.json instead of comparing with it");
  CLI::App* coverage =
      addCommand(*map, "coverage", "what each source field is used for, over the cases or over files", options,
                 coverMaps, exit_code);
  coverage->add_option("--mapping", options->mapping, "only this mapping");
  coverage->add_option("files", options->files, "messages instead of the cases");
  CLI::App* code_map = app.add_subcommand("code-map", "local codes to standard codes");
  code_map->require_subcommand(1);
  addCommand(*code_map, "check", "check every table and whether its targets may stand where mappings write them",
             options, checkCodeMaps, exit_code);
}

}  // namespace gateway::cli
