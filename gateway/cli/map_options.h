#pragma once
// What the sub-commands of `onecard map` have in common. Private to gateway/cli.

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mappings/engine/map_cases.h"
#include "mappings/engine/map_runner.h"

namespace gateway::cli {

constexpr int kMapWrong = 1;
constexpr int kMapCannotRead = 2;

struct MapOptions {
  std::string folder;
  std::string mapping;
  std::string institution = "12990121400000010B";
  std::string source = "command-line";
  std::string message = "standard-input";
  std::string received = "2025-01-01T00:00:00+08:00";
  std::string encoding;
  std::string canonical = "http://onecard.example/";
  std::string site_key = std::string(mappings::engine::kCaseSiteKey);
  std::vector<std::string> facts;    // name=value
  std::vector<std::string> aliases;  // code=institution
  std::vector<std::string> files;
  std::string prefix;
  std::string before;  // folder of the other version
  bool update = false;
};

// The error names what is wrong in `name=value` options; exit code 2.
std::optional<mappings::engine::CaseDirectory> directoryOf(const MapOptions& options);

// Each error goes to standard error.
std::optional<mappings::engine::MapLibrary> loadLibrary(const MapOptions& options, const std::string& folder,
                                                        const mappings::engine::Directory& directory);

struct ReadInput {
  std::string mapping;
  mappings::source::ReadMessage message;
};

// The message as the mapping reads it; without a name, as the first mapping that accepts it.
fhir::base::Result<ReadInput> readInput(const mappings::engine::MapLibrary& library, const MapOptions& options,
                                        std::string_view bytes);

using MapCommand = int (*)(const MapOptions&);
CLI::App* addMapCommand(CLI::App& parent, const char* name, const char* text, const char* codes,
                        const std::shared_ptr<MapOptions>& options, MapCommand run, int& exit_code);
void addMessageOptions(CLI::App& command, MapOptions& options);

// map_authoring.cpp
void addMapAuthoring(CLI::App& map, const std::shared_ptr<MapOptions>& options, int& exit_code);

}  // namespace gateway::cli
