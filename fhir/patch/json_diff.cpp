#include <algorithm>
#include <vector>

#include "fhir/patch/diff.h"
#include "fhir/patch/json_pointer.h"

namespace fhir::patch {
namespace {

using model::JsonMember;
using model::JsonValue;

constexpr size_t kMostPairs = 250'000;  // of items compared to find what two arrays share

class Differ {
 public:
  void compare(const JsonValue& before, const JsonValue& after, const std::string& pointer) {
    if (sameDigits(before, after)) return;
    const size_t start = operations_.size();
    if (before.isObject() && after.isObject()) {
      objects(before, after, pointer);
    } else if (before.isArray() && after.isArray()) {
      arrays(before, after, pointer);
    } else {
      return add("replace", pointer, &after);
    }
    preferReplace(start, after, pointer);
  }

  JsonValue take() {
    JsonValue out = JsonValue::array();
    out.items = std::move(operations_);
    return out;
  }

 private:
  void add(std::string_view op, const std::string& pointer, const JsonValue* value) {
    JsonValue operation = JsonValue::object();
    operation.member("op") = JsonValue::string(op);
    operation.member("path") = JsonValue::string(pointer);
    if (value) operation.member("value") = *value;
    operations_.push_back(std::move(operation));
  }

  // One replacement instead of many small changes, when it is shorter.
  void preferReplace(size_t start, const JsonValue& after, const std::string& pointer) {
    if (pointer.empty() || operations_.size() - start < 2) return;
    size_t length = 0;
    for (size_t i = start; i < operations_.size(); ++i) length += operations_[i].write().size() + 1;
    if (after.write().size() + pointer.size() + 34 >= length) return;
    operations_.resize(start);
    add("replace", pointer, &after);
  }

  void objects(const JsonValue& before, const JsonValue& after, const std::string& pointer) {
    for (const JsonMember& member : before.members) {
      std::string place = pointer;
      appendToken(place, member.name);
      const JsonValue* now = after.find(member.name);
      now ? compare(member.value, *now, place) : add("remove", place, nullptr);
    }
    for (const JsonMember& member : after.members) {
      if (before.find(member.name)) continue;
      std::string place = pointer;
      appendToken(place, member.name);
      add("add", place, &member.value);
    }
  }

  // Items that both have, in order: (index before, index after).
  static std::vector<std::pair<size_t, size_t>> common(const JsonValue& before, const JsonValue& after) {
    const auto &a = before.items, &b = after.items;
    size_t head = 0, tail = 0;
    while (head < std::min(a.size(), b.size()) && sameDigits(a[head], b[head])) ++head;
    while (tail < std::min(a.size(), b.size()) - head && sameDigits(a[a.size() - 1 - tail], b[b.size() - 1 - tail])) {
      ++tail;
    }
    std::vector<std::pair<size_t, size_t>> out;
    for (size_t i = 0; i < head; ++i) out.emplace_back(i, i);
    const size_t n = a.size() - head - tail, m = b.size() - head - tail;
    if (n * m <= kMostPairs) longest(a, b, head, n, m, out);
    for (size_t i = tail; i-- > 0;) out.emplace_back(a.size() - 1 - i, b.size() - 1 - i);
    return out;
  }

  // Longest common subsequence of the middles.
  static void longest(const std::vector<JsonValue>& a, const std::vector<JsonValue>& b, size_t head, size_t n,
                      size_t m, std::vector<std::pair<size_t, size_t>>& out) {
    std::vector<std::vector<uint32_t>> length(n + 1, std::vector<uint32_t>(m + 1, 0));
    std::vector<std::vector<bool>> equal(n, std::vector<bool>(m));
    for (size_t i = n; i-- > 0;) {
      for (size_t j = m; j-- > 0;) {
        equal[i][j] = sameDigits(a[head + i], b[head + j]);
        length[i][j] = equal[i][j] ? length[i + 1][j + 1] + 1 : std::max(length[i + 1][j], length[i][j + 1]);
      }
    }
    for (size_t i = 0, j = 0; i < n && j < m;) {
      if (equal[i][j]) {
        out.emplace_back(head + i++, head + j++);
      } else if (length[i + 1][j] >= length[i][j + 1]) {
        ++i;
      } else {
        ++j;
      }
    }
  }

  void arrays(const JsonValue& before, const JsonValue& after, const std::string& pointer) {
    auto shared = common(before, after);
    shared.emplace_back(before.items.size(), after.items.size());
    size_t i = 0, j = 0;  // `j` is also the index in the array as it is by then
    for (const auto& [next_before, next_after] : shared) {
      auto place = [&] { return pointer + "/" + std::to_string(j); };
      for (; i < next_before && j < next_after; ++i, ++j) compare(before.items[i], after.items[j], place());
      for (; i < next_before; ++i) add("remove", place(), nullptr);
      for (; j < next_after; ++j) add("add", place(), &after.items[j]);
      ++i;
      ++j;
    }
  }

  std::vector<JsonValue> operations_;
};

}  // namespace

JsonValue jsonPatchBetween(const JsonValue& before, const JsonValue& after) {
  Differ differ;
  differ.compare(before, after, "");
  return differ.take();
}

}  // namespace fhir::patch
