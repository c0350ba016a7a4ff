#include "fhir/model/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fhir::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct NodeList final : path::NodeSink {
  std::vector<path::Node> nodes;
  void add(path::Node node) override { nodes.push_back(node); }
};

std::vector<path::Node> children(path::Node node, std::string_view name) {
  NodeList list;
  Document::navigator().named(node, base::Name(name), list);
  return list.nodes;
}

std::vector<std::string> childNames(path::Node node) {
  NodeList list;
  Document::navigator().all(node, list);
  std::vector<std::string> out;
  for (path::Node child : list.nodes) out.emplace_back(Document::navigator().name(child));
  return out;
}

std::vector<std::string> texts(path::Node node, std::string_view name) {
  std::vector<std::string> out;
  for (path::Node child : children(node, name)) out.emplace_back(Document::text(child));
  return out;
}

struct Read {
  base::Findings findings;
  base::Result<Document> document;
  explicit Read(std::string json, const ReadLimits& limits = {})
      : document(Document::readResource(std::move(json), findings, limits)) {}
  path::Node root() const { return document->root(); }
  std::vector<std::string> places() const {
    std::vector<std::string> out;
    for (const auto& finding : findings.list()) out.push_back(finding.expression);
    return out;
  }
};

std::string typeName(path::Node node) { return std::string(Document::navigator().type(node).name); }

TEST(Document, knows_the_type_id_and_version_of_a_resource) {
  Read read(R"({"id":"p1","meta":{"versionId":"7"},"resourceType":"Patient"})");
  ASSERT_TRUE(read.document.ok());
  EXPECT_EQ(read.document->resourceType(), "Patient");
  EXPECT_EQ(read.document->id(), "p1");
  EXPECT_EQ(read.document->versionId(), "7");
  EXPECT_EQ(typeName(read.root()), "Patient");
  EXPECT_THAT(childNames(read.root()), ElementsAre("id", "meta"));
  EXPECT_TRUE(read.findings.empty());
}

TEST(Document, flattens_arrays_and_types_every_level) {
  Read read(R"({"resourceType":"Patient","name":[{"given":["Li","Hua"],"family":"Wang"},{"text":"x"}]})");
  auto names = children(read.root(), "name");
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(typeName(names[0]), "HumanName");
  EXPECT_THAT(texts(names[0], "given"), ElementsAre("Li", "Hua"));
  EXPECT_EQ(typeName(children(names[0], "given")[0]), "string");
  EXPECT_EQ(Document::navigator().parent(names[1]), read.root());
}

TEST(Document, a_choice_answers_to_its_base_name_with_its_own_type) {
  Read read(R"({"resourceType":"Observation","status":"final","code":{"text":"c"},
                "valueQuantity":{"value":1.10}})");
  auto values = children(read.root(), "value");
  ASSERT_EQ(values.size(), 1u);
  EXPECT_EQ(typeName(values[0]), "Quantity");
  EXPECT_THAT(children(read.root(), "valueQuantity"), IsEmpty());
  path::Node number = children(values[0], "value")[0];
  EXPECT_EQ(Document::text(number), "1.10");
  EXPECT_EQ(Document::navigator().scalar(number).kind, path::ScalarKind::Decimal);
}

TEST(Document, scalars_have_the_kind_of_their_type) {
  Read read(R"({"resourceType":"Patient","active":true,"birthDate":"1970-03-30","multipleBirthInteger":2,
                "deceasedDateTime":"2015-02-14T13:42:00+10:00","gender":"male"})");
  auto kind = [&](std::string_view name) {
    return Document::navigator().scalar(children(read.root(), name)[0]).kind;
  };
  EXPECT_EQ(kind("active"), path::ScalarKind::Boolean);
  EXPECT_EQ(kind("birthDate"), path::ScalarKind::Date);
  EXPECT_EQ(kind("multipleBirth"), path::ScalarKind::Integer);
  EXPECT_EQ(kind("deceased"), path::ScalarKind::DateTime);
  EXPECT_EQ(kind("gender"), path::ScalarKind::String);
  EXPECT_EQ(typeName(children(read.root(), "gender")[0]), "code");
}

TEST(Document, merges_the_extensions_of_a_primitive_into_it) {
  for (const char* json :
       {R"({"resourceType":"Patient","birthDate":"1970","_birthDate":{"id":"b","extension":[{"url":"u"}]}})",
        R"({"resourceType":"Patient","_birthDate":{"id":"b","extension":[{"url":"u"}]},"birthDate":"1970"})"}) {
    Read read(json);
    ASSERT_TRUE(read.findings.empty());
    EXPECT_THAT(childNames(read.root()), ElementsAre("birthDate"));
    path::Node birth = children(read.root(), "birthDate")[0];
    EXPECT_EQ(Document::text(birth), "1970");
    EXPECT_THAT(childNames(birth), ElementsAre("id", "extension"));
    path::Node extension = children(birth, "extension")[0];
    EXPECT_EQ(Document::navigator().parent(extension), birth);
    EXPECT_EQ(typeName(children(extension, "url")[0]), "uri");
    EXPECT_EQ(placeOf(extension), "Patient.birthDate.extension[0]");
  }
}

