#pragma once
// The messages that are not final, each counted once for every part and once while it is taken up. Not thread-safe:
// the pipeline holds its own lock.

#include <cstdint>
#include <map>

namespace gateway::intake {

class UnderWay {
 public:
  void add(uint64_t sequence, int64_t received) {
    Entry& entry = messages_[sequence];
    entry.received = received;
    ++entry.count;
  }
  // Ends one of the message's counts, whichever was first.
  void remove(uint64_t sequence) {
    auto found = messages_.find(sequence);
    if (found != messages_.end() && --found->second.count == 0) messages_.erase(found);
  }
  bool empty() const { return messages_.empty(); }
  // Of the message with the lowest sequence. Only when not empty.
  uint64_t firstSequence() const { return messages_.begin()->first; }
  int64_t firstReceived() const { return messages_.begin()->second.received; }

 private:
  struct Entry {
    int64_t received = 0;
    uint64_t count = 0;
  };
  std::map<uint64_t, Entry> messages_;
};

}  // namespace gateway::intake
