#pragma once
// Which index values commits have touched lately (design decision 14): a condition that held at sequence S still
// holds if nothing after S touched one of its values, so the writer need not search again.
//
// The writer's thread records and asks; any thread may hold a Watch. Nothing is recorded while nobody holds one.

#include <atomic>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/definitions/lookup.h"
#include "gateway/record/search/search_query.h"
#include "gateway/record/store/sqlite/content.h"

namespace gateway::record::store {

class Touched {
 public:
  // Held from before the condition's first evaluation until the batch is through.
  class Watch {
   public:
    explicit Watch(Touched& touched) : touched_(&touched) { touched_->watchers_.fetch_add(1); }
    Watch(Watch&& other) noexcept : touched_(std::exchange(other.touched_, nullptr)) {}
    Watch& operator=(Watch&&) = delete;
    ~Watch() {
      if (touched_ != nullptr) touched_->watchers_.fetch_sub(1);
    }

   private:
    Touched* touched_;
  };

  // `sequence` made this version of the resource; no content: it was deleted.
  void record(fhir::definitions::TypeNumber type, std::string_view id, const Content* content, uint64_t sequence);
  // May the answer of a query have changed after `sequence`? `keys` from keysOf().
  bool after(const std::vector<uint64_t>& keys, uint64_t sequence) const;

  // What to watch for a query that found `expected` (empty: nothing).
  static std::vector<uint64_t> keysOf(const search::SearchQuery& query, std::string_view expected);

 private:
  static constexpr size_t kMost = 200'000;
  void set(uint64_t key, uint64_t sequence);

  std::atomic<int64_t> watchers_{0};
  std::unordered_map<uint64_t, uint64_t> young_, old_;  // key -> newest sequence
  uint64_t forgotten_ = 0;                              // what happened up to here is not known any more
};

}  // namespace gateway::record::store