TEST(Document, merges_arrays_of_primitives_by_position) {
  Read read(R"({"resourceType":"Patient","name":[{"given":["a",null,"c"],
                "_given":[null,{"extension":[{"url":"u"}]},{"id":"3"}]}]})");
  ASSERT_TRUE(read.findings.empty());
  path::Node name = children(read.root(), "name")[0];
  auto given = children(name, "given");
  ASSERT_EQ(given.size(), 3u);
  EXPECT_EQ(Document::text(given[0]), "a");
  EXPECT_THAT(childNames(given[0]), IsEmpty());
  EXPECT_EQ(Document::text(given[1]), "");
  EXPECT_EQ(Document::navigator().scalar(given[1]).kind, path::ScalarKind::None);
  EXPECT_EQ(typeName(given[1]), "string");
  EXPECT_THAT(childNames(given[1]), ElementsAre("extension"));
  EXPECT_THAT(childNames(given[2]), ElementsAre("id"));
  EXPECT_EQ(placeOf(given[2]), "Patient.name[0].given[2]");
}

TEST(Document, a_primitive_with_only_an_extension_is_there_without_a_value) {
  Read read(R"({"resourceType":"Patient","_birthDate":{"extension":[{"url":"u","valueCode":"unknown"}]}})");
  ASSERT_TRUE(read.findings.empty());
  path::Node birth = children(read.root(), "birthDate")[0];
  EXPECT_EQ(typeName(birth), "date");
  EXPECT_EQ(Document::navigator().name(birth), "birthDate");
  EXPECT_EQ(Document::navigator().scalar(birth).kind, path::ScalarKind::None);
}

TEST(Document, merges_the_extensions_of_a_choice_of_the_same_type) {
  Read read(R"({"resourceType":"Observation","status":"final","code":{"text":"c"},"valueString":"x",
                "_valueString":{"id":"v"}})");
  ASSERT_TRUE(read.findings.empty());
  path::Node value = children(read.root(), "value")[0];
  EXPECT_THAT(childNames(value), ElementsAre("id"));
}

TEST(Document, contained_and_bundled_resources_have_their_own_types) {
  Read read(R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":
      {"contained":[{"resourceType":"Medication","status":"active"}],"resourceType":"MedicationRequest"}}]})");
  ASSERT_TRUE(read.findings.empty());
  path::Node resource = children(children(read.root(), "entry")[0], "resource")[0];
  EXPECT_EQ(typeName(resource), "MedicationRequest");
  path::Node medication = children(resource, "contained")[0];
  EXPECT_EQ(typeName(medication), "Medication");
  EXPECT_THAT(childNames(medication), ElementsAre("status"));
  EXPECT_EQ(placeOf(children(medication, "status")[0]), "Bundle.entry[0].resource.contained[0].status");
}

TEST(Document, unknown_members_are_found_and_kept_untyped) {
  Read read(R"({"resourceType":"Patient","nickname":["x",{"deep":{"y":1}}]})");
  ASSERT_TRUE(read.document.ok());
  EXPECT_THAT(read.places(), ElementsAre("Patient.nickname"));
  EXPECT_EQ(read.findings.list()[0].code, "structure");
  auto nick = children(read.root(), "nickname");
  ASSERT_EQ(nick.size(), 2u);
  EXPECT_EQ(typeName(nick[0]), "");
  EXPECT_EQ(Document::navigator().scalar(nick[0]).kind, path::ScalarKind::String);
  EXPECT_EQ(placeOf(children(children(nick[1], "deep")[0], "y")[0]), "Patient.nickname[1].deep.y");
}

TEST(Document, unknown_members_may_have_any_name) {
  Read read(R"({"resourceType":"Patient","true}]":true,"]":[1,2],"a[0]":3})");
  ASSERT_TRUE(read.document.ok());
  EXPECT_THAT(read.places(), ElementsAre("Patient.true}]", "Patient.]", "Patient.a[0]"));
}

