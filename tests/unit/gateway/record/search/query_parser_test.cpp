#include "gateway/record/search/query_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gateway::record::search {
namespace {

using fhir::base::Why;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

fhir::base::Result<SearchQuery> parse(std::string_view type, std::string_view query, ParseOptions options = {}) {
  options.own_base = "http://127.0.0.1:8080/fhir";
  auto parameters = decodeForm(query);
  if (!parameters.ok()) return parameters.error();
  return parseQuery(fhir::definitions::r4().type(type)->number, *parameters, fhir::definitions::r4(), options);
}

SearchQuery parsed(std::string_view type, std::string_view query, const ParseOptions& options = {}) {
  auto result = parse(type, query, options);
  EXPECT_TRUE(result.ok()) << query << ": " << (result.ok() ? "" : result.error().text());
  return result.ok() ? std::move(*result) : SearchQuery{};
}

fhir::base::Error refused(std::string_view type, std::string_view query, const ParseOptions& options = {}) {
  auto result = parse(type, query, options);
  EXPECT_FALSE(result.ok()) << query;
  return result.ok() ? fhir::base::Error{} : result.error();
}

const SearchOperand& only(const SearchQuery& query) { return query.all_of.at(0).any_of.at(0); }

TEST(DecodeForm, decodes_plus_and_percent_in_names_and_values) {
  auto parameters = decodeForm("name=%E7%8E%8B+x&a%3Ab=1&empty=&flag");
  ASSERT_TRUE(parameters.ok());
  EXPECT_THAT(*parameters, ElementsAre(std::pair<std::string, std::string>("name", "王 x"),
                                       std::pair<std::string, std::string>("a:b", "1"),
                                       std::pair<std::string, std::string>("empty", ""),
                                       std::pair<std::string, std::string>("flag", "")));
}

TEST(DecodeForm, refuses_bad_escapes_bad_utf8_and_nul) {
  for (std::string_view text : {"a=%4", "a=%zz", "a=%ff%fe", "a=%00", "=1"}) {
    auto parameters = decodeForm(text);
    ASSERT_FALSE(parameters.ok()) << text;
    EXPECT_EQ(parameters.error().why, Why::Invalid);
  }
}

TEST(QueryParser, names_the_nearest_parameter_for_an_unknown_one) {
  auto error = refused("Patient", "birthdat=2000");
  EXPECT_EQ(error.why, Why::Invalid);
  EXPECT_EQ(error.where, "birthdat");
  EXPECT_THAT(error.what, HasSubstr("Did you mean 'birthdate'?"));
}

TEST(QueryParser, keeps_values_out_of_error_texts) {
  for (std::string_view query : {"birthdate=Secret", "identifier=a|b|Secret", "general-practitioner=Secret%20x",
                                 "_has:Observation:patient:date=Secret", "organization.name:missing=Secret"}) {
    auto error = refused("Patient", query);
    EXPECT_THAT(error.text(), ::testing::Not(HasSubstr("Secret"))) << query;
  }
}

TEST(QueryParser, tells_what_is_not_offered_from_what_is_wrong) {
  EXPECT_EQ(refused("Patient", "_text=abc").why, Why::Unsupported);
  EXPECT_EQ(refused("Patient", "_filter=x").why, Why::Unsupported);
  EXPECT_EQ(refused("Patient", "_list=x").why, Why::Unsupported);
  EXPECT_EQ(refused("Location", "near=1|2").why, Why::Unsupported);
  EXPECT_EQ(refused("Observation", "code:in=http://x").why, Why::Unsupported);
  EXPECT_EQ(refused("Observation", "code:below=x").why, Why::Unsupported);
  EXPECT_EQ(refused("Patient", "gender:exact=male").why, Why::Invalid);
  EXPECT_EQ(refused("Patient", "name:not=x").why, Why::Invalid);
  EXPECT_EQ(refused("Patient", "name:exakt=x").why, Why::Invalid);
  EXPECT_THAT(refused("Patient", "name:exakt=x").what, HasSubstr("Did you mean 'exact'?"));
}

TEST(QueryParser, passes_over_what_has_no_value) {
  EXPECT_EQ(parsed("Patient", "name=&gender=male&_count=&_sort").canonical, "gender=male");
  EXPECT_TRUE(parsed("Patient", "name:exact=&_has:Observation:patient:code=").all_of.empty());
  EXPECT_EQ(refused("Patient", "nmae=").why, Why::Invalid);
}

TEST(QueryParser, gives_no_more_than_the_greatest_count) {
  EXPECT_EQ(parsed("Patient", "_count=1000").count, 200u);
  EXPECT_EQ(parsed("Patient", "_count=99999999999999999999").canonical, "_count=200");
}

TEST(QueryParser, names_each_limit) {
  std::string many;
  for (int i = 0; i < 65; ++i) many += "name=a&";
  EXPECT_EQ(refused("Patient", many).why, Why::TooCostly);
  std::string values = "name=a";
  for (int i = 0; i < 200; ++i) values += ",a";
  EXPECT_THAT(refused("Patient", values).what, HasSubstr("200"));
  EXPECT_EQ(refused("Observation", "patient.organization.partof.partof.name=x").why, Why::TooCostly);
  EXPECT_EQ(refused("Patient", "_has:Observation:patient:_has:DiagnosticReport:result:_has:Media:based-on:_id=1").why,
            Why::TooCostly);
}

TEST(QueryParser, splits_values_only_at_unescaped_separators) {
  auto query = parsed("Patient", R"(identifier=urn:a|1\,2,b\|c|d\\e)");
  ASSERT_EQ(query.all_of[0].any_of.size(), 2u);
  EXPECT_EQ(query.all_of[0].any_of[0].system, "urn:a");
  EXPECT_EQ(query.all_of[0].any_of[0].code, "1,2");
  EXPECT_EQ(query.all_of[0].any_of[1].system, "b|c");
  EXPECT_EQ(query.all_of[0].any_of[1].code, "d\\e");
  EXPECT_EQ(refused("Patient", R"(name=a\b)").why, Why::Invalid);
  EXPECT_EQ(refused("Patient", R"(name=a\)").why, Why::Invalid);
  EXPECT_EQ(refused("Patient", "name=a,,b").why, Why::Invalid);
  EXPECT_EQ(refused("Patient", "name=,").why, Why::Invalid);
}

TEST(QueryParser, reads_the_four_shapes_of_a_token) {
  EXPECT_FALSE(only(parsed("Patient", "identifier=x")).system.has_value());
  EXPECT_EQ(only(parsed("Patient", "identifier=|x")).system, "");
  auto by_system = parsed("Patient", "identifier=urn:s|");
  EXPECT_EQ(only(by_system).system, "urn:s");
  EXPECT_EQ(only(by_system).code, "");
  EXPECT_EQ(refused("Patient", "identifier=|").why, Why::Invalid);
  EXPECT_EQ(refused("Patient", "identifier=a|b|c").why, Why::Invalid);
}

TEST(QueryParser, reads_dates_in_the_zone_of_the_site) {
  auto day = only(parsed("Patient", "birthdate=2024-02-29"));
  EXPECT_EQ(day.prefix, Prefix::Eq);
  EXPECT_EQ(day.date.low, 1709136000000000);  // 2024-02-28T16:00Z
  EXPECT_EQ(day.date.high - day.date.low, 86'400'000'000);
  auto month = only(parsed("Patient", "birthdate=ge2024-02"));
  EXPECT_EQ(month.prefix, Prefix::Ge);
  EXPECT_EQ(month.date.high - month.date.low, 29 * int64_t{86'400'000'000});
  ParseOptions utc;
  utc.zone_minutes = 0;
  EXPECT_EQ(only(parsed("Patient", "birthdate=2024-02-29", utc)).date.low, 1709164800000000);
}

TEST(QueryParser, takes_an_unescaped_plus_before_a_zone_for_a_plus) {
  auto good = only(parsed("Observation", "date=2024-01-31T10:00:00%2B08:00"));
  auto plain = only(parsed("Observation", "date=2024-01-31T10:00:00+08:00"));
  EXPECT_EQ(good.date.low, plain.date.low);
}

TEST(QueryParser, refuses_dates_that_are_none) {
  for (std::string_view date : {"2024-02-30", "2023-02-29", "20240101", "2024-1-1", "2024-01-01T10", "2024T", "gt",
                                "xx2024", "2024-01-01T25:00", "today", "2024-13"}) {
    EXPECT_EQ(refused("Patient", "birthdate=" + std::string(date)).why, Why::Invalid) << date;
  }
}

TEST(QueryParser, keeps_the_precision_of_numbers) {
  auto operand = only(parsed("Observation", "value-quantity=le5.40|http://unitsofmeasure.org|mmol/L"));
  EXPECT_EQ(operand.prefix, Prefix::Le);
  EXPECT_EQ(operand.decimal.text(), "5.40");
  EXPECT_EQ(operand.unit_system, "http://unitsofmeasure.org");
  EXPECT_EQ(operand.code, "mmol/L");
  EXPECT_EQ(operand.number.low, fhir::base::Decimal::parse("5.395")->orderKey());
  EXPECT_EQ(only(parsed("Observation", "value-quantity=-5||mg")).code, "mg");
  for (std::string_view number : {"5.4|mg", "abc", "5,4|", "5.4||", "5.4|http://x|", "+5", "5.", "0x10"}) {
    EXPECT_FALSE(parse("Observation", "value-quantity=" + std::string(number)).ok()) << number;
  }
}

TEST(QueryParser, makes_references_to_ourselves_relative) {
  auto own = only(parsed("Observation", "subject=http://127.0.0.1:8080/fhir/Patient/p1"));
  EXPECT_EQ(own.reference_type, "Patient");
  EXPECT_EQ(own.reference_id, "p1");
  auto other = only(parsed("Observation", "subject=http://elsewhere/fhir/Patient/p1"));
  EXPECT_EQ(other.reference_url, "http://elsewhere/fhir/Patient/p1");
  auto bare = only(parsed("Observation", "subject=p1"));
  EXPECT_EQ(bare.reference_type, "");
  auto typed = only(parsed("Observation", "subject:Patient=p1"));
  EXPECT_EQ(typed.reference_type, "Patient");
  auto single = only(parsed("Observation", "patient=p1"));
  EXPECT_EQ(single.reference_type, "Patient");
  EXPECT_EQ(refused("Observation", "patient=Group/p1").why, Why::Invalid);
  EXPECT_EQ(refused("Observation", "subject=Medication/p1").why, Why::Invalid);
  EXPECT_EQ(refused("Observation", "subject:Patient=Group/p1").why, Why::Invalid);
  EXPECT_EQ(refused("Observation", "subject:Medication=p1").why, Why::Invalid);
  EXPECT_EQ(refused("Observation", "subject=Patient/p1/_history/2").why, Why::Unsupported);
}

TEST(QueryParser, follows_chains_to_the_one_type_that_fits) {
  auto query = parsed("Observation", "patient.identifier=urn:s|1");
  const auto& clause = query.all_of[0];
  EXPECT_EQ(clause.target, fhir::definitions::r4().type("Patient")->number);
  EXPECT_THAT(clause.any_of, IsEmpty());
  ASSERT_TRUE(clause.chain);
  EXPECT_EQ(clause.chain->parameter->code, "identifier");
  // Only Patient has a birth date among what `subject` refers to.
  EXPECT_EQ(parsed("Observation", "subject.birthdate=2000").all_of[0].target,
            fhir::definitions::r4().type("Patient")->number);
  auto ambiguous = refused("Observation", "subject.identifier=1");
  EXPECT_EQ(ambiguous.why, Why::Invalid);
  EXPECT_THAT(ambiguous.what, HasSubstr("subject:Type.identifier"));
  auto deep = parsed("Observation", "subject:Patient.organization.name:exact=x");
  EXPECT_EQ(deep.all_of[0].chain->chain->modifier, Modifier::Exact);
}

TEST(QueryParser, reads_reverse_chains) {
  auto query = parsed("Patient", "_has:Observation:patient:code=1234-5");
  const auto& clause = query.all_of[0];
  EXPECT_EQ(clause.reverse_type, fhir::definitions::r4().type("Observation")->number);
  EXPECT_EQ(clause.parameter->code, "patient");
  EXPECT_EQ(clause.chain->any_of[0].code, "1234-5");
  EXPECT_EQ(refused("Patient", "_has:Observation:encounter:code=1").why, Why::Invalid);
  EXPECT_EQ(refused("Patient", "_has:Observation:patient=1").why, Why::Invalid);
  EXPECT_EQ(refused("Patient", "_has:Observatoin:patient:code=1").why, Why::Invalid);
}

TEST(QueryParser, reads_composites_by_the_types_of_their_parts) {
  auto operand = only(parsed("Observation", "code-value-quantity=http://loinc.org|2823-3$gt5.4||mmol/L"));
  ASSERT_EQ(operand.parts.size(), 2u);
  EXPECT_EQ(operand.parts[0].code, "2823-3");
  EXPECT_EQ(operand.parts[1].prefix, Prefix::Gt);
  EXPECT_EQ(operand.parts[1].code, "mmol/L");
  EXPECT_EQ(refused("Observation", "code-value-quantity=2823-3").why, Why::Invalid);
  EXPECT_EQ(refused("Observation", "component-code-value-quantity=http://loinc.org|$5").why, Why::Unsupported);
}

TEST(QueryParser, reads_what_shapes_the_answer) {
  auto query = parsed("Observation", "_sort=-date,_id&_count=5&_summary=text&_total=none&_elements=code,value");
  ASSERT_EQ(query.sort.size(), 2u);
  EXPECT_TRUE(query.sort[0].descending);
  EXPECT_EQ(query.sort[1].parameter->code, "_id");
  EXPECT_EQ(query.count, 5u);
  EXPECT_EQ(query.summary, Summary::Text);
  EXPECT_EQ(query.total, Total::None);
  EXPECT_THAT(query.elements, ElementsAre("code", "value"));
  EXPECT_EQ(parsed("Observation", "_count=0&_summary=true").summary, Summary::Count);
  EXPECT_EQ(refused("Observation", "_sort=code").why, Why::Unsupported);
  EXPECT_EQ(refused("Observation", "_sort=dat").why, Why::Invalid);
  EXPECT_EQ(refused("Observation", "_elements=nothing").why, Why::Invalid);
  EXPECT_EQ(refused("Observation", "_count=-1").why, Why::Invalid);
  EXPECT_EQ(refused("Observation", "_count=1&_count=2").why, Why::Invalid);
  EXPECT_EQ(refused("Observation", "_summary=all").why, Why::Invalid);
}

TEST(QueryParser, checks_includes_against_the_definitions) {
  auto query = parsed("Observation",
                      "_include=Observation:subject:Patient&_revinclude=Provenance:target&"
                      "_include:iterate=Patient:organization&_include=*");
  ASSERT_EQ(query.includes.size(), 4u);
  EXPECT_EQ(query.includes[0].target, fhir::definitions::r4().type("Patient")->number);
  EXPECT_TRUE(query.includes[1].reverse);
  EXPECT_TRUE(query.includes[2].iterate);
  EXPECT_TRUE(query.includes[3].wildcard);
  for (std::string_view include : {"_include=Observation:code", "_include=Observation:subjekt",
                                   "_include=Observation", "_include=Patient:organization",
                                   "_include=Observation:subject:Medication", "_revinclude=Observation:encounter"}) {
    EXPECT_EQ(refused("Observation", include).why, Why::Invalid) << include;
  }
  EXPECT_EQ(refused("Observation", "_revinclude=*").why, Why::Unsupported);
}

TEST(QueryParser, writes_the_query_as_it_was_understood) {
  EXPECT_EQ(parsed("Patient", "name=%E7%8E%8B&_format=json&identifier=a|b&_pretty=true").canonical,
            "name=%E7%8E%8B&identifier=a%7Cb");
}

TEST(QueryParser, leaves_out_unknown_names_when_asked_to_be_lenient) {
  ParseOptions lenient;
  lenient.lenient = true;
  auto query = parsed("Patient", "nmae=x&name=y&gender:in=z&organization.nmae=x&_count=1000", lenient);
  EXPECT_THAT(query.ignored, ElementsAre("nmae", "gender:in", "organization.nmae"));
  EXPECT_EQ(query.canonical, "name=y&_count=200");
  EXPECT_EQ(query.count, 200u);
  // A filter that is known but cannot be read would answer more than was asked for.
  EXPECT_EQ(refused("Patient", "birthdate=someday", lenient).why, Why::Invalid);
}

TEST(QueryParser, survives_any_bytes) {
  std::string alphabet = "abc_has:Observation.patient,$|\\=&%2+-0123456789\xe7\x8e\x8b\x01";
  uint64_t state = 42;
  for (int round = 0; round < 20'000; ++round) {
    std::string query;
    for (int i = 0; i < 40; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      query += alphabet[(state >> 33) % alphabet.size()];
    }
    auto result = parse("Patient", query);
    EXPECT_TRUE(result.ok() || result.error().why != Why::Fault);
  }
}

}  // namespace
}  // namespace gateway::record::search
