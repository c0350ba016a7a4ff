#include <algorithm>

#include "gateway/host/settings.h"

namespace gateway::host {
namespace {

// Edit distance in which swapping two neighbours is one mistake (optimal string alignment).
size_t mistakes(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string nearestKey(std::string_view key, const std::vector<std::string>& known) {
  constexpr size_t kLongestKey = 200;
  key = key.substr(0, kLongestKey);
  const std::string_view last_word = key.substr(key.rfind('.') == std::string_view::npos ? 0 : key.rfind('.') + 1);
  std::string nearest;
  size_t fewest = std::max<size_t>(2, last_word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    if (candidate.size() > kLongestKey) continue;
    const size_t count = mistakes(key, candidate);
    if (count < fewest) {
      fewest = count;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace gateway::host
