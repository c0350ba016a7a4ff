#pragma once
// Order per key (design decision 2): a part waits for every earlier unfinished part that shares a key with it; parts
// without a common key flow. Not thread-safe: the pipeline holds its own lock.

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace gateway::intake {

class KeyOrder {
 public:
  using Ticket = uint64_t;

  // Parts enter in the order in which they must run. True: it may run now.
  bool enter(Ticket ticket, std::vector<std::string> keys);
  // The part is final. Returns those that may run now.
  std::vector<Ticket> leave(Ticket ticket);
  size_t size() const { return parts_.size(); }

 private:
  struct Part {
    std::vector<std::string> keys;
    size_t waits_for = 0;  // keys at whose queue it is not the first
  };
  std::unordered_map<Ticket, Part> parts_;
  std::unordered_map<std::string, std::deque<Ticket>> queues_;
};

}  // namespace gateway::intake
