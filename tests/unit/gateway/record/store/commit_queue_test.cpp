#include "gateway/record/store/sqlite/commit_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace gateway::record::store {
namespace {

CommitJobPtr job(Lane lane, size_t writes, size_t bytes = 1) {
  auto job = std::make_unique<CommitJob>();
  job->batch.lane = lane;
  job->batch.writes.resize(writes);
  job->bytes = bytes;
  return job;
}

void push(CommitQueue& queue, Lane lane, size_t writes, size_t bytes = 1) {
  auto one = job(lane, writes, bytes);
  ASSERT_TRUE(queue.push(one));
}

size_t count(const CommitQueue::Work& work, Lane lane) {
  return static_cast<size_t>(
      std::count_if(work.group.begin(), work.group.end(), [&](const auto& one) { return one->batch.lane == lane; }));
}

TEST(CommitQueue, live_batches_go_first_and_bulk_ones_keep_a_quarter) {
  CommitQueue queue({1'000'000, 100, 0});
  for (int i = 0; i < 300; ++i) push(queue, Lane::Bulk, 1);
  for (int i = 0; i < 300; ++i) push(queue, Lane::Live, 1);
  auto work = queue.take(0);
  EXPECT_EQ(work.group.front()->batch.lane, Lane::Live);
  EXPECT_EQ(count(work, Lane::Live), 75u);
  EXPECT_EQ(count(work, Lane::Bulk), 25u);
}

TEST(CommitQueue, a_lane_that_is_alone_gets_the_whole_group) {
  CommitQueue queue({1'000'000, 100, 0});
  for (int i = 0; i < 150; ++i) push(queue, Lane::Live, 1);
  EXPECT_EQ(queue.take(0).group.size(), 100u);
  EXPECT_EQ(queue.take(0).group.size(), 50u);
}

TEST(CommitQueue, groups_grow_while_all_is_bulk_and_shrink_at_the_first_live_batch) {
  CommitQueue queue({1'000'000, 100, 0});
  for (int i = 0; i < 2'000; ++i) push(queue, Lane::Bulk, 1);
  EXPECT_EQ(queue.take(0).group.size(), 100u);
  size_t largest = 0;
  for (int i = 0; i < 5; ++i) largest = std::max(largest, queue.take(0).group.size());
  EXPECT_EQ(largest, 400u);
  push(queue, Lane::Live, 1);
  auto work = queue.take(0);
  EXPECT_EQ(work.group.size(), 100u);
  EXPECT_EQ(count(work, Lane::Live), 1u);
}

TEST(CommitQueue, a_flood_of_bulk_batches_is_gathered_until_a_live_one_comes) {
  CommitQueue queue({1'000'000, 100, 0});
  for (int i = 0; i < 20; ++i) push(queue, Lane::Bulk, 1);
  EXPECT_EQ(queue.take(0).group.size(), 20u);
  push(queue, Lane::Bulk, 1);
  {
    std::jthread others([&] {
      for (int i = 0; i < 39; ++i) push(queue, Lane::Bulk, 1);
    });
    EXPECT_EQ(queue.take(0).group.size(), 40u);
  }
  push(queue, Lane::Bulk, 1);
  std::jthread live([&] { push(queue, Lane::Live, 1); });
  EXPECT_EQ(queue.take(0).group.size(), 2u);
}

TEST(CommitQueue, a_batch_larger_than_a_group_goes_alone) {
  CommitQueue queue({1'000'000, 100, 0});
  push(queue, Lane::Live, 500);
  push(queue, Lane::Live, 1);
  EXPECT_EQ(queue.take(0).group.size(), 1u);
  EXPECT_EQ(queue.take(0).group.size(), 1u);
}

TEST(CommitQueue, whoever_pushes_waits_while_the_queue_is_full) {
  CommitQueue queue({100, 10, 0});
  push(queue, Lane::Live, 1, 90);
  std::atomic<bool> in{false};
  std::jthread other([&] {
    push(queue, Lane::Bulk, 1, 50);
    in = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_FALSE(in);
  EXPECT_EQ(queue.take(0).group.size(), 1u);
  other.join();
  EXPECT_TRUE(in);
  EXPECT_EQ(queue.take(0).group.size(), 1u);
}

TEST(CommitQueue, after_closing_the_rest_is_taken_and_nothing_comes_in) {
  CommitQueue queue({100, 10, 0});
  push(queue, Lane::Live, 1);
  queue.close();
  auto late = job(Lane::Live, 1);
  EXPECT_FALSE(queue.push(late));
  ASSERT_NE(late, nullptr) << "the caller still has to answer it";
  auto rest = queue.take(1'000);
  EXPECT_EQ(rest.group.size(), 1u);
  EXPECT_FALSE(rest.closed);
  EXPECT_TRUE(queue.take(1'000).closed);
}

}  // namespace
}  // namespace gateway::record::store
