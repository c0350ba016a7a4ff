#pragma once
// A mappings folder written for one test: one mapping, a few code maps, and a message run through it.

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "fhir/model/document.h"
#include "fhir/path/expression.h"
#include "mappings/engine/map_cases.h"
#include "mappings/engine/map_runner.h"

namespace mappings::engine {

class WrittenMapping {
 public:
  explicit WrittenMapping(const std::string& yaml = {}, const std::string& name = "hl7v2/test") {
    std::string pattern = (std::filesystem::temp_directory_path() / "onecard-map-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    write("code_maps/systems.csv",
          "name,uri\nlocal-no,{canonical}id/{institution}/no\ngender,http://hl7.org/fhir/administrative-gender\n"
          "loinc,http://loinc.org\nucum,http://unitsofmeasure.org\ninstitution,urn:oid:1.2\n");
    write("code_maps/sex.csv", "scope,local,code,system\n*,M,male,gender\n*,F,female,gender\nB,0,female,gender\n");
    write("code_maps/item.csv", "scope,local,code,system,equivalence\n*,GLU,14749-6,loinc,\n*,OLD,,,unmatched\n");
    write("code_maps/unit.csv", "scope,local,code,system\n*,g/L,g/L,ucum\n*,10^9/L,10*9/L,ucum\n");
    if (!yaml.empty()) writeMapping(name, yaml);
  }
  ~WrittenMapping() { std::filesystem::remove_all(folder_); }
  WrittenMapping(const WrittenMapping&) = delete;
  WrittenMapping& operator=(const WrittenMapping&) = delete;

  void write(const std::string& file, const std::string& text) {
    const std::filesystem::path path = std::filesystem::path(folder_) / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  void writeMapping(const std::string& name, const std::string& yaml) {
    write(name + "/" + name.substr(name.find('/') + 1) + ".yaml", yaml);
  }

  fhir::base::Result<MapLibrary> load(const std::string& site_key = "key") {
    return MapLibrary::load({folder_, site_key, "http://site.example", &directory});
  }
  // "" when it loads, otherwise the error.
  std::string loadError() {
    auto library = load();
    return library.ok() ? "" : library.error().text();
  }

  fhir::base::Result<MappedPart> run(const std::string& message, const std::string& mapping = "hl7v2/test",
                                     const std::string& institution = "A") {
    auto library = load();
    if (!library.ok()) return library.error();
    return run(*library, message, mapping, institution);
  }
  static fhir::base::Result<MappedPart> run(const MapLibrary& library, const std::string& message,
                                            const std::string& mapping = "hl7v2/test",
                                            const std::string& institution = "A") {
    ASSIGN_OR_RETURN(source::ReadOptions options, library.readOptions(mapping));
    ASSIGN_OR_RETURN(source::ReadMessage read, source::readMessage(message, options));
    if (read.parts[0].error) return *read.parts[0].error;
    return library.run(mapping, {"source", institution, "m1", "2025-03-06T12:00:00+08:00", &read.parts[0]});
  }

  CaseDirectory directory;

 private:
  std::string folder_;
};

// The JSON of the first resource of a type; the error text when the run failed.
inline std::string jsonOf(const fhir::base::Result<MappedPart>& part, std::string_view type) {
  if (!part.ok()) return part.error().text();
  for (const MappedResource& resource : part->resources)
    if (resource.type == type) return resource.json;
  return "no " + std::string(type);
}

// The resource without resourceType and id, for comparing bodies.
inline std::string bodyOf(const fhir::base::Result<MappedPart>& part, std::string_view type) {
  const std::string json = jsonOf(part, type);
  if (json[0] != '{') return json;
  const size_t id = json.find("\"id\":\"");
  const size_t end = json.find('"', id + 6);
  return end + 1 < json.size() && json[end + 1] == ',' ? "{" + json.substr(end + 2) : "{}";
}

inline std::string useOf(const MappedPart& part, std::string_view path) {
  for (const SourceField& field : part.fields) {
    if (field.path != path) continue;
    switch (field.use) {
      case SourceField::Use::Flows: return "flows";
      case SourceField::Use::ConditionOnly: return "decides";
      case SourceField::Use::Unread: return "unread";
      case SourceField::Use::Ignored: return "ignored: " + field.reason;
    }
  }
  return "absent";
}

}  // namespace mappings::engine
