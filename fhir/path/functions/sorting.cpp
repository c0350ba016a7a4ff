// sort() (N1 5.2, trial use).

#include <algorithm>
#include <numeric>
#include <vector>

#include "fhir/path/functions/functions.h"
#include "fhir/path/operators.h"

namespace fhir::path::functions {
namespace {

struct Key {
  uint32_t at;  // the instruction; unused without a key selector
  bool descending = false;
  bool empty_last = false;  // an empty key is the lowest, so with `desc` it comes last
};

// `expression desc`, or a leading minus, which turns strings and dates round as well.
Key keyOf(const Call& call, size_t i) {
  const auto& code = call.evaluator.program.code;
  const Instruction& instruction = code[call.at(i)];
  bool marked = instruction.op == Op::Path && instruction.index == 1;
  if (marked || instruction.op == Op::Negate) {
    return {call.evaluator.program.operands[instruction.first_operand], true, marked};
  }
  return {call.at(i)};
}

// Orders positions of the input by their keys; remembers that something could not be compared.
class KeyOrder {
 public:
  KeyOrder(Call& call, const std::vector<Key>& keys, const std::vector<std::optional<Item>>& values)
      : call_(call), keys_(keys), values_(values) {}

  bool less(size_t a, size_t b) {
    for (size_t k = 0; k < keys_.size(); ++k) {
      const auto& left = values_[a * keys_.size() + k];
      const auto& right = values_[b * keys_.size() + k];
      if (left.has_value() != right.has_value()) return right.has_value() != keys_[k].empty_last;
      int order = left ? compareKeys(*left, *right) : 0;
      if (order != 0) return keys_[k].descending ? order > 0 : order < 0;
    }
    return false;
  }
  bool failed() const { return failed_; }

 private:
  int compareKeys(const Item& a, const Item& b) {
    switch (compare(call_.evaluator, a, b)) {
      case Order::Less: return -1;
      case Order::Greater: return 1;
      case Order::Mismatch: failed_ = true; return 0;
      default: return 0;
    }
  }

  Call& call_;
  const std::vector<Key>& keys_;
  const std::vector<std::optional<Item>>& values_;
  bool failed_ = false;
};

}  // namespace

bool sort(Call& call, Items& out) {
  std::vector<Key> keys;
  for (size_t i = 0; i < call.count(); ++i) keys.push_back(keyOf(call, i));
  bool by_itself = keys.empty();
  if (by_itself) keys.push_back({0});
  std::vector<std::optional<Item>> values;
  Items found(call.evaluator.pool);
  for (const Item& item : call.input) {
    for (const Key& key : keys) {
      std::optional<Item> value;
      found.clear();
      Frame inner{{&item, 1}, -1, call.frame.total};
      if (by_itself) {
        value = call.evaluator.value(item);
      } else if (!call.evaluator.evaluateScoped(key.at, inner, found) || !call.one(found, value)) {
        return false;
      } else if (value) {
        value = call.evaluator.value(*value);
      }
      values.push_back(value);
    }
  }
  uint64_t steps = call.input.size() * 20;
  if (!call.evaluator.spend(steps, call.offset())) return false;
  std::vector<size_t> positions(call.input.size());
  std::iota(positions.begin(), positions.end(), 0);
  KeyOrder order(call, keys, values);
  std::stable_sort(positions.begin(), positions.end(), [&](size_t a, size_t b) { return order.less(a, b); });
  if (order.failed()) return call.fail("sort() found values that cannot be compared");
  for (size_t position : positions) out.push(call.input[position]);
  return true;
}

}  // namespace fhir::path::functions
