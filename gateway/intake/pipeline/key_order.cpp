#include "gateway/intake/pipeline/key_order.h"

#include <algorithm>

namespace gateway::intake {

bool KeyOrder::enter(Ticket ticket, std::vector<std::string> keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  keys_[ticket] = std::move(keys);
  takeBack(ticket);
  return mayRun(ticket);
}

bool KeyOrder::mayRun(Ticket ticket) const {
  auto part = keys_.find(ticket);
  if (part == keys_.end()) return false;
  return std::all_of(part->second.begin(), part->second.end(), [&](const std::string& key) {
    auto waiting = still_to_hand_over_.find(key);
    return waiting != still_to_hand_over_.end() && *waiting->second.begin() == ticket;
  });
}

std::vector<KeyOrder::Ticket> KeyOrder::handOver(Ticket ticket) {
  std::vector<Ticket> ready;
  auto part = keys_.find(ticket);
  if (part == keys_.end()) return ready;
  std::vector<Ticket> next;
  for (const std::string& key : part->second) {
    auto waiting = still_to_hand_over_.find(key);
    if (waiting == still_to_hand_over_.end()) continue;
    waiting->second.erase(ticket);
    if (waiting->second.empty()) {
      still_to_hand_over_.erase(waiting);
    } else {
      next.push_back(*waiting->second.begin());
    }
  }
  std::sort(next.begin(), next.end());
  next.erase(std::unique(next.begin(), next.end()), next.end());
  std::copy_if(next.begin(), next.end(), std::back_inserter(ready), [&](Ticket one) { return mayRun(one); });
  return ready;
}

void KeyOrder::takeBack(Ticket ticket) {
  auto part = keys_.find(ticket);
  if (part == keys_.end()) return;
  for (const std::string& key : part->second) still_to_hand_over_[key].insert(ticket);
}

}  // namespace gateway::intake
