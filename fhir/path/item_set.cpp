#include "fhir/path/item_set.h"

#include <algorithm>
#include <new>

#include "fhir/path/operators.h"
#include "fhir/path/quantity_math.h"
#include "fhir/path/temporal_math.h"
#include "fhir/path/written_quantity.h"

namespace fhir::path {
namespace {

constexpr size_t kSmall = 8;  // up to here comparing is quicker than hashing

uint64_t mix(uint64_t seed, uint64_t value) {
  uint64_t x = seed ^ (value + 0x9E3779B97F4A7C15ull + (seed << 6) + (seed >> 2));
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

uint64_t hashText(std::string_view text) {
  uint64_t hash = 14695981039346656037ull;
  for (char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211ull;
  return mix(hash, text.size());
}

uint64_t hashNumber(const base::Decimal& number) {
  if (number.isInteger()) {
    if (auto integer = number.toInteger()) return mix(1, static_cast<uint64_t>(*integer));
  }
  return hashText(number.normalized().text());
}

uint64_t hashAt(Evaluator& evaluator, const Item& item, int depth) {
  Item value = evaluator.value(item);
  switch (value.kind()) {
    case ItemKind::Boolean: return mix(2, value.boolean());
    case ItemKind::Long:
    case ItemKind::Integer: return mix(1, static_cast<uint64_t>(value.integer()));
    case ItemKind::Decimal: return hashNumber(value.decimal());
    case ItemKind::String: return hashText(value.string());
    case ItemKind::Date:
    case ItemKind::DateTime:
    case ItemKind::Time: return mix(3, hashTemporal(value.temporal()));
    case ItemKind::Quantity: return hashQuantity(value.quantity());
    case ItemKind::Type: return mix(5, hashText(value.type().name));
    case ItemKind::Node: break;
  }
  uint64_t hash = 6;
  // A Quantity without a UCUM code equals others by its value and its unit, however those are written.
  if (depth > 128 || isWrittenQuantity(value)) return hash;
  Items children(evaluator.pool);
  evaluator.children(value, children);
  for (const Item& child : children) {
    // In any order of the members.
    hash += mix(hashText(child.navigator().name(child.node())), hashAt(evaluator, child, depth + 1));
  }
  return hash;
}

}  // namespace

uint64_t hashOf(Evaluator& evaluator, const Item& item) { return hashAt(evaluator, item, 0); }

ItemSet::ItemSet(Evaluator& evaluator, size_t expected) : evaluator_(evaluator) { grow(std::max(expected, kSmall)); }

void ItemSet::grow(size_t capacity) {
  base::Arena& arena = evaluator_.arena();
  auto* entries = static_cast<Entry*>(arena.allocate(capacity * sizeof(Entry), alignof(Entry)));
  std::copy(entries_, entries_ + count_, entries);
  entries_ = entries;
  capacity_ = capacity;
  if (capacity <= kSmall) return;
  bool first = bucket_count_ == 0;
  bucket_count_ = std::bit_ceil(capacity);
  buckets_ = static_cast<uint32_t*>(arena.allocate(bucket_count_ * sizeof(uint32_t), alignof(uint32_t)));
  std::fill(buckets_, buckets_ + bucket_count_, 0);
  for (size_t i = 0; i < count_; ++i) {
    Entry& entry = entries_[i];
    if (first) entry.hash = hashOf(evaluator_, entry.value);
    uint32_t& bucket = buckets_[entry.hash & (bucket_count_ - 1)];
    entry.next = bucket;
    bucket = static_cast<uint32_t>(i + 1);
  }
}

int64_t ItemSet::findValue(const Item& value, uint64_t hash) const {
  if (bucket_count_ == 0) {
    for (size_t i = 0; i < count_; ++i) {
      if (equalValues(evaluator_, entries_[i].value, value) == Truth::True) return static_cast<int64_t>(i);
    }
    return -1;
  }
  for (uint32_t at = buckets_[hash & (bucket_count_ - 1)]; at != 0; at = entries_[at - 1].next) {
    const Entry& entry = entries_[at - 1];
    if (entry.hash == hash && equalValues(evaluator_, entry.value, value) == Truth::True) return at - 1;
  }
  return -1;
}

int64_t ItemSet::find(const Item& item) const {
  const Item value = evaluator_.value(item);
  return findValue(value, bucket_count_ ? hashOf(evaluator_, value) : 0);
}

bool ItemSet::contains(const Item& item) const { return find(item) >= 0; }

bool ItemSet::insert(const Item& item) {
  const Item value = evaluator_.value(item);
  uint64_t hash = bucket_count_ ? hashOf(evaluator_, value) : 0;
  if (findValue(value, hash) >= 0) return false;
  if (count_ == capacity_) {
    grow(capacity_ * 2);
    hash = hashOf(evaluator_, value);
  }
  Entry& entry = *new (&entries_[count_++]) Entry{value, hash, 0};
  if (bucket_count_ == 0) return true;
  uint32_t& bucket = buckets_[hash & (bucket_count_ - 1)];
  entry.next = bucket;
  bucket = static_cast<uint32_t>(count_);
  return true;
}

bool unite(Evaluator& evaluator, std::span<const Item> left, std::span<const Item> right, uint32_t offset,
           Items& out) {
  if (!evaluator.spend(left.size() + right.size(), offset)) return false;
  if (left.size() + right.size() == 1 || evaluator.program.search_parameter) {
    out.append(left);
    out.append(right);
    return true;
  }
  ItemSet seen(evaluator, left.size() + right.size());
  for (auto side : {left, right}) {
    for (const Item& item : side) {
      if (seen.insert(item)) out.push(item);
    }
  }
  return true;
}

}  // namespace fhir::path
