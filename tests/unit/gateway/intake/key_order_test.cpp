#include "gateway/intake/pipeline/key_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gateway::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(KeyOrder, parts_that_share_a_key_run_one_after_the_other) {
  KeyOrder order;
  EXPECT_TRUE(order.enter(1, {"patient"}));
  EXPECT_FALSE(order.enter(2, {"patient"}));
  EXPECT_FALSE(order.enter(3, {"patient"}));
  EXPECT_THAT(order.leave(1), ElementsAre(2));
  EXPECT_THAT(order.leave(2), ElementsAre(3));
  EXPECT_THAT(order.leave(3), IsEmpty());
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
  EXPECT_THAT(order.leave(1), IsEmpty());
  EXPECT_THAT(order.leave(2), ElementsAre(3));
}

}  // namespace
}  // namespace gateway::intake
