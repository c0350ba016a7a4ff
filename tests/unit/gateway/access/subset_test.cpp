#include "gateway/access/rest/subset.h"

#include <gtest/gtest.h>

namespace gateway::access::rest {
namespace {

using record::search::Summary;

const fhir::definitions::Definitions& kR4 = fhir::definitions::r4();

std::string part(std::string_view json, const char* type, Subset subset) {
  return subsetted(json, kR4.type(type)->number, subset, kR4);
}

constexpr std::string_view kTag =
    R"("tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}])";

std::string withTag(std::string text) {
  size_t at = text.find("TAG");
  return text.replace(at, 3, kTag);
}

TEST(Subset, elements_keeps_those_named_and_the_mandatory_ones) {
  EXPECT_EQ(
      part(R"({"resourceType":"Observation","id":"1","meta":{"versionId":"1"},"status":"final","code":{"text":"x"},)"
           R"("valueQuantity":{"value":1.10},"note":[{"text":"n"}]})",
           "Observation", {Summary::False, {"value"}}),
      withTag(R"({"resourceType":"Observation","id":"1","meta":{"versionId":"1",TAG},"status":"final",)"
              R"("code":{"text":"x"},"valueQuantity":{"value":1.10}})"));
}

TEST(Subset, elements_keeps_the_sibling_of_a_primitive) {
  EXPECT_EQ(
      part(
          R"({"resourceType":"Patient","id":"1","meta":{},"birthDate":"1990","_birthDate":{"id":"b"},"gender":"male"})",
          "Patient", {Summary::False, {"birthDate"}}),
      withTag(R"({"resourceType":"Patient","id":"1","meta":{TAG},"birthDate":"1990","_birthDate":{"id":"b"}})"));
}

TEST(Subset, summary_keeps_the_elements_marked_in_the_definitions_at_every_depth) {
  EXPECT_EQ(
      part(
          R"({"resourceType":"Observation","id":"1","meta":{"versionId":"1"},"text":{"div":"<div/>"},"status":"final",)"
          R"("code":{"text":"x"},"referenceRange":[{"text":"r"}],)"
          R"("component":[{"code":{"coding":[{"code":"c"}]},"interpretation":[{"text":"H"}],"valueInteger":3}]})",
          "Observation", {Summary::True, {}}),
      withTag(R"({"resourceType":"Observation","id":"1","meta":{"versionId":"1",TAG},"status":"final",)"
              R"("code":{"text":"x"},"component":[{"code":{"coding":[{"code":"c"}]},"valueInteger":3}]})"));
}

TEST(Subset, text_keeps_narrative_and_mandatory_elements_and_data_drops_the_narrative) {
  std::string_view json =
      R"({"resourceType":"Observation","id":"1","meta":{},"text":{"div":"<div>\"</div>"},"status":"final","code":{},"issued":"x"})";
  EXPECT_EQ(part(json, "Observation", {Summary::Text, {}}),
            withTag(R"({"resourceType":"Observation","id":"1","meta":{TAG},"text":{"div":"<div>\"</div>"},)"
                    R"("status":"final","code":{}})"));
  EXPECT_EQ(
      part(json, "Observation", {Summary::Data, {}}),
      withTag(R"({"resourceType":"Observation","id":"1","meta":{TAG},"status":"final","code":{},"issued":"x"})"));
}

TEST(Subset, the_tag_joins_tags_that_are_there) {
  EXPECT_EQ(
      part(R"({"resourceType":"Patient","id":"1","meta":{"tag":[{"code":"a"}],"versionId":"2"}})", "Patient",
           {Summary::Data, {}}),
      R"({"resourceType":"Patient","id":"1","meta":{"tag":[{"code":"a"},)"
      R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}],"versionId":"2"}})");
}

TEST(Subset, everything_is_left_as_it_is) {
  EXPECT_EQ(part(R"({"resourceType":"Patient"})", "Patient", {}), R"({"resourceType":"Patient"})");
}

}  // namespace
}  // namespace gateway::access::rest
