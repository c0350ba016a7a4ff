#include "fhir/definitions/lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace fhir::definitions {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

TypeNumber number(std::string_view name) { return r4().type(name)->number; }

const Element& element(std::string_view type, std::string_view name) {
  return *r4().element(number(type), base::Name(name));
}

TEST(Definitions, knows_all_resource_types_of_r4) {
  int resources = 0;
  for (const Type& type : r4().types()) resources += r4().isResource(type.number);
  EXPECT_EQ(resources, 146);
  EXPECT_FALSE(r4().isResource(number("DomainResource")));
  EXPECT_EQ(r4().type("NoSuchType"), nullptr);
  EXPECT_EQ(r4().type(TypeNumber{0}), nullptr);
  EXPECT_EQ(r4().type(TypeNumber{60000}), nullptr);
}

TEST(Definitions, type_numbers_stay_what_databases_hold) {
  // A sample of the numbers that were given first; they must never change.
  EXPECT_EQ(number("BackboneElement"), 1);
  EXPECT_EQ(number("Resource"), 4);
  for (const Type& type : r4().types()) EXPECT_EQ(r4().type(type.name)->number, type.number);
}

TEST(Definitions, subtypes_follow_the_base_types) {
  EXPECT_TRUE(r4().isSubtypeOf(number("Patient"), number("Resource")));
  EXPECT_TRUE(r4().isSubtypeOf(number("Patient"), number("Patient")));
  EXPECT_TRUE(r4().isSubtypeOf(number("Age"), number("Quantity")));
  EXPECT_TRUE(r4().isSubtypeOf(number("code"), number("string")));
  EXPECT_TRUE(r4().isSubtypeOf(number("Patient.contact"), number("BackboneElement")));
  EXPECT_FALSE(r4().isSubtypeOf(number("Bundle"), number("DomainResource")));
  EXPECT_FALSE(r4().isSubtypeOf(0, number("Element")));
}

TEST(Definitions, elements_come_inherited_ones_first) {
  std::vector<std::string_view> names;
  for (const Element* e : r4().elements(number("Patient.contact"))) names.push_back(e->name.text);
  EXPECT_THAT(names, ElementsAre("id", "extension", "modifierExtension", "relationship", "name", "telecom", "address",
                                 "gender", "organization", "period"));
}

TEST(Definitions, an_element_carries_its_facts) {
  const Element& status = element("Observation", "status");
  EXPECT_EQ(status.min, 1);
  EXPECT_EQ(status.max, 1);
  EXPECT_TRUE(status.is_modifier);
  EXPECT_TRUE(status.is_summary);
  EXPECT_EQ(status.binding, "http://hl7.org/fhir/ValueSet/observation-status");
  EXPECT_EQ(element("Patient", "name").max, 65535);
  EXPECT_THAT(element("Observation", "specimen").targets, ElementsAre("Specimen"));
  EXPECT_EQ(element("Extension", "value").types.size(), 50u);
}

TEST(Definitions, ids_have_the_types_of_the_specification) {
  EXPECT_EQ(element("Patient", "id").types[0], number("id"));
  EXPECT_EQ(element("HumanName", "id").types[0], number("string"));
  EXPECT_EQ(element("Extension", "url").types[0], number("uri"));
}

TEST(Definitions, content_references_lead_to_the_type_they_name) {
  EXPECT_EQ(element("Questionnaire.item", "item").types[0], number("Questionnaire.item"));
  EXPECT_EQ(element("Bundle.entry", "link").types[0], number("Bundle.link"));
}

TEST(Definitions, a_choice_answers_to_each_of_its_json_names) {
  Member quantity = r4().member(number("Observation"), "valueQuantity");
  ASSERT_NE(quantity.element, nullptr);
  EXPECT_EQ(quantity.element->name.text, "value");
  EXPECT_EQ(quantity.type, number("Quantity"));
  EXPECT_EQ(r4().member(number("Observation"), "valueDateTime").type, number("dateTime"));
  EXPECT_EQ(r4().member(number("Observation"), "value").element, nullptr);
  EXPECT_EQ(r4().member(number("Observation"), "valuedateTime").element, nullptr);
  EXPECT_EQ(r4().member(number("Observation"), "valueMoney").element, nullptr);
  EXPECT_EQ(r4().member(number("Patient"), "birthDate").type, number("date"));
  EXPECT_EQ(r4().member(number("date"), "extension").type, number("Extension"));
  EXPECT_EQ(r4().member(0, "id").element, nullptr);
}

TEST(Definitions, every_element_is_found_by_every_json_name_it_has) {
  for (const Type& type : r4().types()) {
    for (const Element* e : r4().elements(type.number)) {
      EXPECT_FALSE(e->types.empty()) << type.name << "." << e->name.text;
      for (TypeNumber t : e->types) {
        std::string name(e->name.text);
        if (e->choice) {
          name += r4().type(t)->name;
          name[e->name.text.size()] = static_cast<char>(std::toupper(name[e->name.text.size()]));
        }
        Member member = r4().member(type.number, name);
        EXPECT_EQ(member.element, e) << type.name << "." << name;
        EXPECT_EQ(member.type, t) << type.name << "." << name;
      }
    }
  }
}

