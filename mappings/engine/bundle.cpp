#include <unordered_map>

#include "fhir/model/json_writer.h"
#include "mappings/engine/map_runner.h"

namespace mappings::engine {
namespace {

std::string entryOf(const MappedPart& part, const MappedResource& resource, const std::string& url) {
  std::string json = "{\"fullUrl\":";
  fhir::model::appendJsonString(json, part.base + url);
  json += ",\"resource\":" + resource.json + ",\"request\":{\"method\":\"PUT\",\"url\":";
  fhir::model::appendJsonString(json, url);
  if (resource.mode == WriteMode::Ensure) json += ",\"ifNoneMatch\":\"*\"";
  return json + "}}";
}

class Entries {
 public:
  void add(const MappedPart& part) {
    for (const MappedResource& resource : part.resources) {
      const std::string url = resource.type + "/" + resource.id;
      const auto [known, fresh] = places_.emplace(url, list_.size());
      if (fresh)
        list_.push_back(entryOf(part, resource, url));
      else if (resource.mode != WriteMode::Ensure)
        list_[known->second] = entryOf(part, resource, url);
    }
  }
  std::string bundle() const {
    std::string json = "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[";
    for (size_t i = 0; i < list_.size(); ++i) json += (i > 0 ? "," : "") + list_[i];
    json += "]}";
    auto document = fhir::model::Document::readPlain(json, {64, 100'000, 64u << 20, 256u << 20});
    return document.ok() ? fhir::model::writePrettyJson(document->root()) : json;
  }

 private:
  std::vector<std::string> list_;
  std::unordered_map<std::string, size_t> places_;
};

}  // namespace

std::string toBundle(const MappedPart& part) {
  Entries entries;
  entries.add(part);
  return entries.bundle();
}

std::string toBundle(const std::vector<MappedPart>& parts) {
  Entries entries;
  for (const MappedPart& part : parts) entries.add(part);
  return entries.bundle();
}

}  // namespace mappings::engine
