#include <gtest/gtest.h>

#include "fhir/views/view_definition.h"
#include "fhir/views/view_rows.h"

namespace fhir::views {
namespace {

model::Document patient(std::string json) {
  base::Findings findings;
  return std::move(model::Document::readResource(std::move(json), findings)).value();
}

TEST(ViewDefinition, says_where_in_the_file_it_is_wrong) {
  auto view = ViewDefinition::read(
      "{\"resource\": \"Patient\",\n"
      " \"select\": [{\"column\": [\n"
      "   {\"name\": \"id\", \"path\": \"id\"},\n"
      "   {\"name\": \"id\", \"path\": \"id\"}]}]}",
      "twice.json");
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().where, "twice.json:4:13");
}

TEST(ViewDefinition, says_where_in_an_expression_it_is_wrong) {
  auto view = ViewDefinition::read(
      "{\"resource\": \"Patient\",\n"
      " \"select\": [{\"column\": [{\"name\": \"id\", \"path\": \"id + \"}]}]}",
      "half.json");
  ASSERT_FALSE(view);
  EXPECT_TRUE(view.error().where.starts_with("half.json:2:")) << view.error().where;
}

TEST(ViewDefinition, says_where_its_JSON_is_wrong) {
  auto view = ViewDefinition::read("{\"resource\": }", "bad.json");
  ASSERT_FALSE(view);
  EXPECT_TRUE(view.error().where.starts_with("bad.json:1:")) << view.error().where;
  EXPECT_FALSE(ViewDefinition::read("{\"resource\": \"Patient\", \"resource\": \"Patient\"}"));
}

TEST(ViewDefinition, refuses_selects_that_nest_without_end) {
  std::string json = "{\"resource\": \"Patient\", \"select\": [";
  for (int i = 0; i < 25; ++i) json += "{\"select\": [";
  json += "{\"column\": [{\"name\": \"id\", \"path\": \"id\"}]}";
  for (int i = 0; i < 25; ++i) json += "]}";
  auto view = ViewDefinition::read(json + "]}");
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().why, base::Why::TooCostly);
}

TEST(ViewDefinition, tells_its_columns) {
  auto view = ViewDefinition::read(R"json({"resource": "Patient", "name": "people", "select": [{"column": [
      {"name": "id", "path": "getResourceKey()", "type": "http://hl7.org/fhir/StructureDefinition/id",
       "description": "key"},
      {"name": "given", "path": "name.given", "collection": true}]}]})json");
  ASSERT_TRUE(view) << view.error().text();
  EXPECT_EQ(view->name(), "people");
  EXPECT_EQ(view->resource(), "Patient");
  ASSERT_EQ(view->columns().size(), 2u);
  EXPECT_EQ(view->columns()[0].type, "id");
  EXPECT_EQ(view->columns()[0].description, "key");
  EXPECT_TRUE(view->columns()[1].collection);
}

TEST(ViewRows, says_which_column_has_more_than_one_value) {
  auto view = ViewDefinition::read(
      "{\"resource\": \"Patient\", \"select\": [{\"column\": [\n  {\"name\": \"given\", \"path\": "
      "\"name.given\"}]}]}",
      "given.json");
  ASSERT_TRUE(view);
  ViewRows rows(*view);
  auto table = rows.of(patient(R"({"resourceType": "Patient", "name": [{"given": ["A", "B"]}]})"));
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().where, "given.json:2:29");
}

TEST(ViewRows, goes_on_after_a_resource_that_fails) {
  auto view = ViewDefinition::read(
      R"({"resource": "Patient", "select": [{"column": [{"name": "given", "path": "name.given"}]}]})");
  ASSERT_TRUE(view);
  ViewRows rows(*view);
  EXPECT_FALSE(rows.of(patient(R"({"resourceType": "Patient", "name": [{"given": ["A", "B"]}]})")));
  auto table = rows.of(patient(R"({"resourceType": "Patient", "name": [{"given": ["A"]}]})"));
  ASSERT_TRUE(table);
  EXPECT_EQ(table->size(), 1u);
}

TEST(ViewRows, stops_products_that_grow_beyond_the_limit) {
  std::string json = R"({"resource": "Patient", "select": [)";
  for (char c = 'a'; c < 'i'; ++c) {
    json += std::string(c == 'a' ? "" : ",") + "{\"forEach\": \"name\", \"column\": [{\"name\": \"" + c +
            "\", \"path\": \"family\"}]}";
  }
  auto view = ViewDefinition::read(json + "]}");
  ASSERT_TRUE(view) << view.error().text();
  std::string names;
  for (int i = 0; i < 20; ++i) names += std::string(i ? "," : "") + R"({"family": "A"})";
  ViewRows rows(*view);
  auto table = rows.of(patient(R"({"resourceType": "Patient", "name": [)" + names + "]}"));
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().why, base::Why::TooCostly);
}

}  // namespace
}  // namespace fhir::views
