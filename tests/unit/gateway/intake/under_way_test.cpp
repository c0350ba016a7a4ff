#include "gateway/intake/pipeline/under_way.h"

#include <gtest/gtest.h>

namespace gateway::intake {
namespace {

TEST(UnderWay, a_part_may_end_before_its_message_is_wholly_taken_up) {
  UnderWay under_way;
  under_way.add(7, 100);  // while it is taken up
  under_way.add(7, 100);  // its only part
  under_way.remove(7);    // the part ends first
  EXPECT_EQ(under_way.firstSequence(), 7u);
  under_way.remove(7);
  EXPECT_TRUE(under_way.empty());
  under_way.remove(7);
  EXPECT_TRUE(under_way.empty());
}

TEST(UnderWay, the_first_is_the_lowest_sequence_that_is_not_final) {
  UnderWay under_way;
  under_way.add(3, 30);
  under_way.add(2, 20);
  under_way.add(2, 20);
  EXPECT_EQ(under_way.firstReceived(), 20);
  under_way.remove(2);
  EXPECT_EQ(under_way.firstSequence(), 2u);
  under_way.remove(2);
  EXPECT_EQ(under_way.firstSequence(), 3u);
  EXPECT_EQ(under_way.firstReceived(), 30);
}

}  // namespace
}  // namespace gateway::intake
