#include "gateway/intake/pipeline/key_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gateway::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(KeyOrder, parts_that_share_a_key_are_handed_over_one_after_the_other) {
  KeyOrder order;
  EXPECT_TRUE(order.enter(1, {"patient"}));
  EXPECT_FALSE(order.enter(2, {"patient"}));
  EXPECT_FALSE(order.enter(3, {"patient"}));
  EXPECT_THAT(order.handOver(1), ElementsAre(2));
  EXPECT_THAT(order.handOver(2), ElementsAre(3));
  EXPECT_THAT(order.handOver(3), IsEmpty());
  for (KeyOrder::Ticket ticket : {2, 1, 3}) order.leave(ticket);
  EXPECT_EQ(order.size(), 0u);
}

TEST(KeyOrder, parts_without_a_common_key_flow) {
  KeyOrder order;
  EXPECT_TRUE(order.enter(1, {"a"}));
  EXPECT_TRUE(order.enter(2, {"b"}));
  EXPECT_TRUE(order.enter(3, {}));
}

TEST(KeyOrder, a_part_waits_for_the_earlier_part_of_each_of_its_keys) {
  KeyOrder order;
  EXPECT_TRUE(order.enter(1, {"patient"}));
  EXPECT_TRUE(order.enter(2, {"report"}));
  EXPECT_FALSE(order.enter(3, {"patient", "report", "report"}));
  EXPECT_THAT(order.handOver(1), IsEmpty());
  EXPECT_THAT(order.handOver(2), ElementsAre(3));
}

TEST(KeyOrder, a_part_that_was_not_stored_goes_before_the_later_ones_again) {
  KeyOrder order;
  EXPECT_TRUE(order.enter(1, {"patient"}));
  EXPECT_FALSE(order.enter(2, {"patient"}));
  EXPECT_FALSE(order.enter(3, {"patient"}));
  EXPECT_THAT(order.handOver(1), ElementsAre(2));
  EXPECT_THAT(order.handOver(2), ElementsAre(3));
  order.takeBack(2);
  order.takeBack(1);
  EXPECT_FALSE(order.mayRun(3));
  EXPECT_FALSE(order.mayRun(2));
  EXPECT_TRUE(order.mayRun(1));
  EXPECT_THAT(order.handOver(1), ElementsAre(2));
  EXPECT_THAT(order.handOver(2), ElementsAre(3));
}

}  // namespace
}  // namespace gateway::intake
