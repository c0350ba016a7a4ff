// Ids that anybody with the site key can compute again, and nobody without it can guess (design decision 5).

#include "fhir/base/digest.h"
#include "fhir/definitions/lookup.h"
#include "mappings/engine/map_runner.h"
#include "mappings/engine/shard_key.h"

namespace mappings::engine {
namespace {

void append(std::string& out, std::string_view part) {
  out += std::to_string(part.size());
  out += ':';
  out += part;
}

constexpr uint16_t kShardMask = 0x3fff;

}  // namespace

std::string shardKey(std::string_view type, std::string_view own_key, std::string_view patient_key,
                     std::string_view institution) {
  if (type == "Patient") return std::string(own_key);
  const auto* definition = fhir::definitions::r4().type(type);
  const bool of_patient =
      definition != nullptr && fhir::definitions::r4().patientCompartment(definition->number) != nullptr;
  return std::string(of_patient && !patient_key.empty() ? patient_key : institution);
}

std::string sourceOwnedId(std::string_view site_key, std::string_view institution, std::string_view type,
                          const std::vector<std::string>& key, std::string_view shard_key) {
  std::string owner;
  append(owner, "shard");
  append(owner, institution);
  append(owner, shard_key);
  const auto shard_digest = fhir::base::hmacSha256(site_key, owner);
  const uint16_t shard = static_cast<uint16_t>((shard_digest[0] << 8 | shard_digest[1]) & kShardMask);
  const uint8_t shard_bytes[] = {static_cast<uint8_t>(shard >> 8), static_cast<uint8_t>(shard)};
  std::string identity;
  append(identity, institution);
  append(identity, type);
  for (const std::string& part : key) append(identity, part);
  const auto digest = fhir::base::hmacSha256(site_key, identity);
  return fhir::base::hex(shard_bytes, 2) + "-" + fhir::base::base32Lower(digest.data(), 16);
}

}  // namespace mappings::engine