TEST(Document, finds_wrong_json_kinds_and_cardinality_shapes) {
  Read read(R"({"resourceType":"Patient","active":"true","birthDate":1970,"name":{"family":["W"]},"gender":null,
                "telecom":[],"contact":[[{"name":{}}]],"address":["x"]})");
  ASSERT_TRUE(read.document.ok());
  EXPECT_THAT(read.places(),
              ::testing::UnorderedElementsAre("Patient.active", "Patient.birthDate", "Patient.name",
                                              "Patient.name[0].family", "Patient.gender", "Patient.telecom",
                                              "Patient.contact", "Patient.contact[0].name", "Patient.address[0]"));
  EXPECT_THAT(children(read.root(), "gender"), IsEmpty());
  EXPECT_EQ(children(read.root(), "active").size(), 1u);
}

TEST(Document, a_million_wrong_members_are_not_a_million_findings) {
  std::string json = R"({"resourceType":"Patient")";
  for (int i = 0; i < 5000; ++i) json += ",\"x" + std::to_string(i) + "\":1";
  Read read(json + "}");
  ASSERT_TRUE(read.document.ok());
  EXPECT_LE(read.findings.list().size(), 100u);
}

TEST(Document, refuses_what_is_no_resource) {
  for (const char* json : {R"({})", R"({"resourceType":"Nonsense"})", R"({"resourceType":"Element"})", R"([1])",
                           R"("x")", R"({"resourceType":["Patient"]})", R"({"resourceType":5})"}) {
    Read read(json);
    ASSERT_FALSE(read.document.ok()) << json;
    EXPECT_EQ(read.document.error().why, base::Why::Invalid);
    EXPECT_EQ(read.document.error().where, "1:1");
  }
}

TEST(Document, refuses_a_member_that_stands_there_twice) {
  for (const char* json : {"{\"resourceType\":\"Patient\",\n \"id\":\"a\",\"id\":\"b\"}",
                           "{\"resourceType\":\"Patient\",\n \"id\":\"a\",\"\\u0069d\":\"b\"}"}) {
    Read read(json);
    ASSERT_FALSE(read.document.ok());
    EXPECT_EQ(read.document.error().why, base::Why::Invalid);
    EXPECT_THAT(read.document.error().where, HasSubstr("2:"));
  }
}

TEST(Document, survives_many_keys_with_one_hash) {
  // "costarring" and "liquid" have the same FNV-1a hash.
  Read read(R"({"resourceType":"Patient","costarring":1,"liquid":2})");
  ASSERT_TRUE(read.document.ok());
  EXPECT_EQ(base::hashName("costarring"), base::hashName("liquid"));
  EXPECT_THAT(texts(read.root(), "liquid"), ElementsAre("2"));
}

TEST(Document, limits_say_which_one_was_reached) {
  ReadLimits limits;
  limits.depth = 3;
  Read deep(R"({"resourceType":"Patient","name":[{"period":{"start":"2000"}}]})", limits);
  ASSERT_FALSE(deep.document.ok());
  EXPECT_EQ(deep.document.error().why, base::Why::TooCostly);
  limits = {};
  limits.bytes = 10;
  EXPECT_EQ(Read(R"({"resourceType":"Patient"})", limits).document.error().why, base::Why::TooCostly);
}

TEST(Document, refuses_control_characters_wherever_they_stand) {
  for (char c = 1; c < 0x20; ++c)
    for (size_t before = 0; before < 40; ++before) {
      std::string json = R"({"resourceType":"Basic","language":")" + std::string(before, 'x') + c + "y\"}";
      EXPECT_FALSE(Read(json).document.ok()) << int{c} << " after " << before;
    }
}

TEST(Document, survives_deep_and_broken_input) {
  std::string deep(400'000, '[');
  EXPECT_FALSE(Read(deep).document.ok());
  EXPECT_FALSE(Read("{\"resourceType\":\"Patient\",\"id\":\"\xff\"}").document.ok());
  EXPECT_FALSE(Read("").document.ok());
  EXPECT_FALSE(Read(R"({"resourceType":"Patient")").document.ok());
}

TEST(Document, unescapes_strings_and_says_where_they_stand) {
  std::string json = R"({"resourceType":"Patient","name":[{"text":"a\"b\u4e2d\n"}]})";
  Read read(json);
  path::Node text = children(children(read.root(), "name")[0], "text")[0];
  EXPECT_EQ(Document::text(text), "a\"b\xe4\xb8\xad\n");
  path::Place place = Document::navigator().place(text);
  EXPECT_EQ(json.substr(place.offset, place.length), R"("a\"b\u4e2d\n")");
}

TEST(Document, plain_json_is_an_untyped_tree) {
  auto document = Document::readPlain(R"({"a":[1,2.5,[3]],"b":{"c":null,"d":"x"},"e":true})");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->resourceType(), "");
  EXPECT_THAT(texts(document->root(), "a"), ElementsAre("1", "2.5", "3"));
  path::Node b = Document::child(document->root(), "b");
  EXPECT_THAT(childNames(b), ElementsAre("d"));
  EXPECT_EQ(placeOf(children(document->root(), "a")[1]), "a[1]");
  EXPECT_EQ(Document::navigator().scalar(children(document->root(), "a")[1]).kind, path::ScalarKind::Decimal);
  EXPECT_EQ(Document::navigator().type(b).name, "");
}

