#include "gateway/record/store/shard.h"

#include "fhir/base/digest.h"

namespace gateway::record::store {

uint32_t shardOf(std::string_view id) {
  uint32_t number = 0;
  bool ours = id.size() > 5 && id[4] == '-';
  for (int i = 0; ours && i < 4; ++i) {
    char c = id[i];
    bool digit = c >= '0' && c <= '9';
    bool letter = c >= 'a' && c <= 'f';
    ours = digit || letter;
    number = number * 16 + static_cast<uint32_t>(digit ? c - '0' : c - 'a' + 10);
  }
  if (ours && number < kShards) return number;
  return static_cast<uint32_t>(fhir::base::hash64(id) & (kShards - 1));
}

}  // namespace gateway::record::store
