#include "gateway/intake/pipeline/key_order.h"

#include <algorithm>

namespace gateway::intake {

bool KeyOrder::enter(Ticket ticket, std::vector<std::string> keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  Part& part = parts_[ticket];
  part.keys = std::move(keys);
  for (const std::string& key : part.keys) {
    auto& queue = queues_[key];
    queue.push_back(ticket);
    if (queue.front() != ticket) ++part.waits_for;
  }
  return part.waits_for == 0;
}

std::vector<KeyOrder::Ticket> KeyOrder::leave(Ticket ticket) {
  std::vector<Ticket> ready;
  auto found = parts_.find(ticket);
  if (found == parts_.end()) return ready;
  for (const std::string& key : found->second.keys) {
    auto queue = queues_.find(key);
    queue->second.pop_front();  // a part leaves only after it ran, so it was the first at each of its keys
    if (queue->second.empty()) {
      queues_.erase(queue);
      continue;
    }
    Ticket next = queue->second.front();
    if (--parts_[next].waits_for == 0) ready.push_back(next);
  }
  parts_.erase(found);
  return ready;
}

}  // namespace gateway::intake
