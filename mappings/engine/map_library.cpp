// MapLibrary: the mappings folder, loaded, checked and ready to run.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <system_error>

#include "mappings/engine/map_parser.h"
#include "mappings/engine/map_run.h"

namespace mappings::engine {

using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;
namespace fs = std::filesystem;

struct MapLibrary::State {
  std::string site_key;
  std::string canonical;
  const Directory* directory = nullptr;
  SystemNames systems;
  CodeMaps code_maps;
  std::map<std::string, Map, std::less<>> maps;

  const Map* find(std::string_view name) const {
    const auto found = maps.find(name);
    return found == maps.end() ? nullptr : &found->second;
  }
  RunInput input(const Map& map, const MapInput& in) const {
    return {map, in, code_maps, systems, directory, canonical, site_key};
  }
};

// What is in use now, and what it is read from.
struct MapLibrary::Live {
  Options options;
  std::shared_ptr<const State> now() const {
    const std::lock_guard lock(mutex);
    return state;
  }
  void set(std::shared_ptr<const State> next) {
    const std::lock_guard lock(mutex);
    state = std::move(next);
  }

 private:
  mutable std::mutex mutex;
  std::shared_ptr<const State> state;
};

namespace {

using Files = std::map<std::string, MapFile, std::less<>>;

void readFile(const fs::path& path, const std::string& file, const std::string& name, Files& out,
              std::vector<Error>& errors) {
  std::ifstream in(path, std::ios::binary);
  MapFile one;
  one.file = file;
  one.text.assign(std::istreambuf_iterator<char>(in), {});
  auto root = fhir::base::readYaml(one.text, file);
  if (!root.ok()) {
    errors.push_back(root.error());
    if (errors.back().what.find("illegal map value") != std::string::npos)
      errors.back().what += "; a text or an expression with \": \" inside stands in quotes";
    return;
  }
  one.root = std::move(root).value();
  out.emplace(name, std::move(one));
}

std::vector<fs::path> sorted(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed)) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

// <format>/<name>/<name>.yaml and <format>/fragments/<name>.yaml
void findFiles(const std::string& folder, Files& mappings, Files& fragments, std::vector<Error>& errors) {
  for (const fs::path& format : sorted(folder)) {
    if (!fs::is_directory(format)) continue;
    const std::string format_name = format.filename().string();
    for (const fs::path& entry : sorted(format)) {
      if (!fs::is_directory(entry)) continue;
      const std::string name = entry.filename().string();
      if (name == "fragments") {
        for (const fs::path& file : sorted(entry))
          if (file.extension() == ".yaml")
            readFile(file, format_name + "/fragments/" + file.filename().string(),
                     format_name + "/" + file.stem().string(), fragments, errors);
        continue;
      }
      const fs::path file = entry / (name + ".yaml");
      if (fs::exists(file))
        readFile(file, format_name + "/" + name + "/" + name + ".yaml", format_name + "/" + name, mappings, errors);
    }
  }
}

std::string withSlash(std::string text) {
  if (!text.empty() && text.back() != '/') text += '/';
  return text;
}

Error noMapping(std::string_view name) {
  return Error{Why::NotFound, "there is no mapping \"" + std::string(name) + "\"", ""};
}

}  // namespace

MapLibrary::MapLibrary(std::unique_ptr<Live> live) : live_(std::move(live)) {}
MapLibrary::MapLibrary(MapLibrary&&) noexcept = default;
MapLibrary& MapLibrary::operator=(MapLibrary&&) noexcept = default;
MapLibrary::~MapLibrary() = default;

Result<MapLibrary> MapLibrary::load(const Options& options) {
  std::vector<Error> errors;
  auto library = loadAll(options, errors);
  if (!library) return errors.front();
  return std::move(*library);
}

std::optional<MapLibrary> MapLibrary::loadAll(const Options& options, std::vector<Error>& errors) {
  auto state = read(options, errors);
  if (state == nullptr) return std::nullopt;
  auto live = std::make_unique<Live>();
  live->options = options;
  live->set(std::move(state));
  return MapLibrary(std::move(live));
}

