#include "gateway/cli/map_options.h"

#include <filesystem>
#include <iostream>
#include <system_error>

namespace gateway::cli {

namespace fs = std::filesystem;
namespace source = mappings::source;
using fhir::base::Error;
using fhir::base::Result;
using mappings::engine::CaseDirectory;
using mappings::engine::Directory;
using mappings::engine::MapLibrary;

namespace {

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

template <typename Map>
bool readPairs(const std::vector<std::string>& pairs, const char* option, Map& out) {
  for (const std::string& pair : pairs) {
    const size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      std::cerr << "error: " << option << " is written name=value\n";
      return false;
    }
    out[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return true;
}

}  // namespace

std::optional<CaseDirectory> directoryOf(const MapOptions& options) {
  CaseDirectory directory;
  directory.any_alias = options.aliases.empty();
  if (!readPairs(options.facts, "--fact", directory.facts)) return std::nullopt;
  if (!readPairs(options.aliases, "--alias", directory.aliases)) return std::nullopt;
  return directory;
}

std::optional<MapLibrary> loadLibrary(const MapOptions& options, const std::string& folder,
                                      const Directory& directory) {
  std::vector<Error> errors;
  auto library = MapLibrary::loadAll({folder, options.site_key, options.canonical, &directory}, errors);
  for (const Error& error : errors) std::cerr << error.text() << "\n";
  return library;
}

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

CLI::App* addMapCommand(CLI::App& parent, const char* name, const char* text, const char* codes,
                        const std::shared_ptr<MapOptions>& options, MapCommand run, int& exit_code) {
  CLI::App* command = parent.add_subcommand(name, text);
  command->footer(codes);
  command->add_option("--mappings", options->folder, "folder of mappings and code maps");
  command->callback([options, run, &exit_code] {
    options->folder = foundFolder(options->folder);
    exit_code = run(*options);
  });
  return command;
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
  command.add_option("--alias", options.aliases,
                     "what a code in the message means: code=institution; without any, every code means itself");
}

}  // namespace gateway::cli
