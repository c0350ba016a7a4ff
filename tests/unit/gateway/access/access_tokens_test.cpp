#include "gateway/access/security/access_tokens.h"

#include <gtest/gtest.h>

namespace gateway::access::security {
namespace {

using WithoutToken = AccessTokens::WithoutToken;

host::HttpRequest withHeader(std::vector<std::string> values) {
  host::HttpRequest request;
  for (auto& value : values) request.headers.emplace_back("authorization", std::move(value));
  return request;
}

const AccessTokens kOpen({{"abc", {"p1", "p2"}}, {"empty", {}}}, WithoutToken::SeesEverything, "a trial");
const AccessTokens kClosed({{"abc", {"p1"}}}, WithoutToken::Refuse, "");

TEST(AccessTokens, a_known_token_sees_its_patients) {
  auto rights = kOpen.rightsOf(withHeader({"Bearer abc"}));
  ASSERT_TRUE(rights.ok());
  EXPECT_FALSE(rights->unrestricted());
  EXPECT_EQ(rights->patients(), (std::vector<std::string>{"p1", "p2"}));
  EXPECT_TRUE(kOpen.rightsOf(withHeader({"bearer  abc "})).ok());
}

TEST(AccessTokens, a_token_without_patients_sees_nothing) {
  auto rights = kOpen.rightsOf(withHeader({"Bearer empty"}));
  ASSERT_TRUE(rights.ok());
  EXPECT_TRUE(rights->seesNothing());
}

TEST(AccessTokens, nobody_known_is_refused_even_where_no_token_is_needed) {
  for (const char* value :
       {"Bearer abd", "Bearer ", "Bearer", "Basic abc", "abc", "", "Bearer ABC", "Bearer abc abc"})
    EXPECT_FALSE(kOpen.rightsOf(withHeader({value})).ok()) << value;
  EXPECT_FALSE(kOpen.rightsOf(withHeader({"Bearer abc", "Bearer abc"})).ok());
}

TEST(AccessTokens, without_a_token_the_setting_decides) {
  ASSERT_TRUE(kOpen.rightsOf({}).ok());
  EXPECT_TRUE(kOpen.rightsOf({})->unrestricted());
  EXPECT_EQ(kOpen.rightsOf({})->reason(), "a trial");
  ASSERT_FALSE(kClosed.rightsOf({}).ok());
  EXPECT_EQ(kClosed.rightsOf({}).error().why, fhir::base::Why::Forbidden);
}

}  // namespace
}  // namespace gateway::access::security
