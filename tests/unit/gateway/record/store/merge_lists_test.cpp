#include "gateway/record/store/merge_lists.h"

#include <gtest/gtest.h>

#include "gateway/record/store/shard.h"

namespace gateway::record::store {
namespace {

std::string merged(std::string_view newer, std::string_view older, bool stored_is_older = true,
                   const std::vector<std::string>& lists = {"identifier", "telecom", "name"}) {
  return mergeLists(newer, older, stored_is_older, lists);
}

TEST(MergeLists, keeps_the_newer_elements_and_unites_the_lists) {
  EXPECT_EQ(merged(R"({"identifier":[{"value":"2"}],"gender":"male"})",
                   R"({"identifier":[{"value":"1"}],"gender":"other"})"),
            R"({"identifier":[{"value":"1"},{"value":"2"}],"gender":"male"})");
}

TEST(MergeLists, stored_items_stay_in_front_when_the_older_one_comes_late) {
  EXPECT_EQ(merged(R"({"name":[{"text":"a"}]})", R"({"name":[{"text":"b"}]})", false),
            R"({"name":[{"text":"a"},{"text":"b"}]})");
}

TEST(MergeLists, a_list_that_only_the_older_one_has_is_kept) {
  EXPECT_EQ(merged(R"({"id":"x"})", R"({"name":[{"text":"b"}],"gender":"male"})"),
            R"({"id":"x","name":[{"text":"b"}]})");
}

TEST(MergeLists, equal_items_are_one_whatever_the_order_of_their_members) {
  EXPECT_EQ(merged(R"({"name":[{"family":"Li","given":["Lei"]}]})", R"({"name":[{"given":["Lei"],"family":"Li"}]})"),
            R"({"name":[{"given":["Lei"],"family":"Li"}]})");
}

TEST(MergeLists, an_identifier_is_known_by_system_and_value_and_the_newer_one_stays) {
  EXPECT_EQ(merged(R"({"identifier":[{"system":"s","value":"1","use":"old"}]})",
                   R"({"identifier":[{"system":"s","value":"1"},{"system":"s","value":"2"}]})"),
            R"({"identifier":[{"system":"s","value":"1","use":"old"},{"system":"s","value":"2"}]})");
  EXPECT_EQ(merged(R"({"identifier":[{"system":"s","value":"1","use":"old"}]})",
                   R"({"identifier":[{"system":"s","value":"1"}]})", false),
            R"({"identifier":[{"system":"s","value":"1","use":"old"}]})");
}

TEST(MergeLists, items_with_the_same_id_are_one) {
  EXPECT_EQ(merged(R"({"name":[{"id":"1","text":"b"}]})", R"({"name":[{"id":"1","text":"a"}]})"),
            R"({"name":[{"id":"1","text":"b"}]})");
}

TEST(MergeLists, texts_with_brackets_and_quotes_are_not_structure) {
  EXPECT_EQ(merged(R"({"name":[{"text":"]}\",{"}]})", R"({"name":[{"text":"\\"}]})"),
            R"({"name":[{"text":"\\"},{"text":"]}\",{"}]})");
}

TEST(MergeLists, primitives_with_extensions_are_left_to_the_newer_one) {
  EXPECT_EQ(merged(R"({"name":["a"],"_name":[{"id":"1"}]})", R"({"name":["b"]})"),
            R"({"name":["a"],"_name":[{"id":"1"}]})");
}

TEST(Shard, our_own_ids_begin_with_theirs) {
  EXPECT_EQ(shardOf("1a2f-abcdefg"), 0x1a2fu);
  EXPECT_EQ(shardOf("0000-a"), 0u);
  EXPECT_EQ(shardOf("3fff-a"), 0x3fffu);
}

TEST(Shard, any_other_id_is_hashed_for_ever_in_the_same_way) {
  // XXH64 of the id, seed 0, modulo 16384: these numbers are in databases.
  EXPECT_EQ(shardOf("example"), 7262u);
  for (auto id : {"4000-a", "1A2F-a", "1a2f", "1a2f-", "1a2fa", "", "x"}) EXPECT_LT(shardOf(id), kShards) << id;
  EXPECT_NE(shardOf("1a2f"), 0x1a2fu);
}

}  // namespace
}  // namespace gateway::record::store
