#include "fhir/model/reference.h"

#include <gtest/gtest.h>

#include <string>

namespace fhir::model {
namespace {

TEST(ParseReference, takes_a_relative_reference_apart) {
  auto reference = parseReference("Patient/1");
  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->type, "Patient");
  EXPECT_EQ(reference->id, "1");
  EXPECT_EQ(reference->base, "");
  EXPECT_EQ(reference->version, "");
}

TEST(ParseReference, takes_an_absolute_versioned_reference_apart) {
  auto reference = parseReference("https://host:8080/a/fhir/Observation/x-1.2/_history/3");
  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->base, "https://host:8080/a/fhir");
  EXPECT_EQ(reference->type, "Observation");
  EXPECT_EQ(reference->id, "x-1.2");
  EXPECT_EQ(reference->version, "3");
}

TEST(ParseReference, knows_urns_and_fragments) {
  EXPECT_EQ(parseReference("urn:uuid:c757873d-ec9a-4326-a141-556f43239520")->urn,
            "urn:uuid:c757873d-ec9a-4326-a141-556f43239520");
  EXPECT_EQ(parseReference("urn:oid:1.2.3")->urn, "urn:oid:1.2.3");
  EXPECT_EQ(parseReference("#med1")->fragment, "med1");
}

TEST(ParseReference, leaves_other_uris_alone) {
  for (const char* text : {"", "#", "Patient", "Patient/", "/Patient/1", "Nonsense/1", "a/b/Patient/1", "Patient/1/2",
                           "http://hl7.org/fhir/ValueSet", "http://example.org/x", "Patient/1?x=y", "Patient/a b",
                           "Patient/1/_history/", "_history/1", "HumanName/1", "Patient//1"})
    EXPECT_FALSE(parseReference(text)) << text;
}

TEST(IsValidId, allows_64_letters_digits_dashes_and_points) {
  EXPECT_TRUE(isValidId("aZ09-."));
  EXPECT_TRUE(isValidId(std::string(64, 'a')));
  EXPECT_FALSE(isValidId(std::string(65, 'a')));
  EXPECT_FALSE(isValidId(""));
  EXPECT_FALSE(isValidId("a_b"));
  EXPECT_FALSE(isValidId("a/b"));
}

}  // namespace
}  // namespace fhir::model
