#pragma once
// Items: a working list of the evaluator. Four items are held in place; more come from a pool of buffers
// that are handed back, so a loop over many elements needs no more memory than one turn of it.
// Private to fhir/path.

#include <bit>
#include <cstring>
#include <span>

#include "fhir/base/arena.h"
#include "fhir/path/item.h"

namespace fhir::path {

class ItemPool {
 public:
  explicit ItemPool(base::Arena& arena) : arena_(arena) {}

  // 2^exponent items.
  Item* take(unsigned exponent) {
    if (given_back_ & (1u << exponent)) {
      Free* buffer = free_[exponent];
      free_[exponent] = buffer->next;
      if (!buffer->next) given_back_ &= ~(1u << exponent);
      return reinterpret_cast<Item*>(buffer);
    }
    return static_cast<Item*>(arena_.allocate(sizeof(Item) << exponent, alignof(Item)));
  }
  void give(Item* buffer, unsigned exponent) {
    auto* entry = reinterpret_cast<Free*>(buffer);
    entry->next = given_back_ & (1u << exponent) ? free_[exponent] : nullptr;
    free_[exponent] = entry;
    given_back_ |= 1u << exponent;
  }
  base::Arena& arena() { return arena_; }

 private:
  struct Free {
    Free* next;
  };
  base::Arena& arena_;
  uint32_t given_back_ = 0;  // which of free_ are filled in
  Free* free_[32];
};

class Items {
 public:
  explicit Items(ItemPool& pool) : pool_(pool), items_(reinterpret_cast<Item*>(inline_)) {}
  // A list that will be kept: it stands in the arena from the beginning.
  struct Kept {};
  Items(ItemPool& pool, Kept) : pool_(pool), items_(pool.take(kInline + 1)), exponent_(kInline + 1) {}
  ~Items() {
    if (exponent_ != kInline) pool_.give(items_, exponent_);
  }
  Items(const Items&) = delete;
  Items& operator=(const Items&) = delete;

  void push(const Item& item) {
    if (size_ == (1u << exponent_)) grow();
    items_[size_++] = item;
  }
  void append(std::span<const Item> more) {
    for (const Item& item : more) push(item);
  }
  void clear() { size_ = 0; }
  void truncate(size_t size) { size_ = static_cast<uint32_t>(size); }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Item& operator[](size_t i) const { return items_[i]; }
  Item& operator[](size_t i) { return items_[i]; }
  const Item* begin() const { return items_; }
  const Item* end() const { return items_ + size_; }
  Item* begin() { return items_; }
  Item* end() { return items_ + size_; }
  operator std::span<const Item>() const { return {items_, size_}; }
  ItemPool& pool() const { return pool_; }

  // Hands a kept list over; nothing may be done with this one any more.
  Collection release() {
    Collection out(pool_.arena(), items_, size_, size_t{1} << exponent_);
    exponent_ = kInline;
    return out;
  }

 private:
  static constexpr unsigned kInline = 2;  // 2^2 items in place

  void grow() {
    Item* bigger = pool_.take(exponent_ + 1);
    std::memcpy(static_cast<void*>(bigger), items_, size_ * sizeof(Item));
    if (exponent_ != kInline) pool_.give(items_, exponent_);
    items_ = bigger;
    ++exponent_;
  }

  ItemPool& pool_;
  Item* items_;
  uint32_t size_ = 0;
  uint32_t exponent_ = kInline;
  alignas(Item) std::byte inline_[sizeof(Item) << kInline];
};

}  // namespace fhir::path