Result<std::vector<std::string>> MapLibrary::reload() {
  std::vector<Error> errors;
  auto next = read(live_->options, errors);
  if (next == nullptr) return errors.front();
  const auto before = live_->now();
  std::vector<std::string> changed;
  for (const auto& [name, map] : next->maps) {
    const Map* old = before->find(name);
    if (old == nullptr || old->version != map.version) changed.push_back(name);
  }
  live_->set(std::move(next));
  return changed;
}

std::shared_ptr<const MapLibrary::State> MapLibrary::read(const Options& options, std::vector<Error>& errors) {
  auto state = std::make_shared<State>();
  state->site_key = options.site_key;
  state->canonical = withSlash(options.canonical_base.empty() ? "http://onecard.example/" : options.canonical_base);
  state->directory = options.directory;
  const std::string code_maps = options.folder + "/code_maps";
  auto systems = SystemNames::load(code_maps + "/systems.csv", "code_maps/systems.csv");
  if (systems.ok())
    state->systems = std::move(systems).value();
  else
    errors.push_back(systems.error());
  state->code_maps = CodeMaps::load(code_maps, state->systems, errors);
  Files mappings;
  Files fragments;
  findFiles(options.folder, mappings, fragments, errors);
  const ParserInput input{&mappings, &fragments, &state->code_maps, &state->systems};
  for (const auto& [name, file] : mappings) {
    auto map = parseMap(name, input);
    if (map.ok())
      state->maps.emplace(name, std::move(map).value());
    else
      errors.push_back(map.error());
  }
  if (mappings.empty() && errors.empty())
    errors.push_back({Why::NotFound, "no mapping in this folder: <format>/<name>/<name>.yaml", options.folder});
  if (!errors.empty()) return nullptr;
  return state;
}

std::vector<std::string> MapLibrary::names() const {
  std::vector<std::string> out;
  const auto state = live_->now();
  for (const auto& entry : state->maps) out.push_back(entry.first);
  return out;
}

const Map* MapLibrary::find(std::string_view mapping) const { return live_->now()->find(mapping); }

const CodeMaps& MapLibrary::codeMaps() const { return live_->now()->code_maps; }

Result<source::ReadOptions> MapLibrary::readOptions(std::string_view mapping) const {
  const auto state = live_->now();
  const Map* map = state->find(mapping);
  if (map == nullptr) return noMapping(mapping);
  return map->read;
}

std::string MapLibrary::version(std::string_view mapping) const {
  const auto state = live_->now();
  const Map* map = state->find(mapping);
  return map == nullptr ? std::string() : map->version;
}

Result<std::string> MapLibrary::choose(const source::Part& part, std::string_view format,
                                       const std::vector<std::string>& candidates) const {
  const auto state = live_->now();
  MapInput input;
  input.part = &part;
  fhir::base::Arena arena;
  for (const std::string& name : candidates.empty() ? names() : candidates) {
    const Map* map = state->find(name);
    if (map == nullptr) return noMapping(name);
    if (map->read.format != format) continue;
    auto accepted = MapRun(state->input(*map, input), arena).accepts();
    if (accepted.ok() && *accepted) return name;
    arena.reset();
  }
  return Error{Why::Unsupported, "no mapping accepts this message", ""};
}

Result<std::vector<std::string>> MapLibrary::orderKeys(std::string_view mapping, const MapInput& input) const {
  const auto state = live_->now();
  const Map* map = state->find(mapping);
  if (map == nullptr) return noMapping(mapping);
  fhir::base::Arena arena;
  return MapRun(state->input(*map, input), arena).orderKeys();
}

Result<MappedPart> MapLibrary::run(std::string_view mapping, const MapInput& input) const {
  return runTraced(mapping, input, nullptr);
}

Result<MappedPart> MapLibrary::runTraced(std::string_view mapping, const MapInput& input,
                                         std::vector<OutputOrigin>* origins) const {
  const auto state = live_->now();
  const Map* map = state->find(mapping);
  if (map == nullptr) return noMapping(mapping);
  fhir::base::Arena arena(64 * 1024);
  return MapRun(state->input(*map, input), arena).run(origins);
}

}  // namespace mappings::engine