TEST(Document, plain_json_may_be_any_value) {
  auto list = Document::readPlain(R"([{"a":1},{"a":2}])");
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(childNames(list->root()).size(), 2u);
  auto number = Document::readPlain("12");
  ASSERT_TRUE(number.ok());
  EXPECT_EQ(Document::text(number->root()), "12");
}

// What a walk over all children finds by their names.
std::vector<uint32_t> walked(path::Node node, std::string_view name) {
  NodeList list;
  Document::navigator().all(node, list);
  std::vector<uint32_t> out;
  for (path::Node child : list.nodes)
    if (Document::navigator().name(child) == name) out.push_back(child.index);
  return out;
}

// Follows the names one after the other.
std::vector<uint32_t> followed(path::Node node, std::string_view first, std::string_view second) {
  std::vector<uint32_t> out;
  for (path::Node child : children(node, first))
    for (path::Node grandchild : children(child, second)) out.push_back(grandchild.index);
  return out;
}

std::vector<uint32_t> indexes(const std::vector<path::Node>& nodes) {
  std::vector<uint32_t> out;
  for (path::Node node : nodes) out.push_back(node.index);
  return out;
}

TEST(Document, a_name_finds_what_a_walk_over_all_children_finds) {
  const char* const resources[] = {
      R"({"resourceType":"Patient","id":"p","name":[{"given":["A","B"],"_given":[null,{"id":"x"},{"id":"y"}]},{"family":"C"}],
          "_birthDate":{"extension":[{"url":"u","valueString":"v"}]},"birthDate":"1980","deceasedBoolean":true,
          "contact":[{"name":{"given":["D"]}}],"name2":"unknown","_nick":{"id":"n"},"active":[true,null,false]})",
      R"({"resourceType":"Patient","_given":[{"id":"a"}],"name":[{"_given":[{"id":"a"},null,{"id":"c"}],"given":["A"]}]})",
      R"({"resourceType":"Observation","valueString":"a","valueQuantity":{"value":1},"_valueString":{"id":"s"},
          "valueCode":"x","component":[{"valueString":"b"},{}],"status":null,"note":[{"text":"t"},[{"text":"nested"}]]})",
  };
  for (const char* json : resources) {
    Read read(json);
    ASSERT_TRUE(read.document.ok());
    NodeList open;
    open.add(read.root());
    for (size_t i = 0; i < open.nodes.size(); ++i) {
      const path::Node node = open.nodes[i];
      Document::navigator().all(node, open);
      for (const char* name :
           {"id", "name", "given", "value", "birthDate", "_birthDate", "deceased", "extension", "nick", "_nick",
            "active", "status", "note", "valueString", "name2", "text", "", "resourceType"}) {
        EXPECT_EQ(indexes(children(node, name)), walked(node, name)) << name << " of " << placeOf(node);
        NodeList known;
        Document::navigator().named(node, definitions::r4().name(name), known);
        EXPECT_EQ(indexes(known.nodes), walked(node, name)) << name << " of " << placeOf(node);
        NodeList chained;
        const std::vector<base::Name> chain = {definitions::r4().name("name"), definitions::r4().name(name)};
        Document::navigator().along(node, chain, chained);
        EXPECT_EQ(indexes(chained.nodes), followed(node, "name", name)) << "name." << name << " of " << placeOf(node);
      }
    }
  }
}

TEST(Document, plain_json_finds_members_by_name_in_arrays_of_arrays_too) {
  auto document = Document::readPlain(R"([{"a":1},[{"a":2},{"b":{"a":[3,[4,null,5]]}}],null])");
  ASSERT_TRUE(document.ok());
  NodeList open;
  open.add(document->root());
  for (size_t i = 0; i < open.nodes.size(); ++i) {
    Document::navigator().all(open.nodes[i], open);
    for (const char* name : {"a", "b", "c"})
      EXPECT_EQ(indexes(children(open.nodes[i], name)), walked(open.nodes[i], name)) << name;
  }
}

TEST(Document, stays_good_when_moved) {
  Read read(R"({"resourceType":"Patient","id":"x"})");
  path::Node id = Document::child(read.root(), "id");
  Document moved = std::move(read.document).value();
  EXPECT_EQ(Document::text(id), "x");
  EXPECT_EQ(moved.id(), "x");
}

}  // namespace
}  // namespace fhir::model
