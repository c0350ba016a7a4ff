#include "gateway/host/http_rates.h"

#include <algorithm>
#include <iterator>

namespace gateway::host {

bool isLoopback(const std::string& peer) { return peer.rfind("127.", 0) == 0 || peer == "::1"; }

bool HttpRates::take(const std::string& peer, int64_t now) {
  if (per_second_ <= 0 || (!count_loopback_ && isLoopback(peer))) return true;
  const int64_t most = int64_t{per_second_} * 2 * 1000;
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= forget_at_) forgetTheFull(now);
  auto [found, fresh] = buckets_.try_emplace(peer, Bucket{most, now});
  Bucket& bucket = found->second;
  bucket.thousandths = std::min(most, bucket.thousandths + std::max<int64_t>(0, now - bucket.at) * per_second_);
  bucket.at = now;
  if (bucket.thousandths < 1000) return false;
  bucket.thousandths -= 1000;
  return true;
}

// A bucket that would be full by now says nothing that a new one does not.
void HttpRates::forgetTheFull(int64_t now) {
  constexpr int64_t kFullAfter_ms = 2000;
  for (auto it = buckets_.begin(); it != buckets_.end();) {
    it = now - it->second.at >= kFullAfter_ms ? buckets_.erase(it) : std::next(it);
  }
  forget_at_ = std::max<size_t>(4096, buckets_.size() * 2);
}

}  // namespace gateway::host
