#pragma once
// ItemSet: which items are there already, by the equality of `=` (a value that is neither equal nor unequal
// counts as another). Hashed, so union and distinct are linear. Private to fhir/path.

#include <cstdint>
#include <span>

#include "fhir/path/evaluator.h"

namespace fhir::path {

class ItemSet {
 public:
  // Room for about `expected` items without growing; it grows when there are more.
  ItemSet(Evaluator& evaluator, size_t expected);

  // False when an equal item is there already.
  bool insert(const Item& item);
  bool contains(const Item& item) const;
  // The index (by order of insertion) of the item equal to `item`; -1 when there is none.
  int64_t find(const Item& item) const;
  size_t size() const { return count_; }

 private:
  struct Entry {
    Item value;  // computed once
    uint64_t hash;
    uint32_t next;  // entry + 1
  };
  void grow(size_t capacity);
  int64_t findValue(const Item& value, uint64_t hash) const;

  Evaluator& evaluator_;
  Entry* entries_ = nullptr;
  uint32_t* buckets_ = nullptr;
  size_t count_ = 0;
  size_t capacity_ = 0;      // entries
  size_t bucket_count_ = 0;  // a power of two
};

// Equal items have equal hashes.
uint64_t hashOf(Evaluator& evaluator, const Item& item);

// `|`: both lists without repeats, in order of first appearance.
bool unite(Evaluator& evaluator, std::span<const Item> left, std::span<const Item> right, uint32_t offset,
           Items& out);

}  // namespace fhir::path
