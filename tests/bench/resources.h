#pragma once
// Made-up resources for load: patients with encounters and observations in the shape that mappings give.

#include <cstdint>
#include <string>

namespace bench {

// Number n of a stream in which every 11th is a Patient, followed by 10 Observations about it.
struct MadeResource {
  std::string type;
  std::string id;
  std::string json;
};
MadeResource madeResource(uint64_t n);

// A transaction Bundle of PUT entries n .. n+count-1.
std::string madeTransaction(uint64_t n, uint64_t count);

}  // namespace bench
