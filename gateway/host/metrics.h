#pragma once
// Counters, gauges and histograms in Prometheus text format 0.0.4, names `onecard_*` (Prometheus naming rules).
// No patient, person or message ids in labels. Thread-safe; counting takes no lock after the first use.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace gateway::host {

class Counter {
 public:
  void add(uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

class Histogram {  // seconds, fixed buckets 1 ms .. 10 s
 public:
  void observe(double seconds);
  static constexpr double kBounds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  static constexpr int kCount = sizeof(kBounds) / sizeof(kBounds[0]);

 private:
  friend class Metrics;
  std::atomic<uint64_t> buckets_[kCount + 1]{};
  std::atomic<uint64_t> sum_microseconds_{0};
};

class Metrics {
 public:
  Metrics();
  ~Metrics();
  // `labels` is Prometheus text without braces: `source="lis",outcome="stored"`. The same name and labels give the
  // same object, which lives as long as the Metrics.
  Counter& counter(std::string_view name, std::string_view help, std::string_view labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, std::string_view labels = {});
  // Asked when the text is made.
  void gauge(std::string_view name, std::string_view help, std::string_view labels, std::function<double()> value);
  std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gateway::host