TEST(Definitions, a_search_parameter_of_many_types_is_split_by_type) {
  const SearchParameter* patient = r4().searchParameter(number("Patient"), "birthdate");
  const SearchParameter* person = r4().searchParameter(number("Person"), "birthdate");
  ASSERT_NE(patient, nullptr);
  ASSERT_NE(person, nullptr);
  EXPECT_EQ(patient->expression, "Patient.birthDate");
  EXPECT_EQ(person->expression, "Person.birthDate");
  EXPECT_EQ(patient->url, person->url);
  EXPECT_NE(patient->number, person->number);
  EXPECT_EQ(patient->type, SearchType::Date);
}

TEST(Definitions, references_keep_the_targets_that_the_path_allows) {
  const SearchParameter* patient = r4().searchParameter(number("Observation"), "patient");
  EXPECT_EQ(patient->expression, "Observation.subject.where(resolve() is Patient)");
  EXPECT_THAT(patient->targets, ElementsAre("Patient"));
  EXPECT_THAT(r4().searchParameter(number("AllergyIntolerance"), "patient")->targets, ElementsAre("Patient"));
  EXPECT_THAT(r4().searchParameter(number("Observation"), "subject")->targets, Contains("Device"));
}

TEST(Definitions, resource_parameters_belong_to_every_type) {
  const SearchParameter* id = r4().searchParameter(number("Bundle"), "_id");
  ASSERT_NE(id, nullptr);
  EXPECT_EQ(id, r4().searchParameter(number("Patient"), "_id"));
  EXPECT_EQ(id->base, number("Resource"));
  EXPECT_EQ(r4().searchParameter(id->number), id);
  EXPECT_NE(r4().searchParameter(number("Patient"), "_text"), nullptr);
  EXPECT_EQ(r4().searchParameter(number("Bundle"), "_text"), nullptr);  // Bundle is no DomainResource
  EXPECT_EQ(r4().searchParameter(number("Patient"), "nothing"), nullptr);
}

TEST(Definitions, composites_name_their_parts) {
  EXPECT_THAT(r4().searchParameter(number("Observation"), "code-value-quantity")->components,
              ElementsAre("code|code", "value-quantity|value.as(Quantity)"));
}

TEST(Definitions, parameter_numbers_are_unique_and_below_the_sites_own) {
  std::set<ParameterNumber> seen;
  for (const Type& type : r4().types())
    for (const SearchParameter* p : r4().searchParameters(type.number)) {
      EXPECT_LT(p->number, 10000);
      EXPECT_EQ(r4().searchParameter(p->number), p);
      if (p->base == type.number) {
        EXPECT_TRUE(seen.insert(p->number).second) << p->code;
      }
    }
  EXPECT_GT(seen.size(), 1700u);
}

TEST(Definitions, the_patient_compartment_names_real_parameters) {
  for (const CompartmentRule& rule : r4().patientCompartment())
    for (std::string_view code : rule.parameters) {
      if (code == "{def}") continue;
      EXPECT_NE(r4().searchParameter(rule.resource, code), nullptr) << r4().type(rule.resource)->name << " " << code;
    }
  EXPECT_THAT(r4().patientCompartment(number("Observation"))->parameters, ElementsAre("subject", "performer"));
  EXPECT_THAT(r4().patientCompartment(number("Patient"))->parameters, Contains("{def}"));
  EXPECT_EQ(r4().patientCompartment(number("Organization")), nullptr);
}

TEST(Definitions, required_codes_are_listed_with_or_without_a_version) {
  EXPECT_THAT(r4().requiredCodes("http://hl7.org/fhir/ValueSet/administrative-gender"),
              ElementsAre("male", "female", "other", "unknown"));
  EXPECT_TRUE(r4().hasRequiredCodes("http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1"));
  EXPECT_FALSE(r4().hasRequiredCodes("http://hl7.org/fhir/ValueSet/mimetypes"));
  EXPECT_THAT(r4().requiredCodes("http://hl7.org/fhir/ValueSet/observation-status"), Not(IsEmpty()));
}

TEST(Definitions, required_codes_know_their_systems) {
  auto systems = r4().requiredSystems("http://hl7.org/fhir/ValueSet/administrative-gender");
  ASSERT_EQ(systems.size(), 1u);
  EXPECT_EQ(systems[0].system, "http://hl7.org/fhir/administrative-gender");
  EXPECT_THAT(systems[0].codes, ElementsAre("male", "female", "other", "unknown"));
  EXPECT_TRUE(r4().requiredSystems("http://example.org/none").empty());
}

}  // namespace
}  // namespace fhir::definitions
