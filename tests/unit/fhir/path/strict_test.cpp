// Strict mode: a member that cannot exist for the type is refused when the expression is compiled, where it stands.

#include <gtest/gtest.h>

#include "fhir/path/expression.h"

namespace fhir::path {
namespace {

// "" when strict mode accepts the expression, else "LINE:COLUMN: WHAT".
std::string refusal(std::string_view expression, std::string_view type = "Patient") {
  CompileOptions options;
  options.strict_type = type;
  auto compiled = Expression::compile(expression, options);
  return compiled ? "" : compiled.error().text();
}

TEST(Strict, refuses_a_member_that_the_type_does_not_have) {
  EXPECT_EQ(refusal("name.given"), "");
  EXPECT_EQ(refusal("name.surname"), "1:6: HumanName has no member surname");
  EXPECT_EQ(refusal("name.where(use = 'official').givn"), "1:30: HumanName has no member givn");
  EXPECT_EQ(refusal("name.where(\n  usage = 'official')"), "2:3: HumanName has no member usage");
  EXPECT_EQ(refusal("contact.name.select(family & givn)"), "1:30: HumanName has no member givn");
  EXPECT_EQ(refusal("Patient.name.given.length().value"), "1:29: Integer has no member value");
}

TEST(Strict, refuses_a_first_type_that_is_not_the_contexts) {
  EXPECT_EQ(refusal("Patient.name"), "");
  EXPECT_EQ(refusal("Resource.id"), "");
  EXPECT_EQ(refusal("Observation.status"), "1:1: Patient is no Observation");
}

TEST(Strict, knows_the_types_of_choices_and_their_casts) {
  EXPECT_EQ(refusal("value.unit", "Observation"), "");
  EXPECT_EQ(refusal("valueQuantity.unit", "Observation"), "1:1: Observation has no member valueQuantity");
  EXPECT_EQ(refusal("value.ofType(Quantity).coding", "Observation"), "1:24: Quantity has no member coding");
  EXPECT_EQ(refusal("(value as CodeableConcept).coding.code", "Observation"), "");
  EXPECT_EQ(refusal("(value as Quantity).coding", "Observation"), "1:21: Quantity has no member coding");
}

TEST(Strict, follows_repeat_extensions_and_variables) {
  EXPECT_EQ(refusal("repeat(item).linkId", "Questionnaire"), "");
  EXPECT_EQ(refusal("repeat(item.thing)", "Questionnaire"), "1:13: Questionnaire.item has no member thing");
  EXPECT_EQ(refusal("extension('x').value"), "");
  EXPECT_EQ(refusal("extension('x').vallue"), "1:16: Extension has no member vallue");
  EXPECT_EQ(refusal("%resource.birthDat"), "1:11: Patient has no member birthDat");
  EXPECT_EQ(refusal("%ucum.length() > %limit"), "");
}

TEST(Strict, refuses_order_where_there_is_none) {
  EXPECT_EQ(refusal("children().first()"), "1:12: the order of children() and descendants() is not defined");
  EXPECT_EQ(refusal("descendants().skip(1)"), "1:15: the order of children() and descendants() is not defined");
  EXPECT_EQ(refusal("children()[0]"), "1:11: the order of children() and descendants() is not defined");
  EXPECT_EQ(refusal("children().count()"), "");
}

TEST(Strict, wants_a_boolean_for_a_condition) {
  EXPECT_EQ(refusal("iif(active, 1, 2)"), "");
  EXPECT_EQ(refusal("iif('a' & 'b', 1, 2)"), "1:5: the condition of iif() is no Boolean");
}

TEST(Strict, refuses_nothing_where_types_cannot_be_known) {
  EXPECT_EQ(refusal("managingOrganization.resolve().anything"), "");
  EXPECT_EQ(refusal("%variable.anything"), "");
  EXPECT_EQ(refusal("descendants().anything"), "");
  EXPECT_EQ(refusal("contained.status"), "");
}

TEST(Strict, says_where_in_the_file_that_holds_the_expression) {
  CompileOptions options;
  options.strict_type = "Patient";
  options.file = "rules.yaml";
  options.line = 14;
  options.column = 9;
  auto compiled = Expression::compile("name.surname", options);
  ASSERT_FALSE(compiled.ok());
  EXPECT_EQ(compiled.error().where, "rules.yaml:14:14");
}

TEST(Strict, needs_a_type_that_there_is) { EXPECT_EQ(refusal("id", "Patiant"), "there is no type Patiant"); }

}  // namespace
}  // namespace fhir::path
