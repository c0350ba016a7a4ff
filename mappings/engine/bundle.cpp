#include "fhir/model/json_writer.h"
#include "mappings/engine/map_runner.h"

namespace mappings::engine {

std::string toBundle(const MappedPart& part) {
  std::string json = "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[";
  bool first = true;
  for (const MappedResource& resource : part.resources) {
    if (!first) json += ',';
    first = false;
    const std::string url = resource.type + "/" + resource.id;
    json += "{\"fullUrl\":";
    fhir::model::appendJsonString(json, part.base + url);
    json += ",\"resource\":" + resource.json + ",\"request\":{\"method\":\"PUT\",\"url\":";
    fhir::model::appendJsonString(json, url);
    if (resource.mode == WriteMode::Ensure) json += ",\"ifNoneMatch\":\"*\"";
    json += "}}";
  }
  json += "]}";
  auto document = fhir::model::Document::readPlain(json, {64, 100'000, 64u << 20, 256u << 20});
  if (!document.ok()) return json;
  return fhir::model::writePrettyJson(document->root());
}

}  // namespace mappings::engine
