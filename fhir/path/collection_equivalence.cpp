// `~` of collections (N1 6.1.2): the same items in any order. Items are looked up by a key that equivalent ones
// share, so that large collections take linear time.

#include <algorithm>
#include <vector>

#include "fhir/path/code_equivalence.h"
#include "fhir/path/operators.h"
#include "fhir/path/strings.h"
#include "fhir/path/temporal_math.h"

namespace fhir::path {
namespace {

constexpr size_t kSmall = 16;  // up to here comparing is quicker than keys
constexpr int kMaxTreeDepth = 128;

uint64_t mix(uint64_t seed, uint64_t value) {
  uint64_t x = (seed ^ value) * 0x9E3779B97F4A7C15ull;
  return x ^ (x >> 32);
}

uint64_t hashText(std::string_view text) {
  uint64_t hash = 14695981039346656037ull;
  for (char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211ull;
  return hash;
}

bool isWholeNumber(const Item& value) {
  return isWhole(value.kind()) || (value.kind() == ItemKind::Decimal && value.decimal().isInteger());
}

class Keys {
 public:
  // `whole`: all numbers are whole, so that rounding changes none and each has its own key.
  Keys(Evaluator& evaluator, bool whole) : evaluator_(evaluator), whole_(whole) {}

  uint64_t of(const Item& item, int depth = 0) {
    const Item value = evaluator_.value(item);
    switch (value.kind()) {
      case ItemKind::Boolean: return value.boolean() ? 1 : 2;
      case ItemKind::String: return mix(3, hashText(foldedForEquivalence(value.string())));
      case ItemKind::Date:
      case ItemKind::DateTime:
      case ItemKind::Time: return mix(4, hashTemporal(value.temporal()));
      case ItemKind::Long:
      case ItemKind::Integer:
      case ItemKind::Decimal: return depth == 0 && whole_ ? mix(5, wholeOf(value)) : 5;
      case ItemKind::Quantity: return 5;
      case ItemKind::Type: return mix(6, hashText(value.type().name));
      case ItemKind::Node: break;
    }
    uint64_t sum = 7;
    if (depth > kMaxTreeDepth || isConcept(value)) return sum;
    Items children(evaluator_.pool);
    childrenForEquivalence(evaluator_, value, children);
    for (const Item& child : children) {
      sum += mix(hashText(child.navigator().name(child.node())), of(child, depth + 1));
    }
    return sum;
  }

 private:
  static uint64_t wholeOf(const Item& value) {
    if (isWhole(value.kind())) return static_cast<uint64_t>(value.integer());
    auto integer = value.decimal().toInteger();
    return integer ? static_cast<uint64_t>(*integer) : 0;
  }

  Evaluator& evaluator_;
  bool whole_;
};

bool allWhole(Evaluator& evaluator, std::span<const Item> items) {
  return std::all_of(items.begin(), items.end(), [&](const Item& item) {
    const Item value = evaluator.value(item);
    return isWholeNumber(value) || (!isNumber(value.kind()) && value.kind() != ItemKind::Quantity);
  });
}

bool equivalentSmall(Evaluator& evaluator, std::span<const Item> left, std::span<const Item> right) {
  uint32_t taken = 0;
  for (const Item& item : left) {
    size_t i = 0;
    while (i < right.size() && ((taken >> i & 1) != 0 || !equivalent(evaluator, item, right[i]))) ++i;
    if (i == right.size()) return false;
    taken |= 1u << i;
  }
  return true;
}

bool equivalentLarge(Evaluator& evaluator, std::span<const Item> left, std::span<const Item> right) {
  Keys keys(evaluator, allWhole(evaluator, left) && allWhole(evaluator, right));
  struct Candidate {
    uint64_t key;
    uint32_t index;
    uint32_t from;  // of the first candidate of a key: where those begin that may still be free
    bool taken;
  };
  std::vector<Candidate> candidates;
  candidates.reserve(right.size());
  for (uint32_t i = 0; i < right.size(); ++i) candidates.push_back({keys.of(right[i]), i, 0, false});
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.key < b.key; });
  for (uint32_t i = 0; i < candidates.size(); ++i) candidates[i].from = i;
  for (const Item& item : left) {
    const uint64_t key = keys.of(item);
    auto first = std::lower_bound(candidates.begin(), candidates.end(), key,
                                  [](const Candidate& candidate, uint64_t wanted) { return candidate.key < wanted; });
    if (first == candidates.end() || first->key != key) return false;
    auto at = candidates.begin() + first->from;
    bool all_taken = true, found = false;
    for (; at != candidates.end() && at->key == key && !found; ++at) {
      if (at->taken) continue;
      if (!evaluator.spend(1, 0)) return false;
      found = at->taken = equivalent(evaluator, item, right[at->index]);
      all_taken &= found;
      if (all_taken) first->from = static_cast<uint32_t>(at - candidates.begin()) + 1;
    }
    if (!found) return false;
  }
  return true;
}

}  // namespace

bool equivalent(Evaluator& evaluator, std::span<const Item> left, std::span<const Item> right) {
  if (left.size() != right.size()) return false;
  return left.size() <= kSmall ? equivalentSmall(evaluator, left, right) : equivalentLarge(evaluator, left, right);
}

}  // namespace fhir::path
