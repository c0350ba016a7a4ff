#include "mappings/engine/provenance.h"

#include "fhir/model/json_writer.h"
#include "mappings/engine/shard_key.h"

namespace mappings::engine {
namespace {

constexpr std::string_view kParticipant = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

std::string quoted(std::string_view text) {
  std::string out;
  fhir::model::appendJsonString(out, text);
  return out;
}

std::string identifier(std::string_view system, std::string_view value) {
  return "{\"system\":" + quoted(system) + ",\"value\":" + quoted(value) + "}";
}

std::string agent(std::string_view type, const std::string& who) {
  return "{\"type\":{\"coding\":[{\"system\":" + quoted(kParticipant) + ",\"code\":" + quoted(type) +
         "}]},\"who\":" + who + "}";
}

}  // namespace

MappedResource makeProvenance(const ProvenanceInput& input) {
  const std::string canonical(input.run.canonical);
  const MappedPart& part = input.part;
  MappedResource out;
  out.as = "provenance";
  out.type = "Provenance";
  out.mode = WriteMode::Ensure;
  const std::string shard = shardKey(out.type, "", input.patient_key, input.institution);
  out.id = sourceOwnedId(input.run.site_key, input.institution, out.type,
                         {std::string(input.run.input.source), part.part_key, part.mapping_version}, shard);

  const std::string organization_id =
      sourceOwnedId(input.run.site_key, input.institution, "Organization", {input.institution}, input.institution);
  std::string targets;
  bool organization = false;
  for (const MappedResource& resource : part.resources) {
    if (!targets.empty()) targets += ',';
    targets += "{\"reference\":" + quoted(resource.type + "/" + resource.id) + "}";
    organization = organization || (resource.type == "Organization" && resource.id == organization_id);
  }
  const std::string author =
      organization
          ? "{\"reference\":" + quoted("Organization/" + organization_id) + "}"
          : "{\"identifier\":" +
                identifier(input.run.systems.uri("institution", canonical, input.institution), input.institution) +
                "}";
  const std::string assembler =
      "{\"identifier\":" + identifier(canonical + "mapping", part.mapping + "|" + part.mapping_version) +
      ",\"display\":" + quoted("mapping " + part.mapping) + "}";
  const std::string message(input.run.input.message_id);
  const std::string entity = message + "#" + std::to_string(input.run.input.part->number);

  out.json = "{\"resourceType\":\"Provenance\",\"id\":" + quoted(out.id) + ",\"target\":[" + targets + "]";
  if (!input.occurred.empty()) out.json += ",\"occurredDateTime\":" + quoted(input.occurred);
  out.json +=
      ",\"recorded\":" + quoted(input.run.input.received) + ",\"agent\":[" + agent("author", author) + "," +
      agent("assembler", assembler) +
      "],\"entity\":[{\"role\":\"source\",\"what\":{\"identifier\":" + identifier(canonical + "message", entity) +
      ",\"display\":" + quoted("message " + message + ", part " + std::to_string(input.run.input.part->number)) +
      "}}]}";
  return out;
}

}  // namespace mappings::engine
