#pragma once
// The shard of a resource: a function of its id alone, fixed for ever (design decision 10), 0..16383.
// Ids that we make begin with four hexadecimal digits up to 3fff and a hyphen ("1a2f-..."): those digits are the
// shard. Any other id is hashed.

#include <cstdint>
#include <string_view>

namespace gateway::record::store {

constexpr uint32_t kShards = 0x4000;

uint32_t shardOf(std::string_view id);

}  // namespace gateway::record::store
