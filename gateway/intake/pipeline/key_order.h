#pragma once
// Order per key (design decision 2): parts that share a key are handed to the record in the order of the inbox; parts
// without a common key flow. A part need not wait until an earlier one is stored, only until it has been handed over:
// the record keeps the order (store/resource_store.h, CommitFence). Not thread-safe: the pipeline holds its own lock.

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace gateway::intake {

class KeyOrder {
 public:
  using Ticket = uint64_t;

  // Tickets ascend in the order in which their parts must be handed over. True: it may run now.
  bool enter(Ticket ticket, std::vector<std::string> keys);
  // No part that shares a key with it and entered before it is still to be handed over.
  bool mayRun(Ticket ticket) const;
  // Returns those that may run now and shared a key with it.
  std::vector<Ticket> handOver(Ticket ticket);
  // The record did not take it: it must be handed over again, before all later ones that have not been.
  void takeBack(Ticket ticket);
  // It is final, after it was handed over.
  void leave(Ticket ticket) { keys_.erase(ticket); }
  size_t size() const { return keys_.size(); }

 private:
  std::unordered_map<Ticket, std::vector<std::string>> keys_;             // of parts that are not final
  std::unordered_map<std::string, std::set<Ticket>> still_to_hand_over_;  // of each key
};

}  // namespace gateway::intake
