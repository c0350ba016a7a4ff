#include "gateway/host/metrics.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace gateway::host {
namespace {

TEST(Metrics, writes_prometheus_text_with_one_head_for_all_series_of_a_name) {
  Metrics metrics;
  metrics.counter("onecard_messages_total", "Messages taken.", "source=\"lis\"").add(2);
  metrics.counter("onecard_messages_total", "Messages taken.", "source=\"clinic\"").add();
  metrics.gauge("onecard_parked", "Parts that wait for a person.", "", [] { return 1.5; });
  EXPECT_EQ(metrics.text(),
            "# HELP onecard_messages_total Messages taken.\n# TYPE onecard_messages_total counter\n"
            "onecard_messages_total{source=\"clinic\"} 1\nonecard_messages_total{source=\"lis\"} 2\n"
            "# HELP onecard_parked Parts that wait for a person.\n# TYPE onecard_parked gauge\nonecard_parked 1.5\n");
}

TEST(Metrics, counts_into_cumulative_buckets) {
  Metrics metrics;
  Histogram& seconds = metrics.histogram("onecard_seconds", "Time.", "lane=\"live\"");
  seconds.observe(0.002);
  seconds.observe(0.3);
  seconds.observe(60);
  const std::string text = metrics.text();
  EXPECT_NE(text.find("onecard_seconds_bucket{lane=\"live\",le=\"0.001\"} 0\n"), std::string::npos);
  EXPECT_NE(text.find("onecard_seconds_bucket{lane=\"live\",le=\"0.0025\"} 1\n"), std::string::npos);
  EXPECT_NE(text.find("onecard_seconds_bucket{lane=\"live\",le=\"0.5\"} 2\n"), std::string::npos);
  EXPECT_NE(text.find("onecard_seconds_bucket{lane=\"live\",le=\"+Inf\"} 3\n"), std::string::npos);
  EXPECT_NE(text.find("onecard_seconds_sum{lane=\"live\"} 60.302\n"), std::string::npos);
  EXPECT_NE(text.find("onecard_seconds_count{lane=\"live\"} 3\n"), std::string::npos);
}

TEST(Metrics, gives_the_same_counter_for_the_same_name_and_labels_to_all_threads) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) metrics.counter("onecard_x_total", "X.").add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(metrics.counter("onecard_x_total", "X.").value(), 4000u);
}

}  // namespace
}  // namespace gateway::host
