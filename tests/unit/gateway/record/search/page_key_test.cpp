#include "gateway/record/search/page_key.h"

#include <gtest/gtest.h>

namespace gateway::record::search {
namespace {

TEST(PageKey, comes_back_as_it_was_written) {
  PageKey key;
  key.total = 42;
  key.sort = {int64_t{-5}, std::string("王"), std::vector<uint8_t>{0, 255, 1}, std::monostate()};
  key.id = "p-1";
  key.version = 7;
  auto back = readPageKey(writePageKey(key));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->total, key.total);
  EXPECT_EQ(back->sort, key.sort);
  EXPECT_EQ(back->id, key.id);
  EXPECT_EQ(back->version, key.version);
}

TEST(PageKey, refuses_every_shortened_or_lengthened_key) {
  PageKey key;
  key.sort = {std::string("abc")};
  key.id = "x";
  std::string bytes = writePageKey(key);
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(readPageKey(std::string_view(bytes).substr(0, length)).ok()) << length;
  }
  EXPECT_FALSE(readPageKey(bytes + "x").ok());
}

}  // namespace
}  // namespace gateway::record::search
