#include "fhir/base/digest.h"

#include <gtest/gtest.h>

namespace fhir::base {
namespace {

std::string hexOf(const Sha256& digest) { return hex(digest.data(), digest.size()); }

TEST(Digest, sha256_gives_the_values_of_FIPS_180_4) {
  EXPECT_EQ(hexOf(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hexOf(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest, hmac_gives_the_values_of_RFC_4231) {
  EXPECT_EQ(hexOf(hmacSha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hexOf(hmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hexOf(hmacSha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hexOf(hmacSha256("", "")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Digest, base32_gives_the_values_of_RFC_4648) {
  const auto encoded = [](std::string_view text) {
    return base32Lower(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  };
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "my");
  EXPECT_EQ(encoded("fo"), "mzxq");
  EXPECT_EQ(encoded("foo"), "mzxw6");
  EXPECT_EQ(encoded("foob"), "mzxw6yq");
  EXPECT_EQ(encoded("fooba"), "mzxw6ytb");
  EXPECT_EQ(encoded("foobar"), "mzxw6ytboi");
}

// Published XXH64 values with seed 0; they are stored in indexes, so they may never change.
TEST(Digest, hash64_is_XXH64) {
  EXPECT_EQ(hash64(""), 0xEF46DB3751D8E999u);
  EXPECT_EQ(hash64("a"), 0xD24EC4F1A98C6E5Bu);
  EXPECT_EQ(hash64("abc"), 0x44BC2CF5AD770999u);
  EXPECT_EQ(hash64("Nobody inspects the spammish repetition"), 0xFBCEA83C8A378BF1u);
  EXPECT_EQ(hash64("http://loinc.org"), hash64(std::string("http://loinc") + ".org"));
}

}  // namespace
}  // namespace fhir::base
