#include "gateway/access/rest/page_link.h"

#include <gtest/gtest.h>

namespace gateway::access::rest {
namespace {

using record::search::Rights;
using record::store::Moment;

TEST(PageLink, comes_back_as_it_was_made) {
  std::string token = pageToken("key", "Patient?name=x", {uint64_t{12345678901234}, std::string("\0\xff key", 6)});
  auto point = readPageToken("key", "Patient?name=x", token);
  ASSERT_TRUE(point.ok());
  EXPECT_EQ(std::get<uint64_t>(point->as_of), 12345678901234u);
  EXPECT_EQ(point->after_key, std::string("\0\xff key", 6));
  EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
}

TEST(PageLink, of_a_restricted_caller_holds_a_moment) {
  Moment moment{1'741'220'128'000'000, 3};
  std::string token = pageToken("key", "Patient?name=x", {moment, "after"});
  auto point = readPageToken("key", "Patient?name=x", token);
  ASSERT_TRUE(point.ok());
  EXPECT_EQ(std::get<Moment>(point->as_of), moment);
  EXPECT_EQ(point->after_key, "after");
}

TEST(PageLink, is_good_for_one_query_one_caller_and_one_key) {
  std::string scope = pageScope("Patient?name=x", Rights::all("test"));
  std::string token = pageToken("key", scope, {uint64_t{7}, "k"});
  EXPECT_TRUE(readPageToken("key", scope, token).ok());
  EXPECT_FALSE(readPageToken("key", pageScope("Patient?name=y", Rights::all("test")), token).ok());
  EXPECT_FALSE(readPageToken("other key", scope, token).ok());
  EXPECT_FALSE(readPageToken("key", pageScope("Patient?name=x", Rights::ofPatients({"a"})), token).ok());
  EXPECT_EQ(pageScope("q", Rights::ofPatients({"a", "b"})), pageScope("q", Rights::ofPatients({"b", "a"})));
}

TEST(PageLink, any_changed_character_is_found) {
  std::string token = pageToken("key", "scope", {uint64_t{7}, "some key"});
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    // The last character may hold unused bits, which decode to the same bytes.
    if (i + 1 == token.size()) continue;
    EXPECT_FALSE(readPageToken("key", "scope", changed).ok()) << i;
  }
  for (const char* text : {"", "A", "!!!!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    EXPECT_FALSE(readPageToken("key", "scope", text).ok()) << text;
  EXPECT_FALSE(readPageToken("key", "scope", std::string(100'000, 'A')).ok());
}

TEST(PageLink, does_not_show_the_sequence_or_the_key) {
  std::string first = pageToken("key", "scope", {uint64_t{7}, "some key"});
  std::string next = pageToken("key", "scope", {uint64_t{8}, "some key"});
  size_t same = 0;
  for (size_t i = 0; i < first.size(); ++i) same += first[i] == next[i];
  EXPECT_LT(same, first.size() / 3);
}

}  // namespace
}  // namespace gateway::access::rest
