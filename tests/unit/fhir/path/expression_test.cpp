#include "fhir/path/expression.h"

#include <gtest/gtest.h>

#include "fhir/model/document.h"
#include "fhir/path/read_observer.h"
#include "tests/unit/fhir/path/small_tree.h"

namespace fhir::path {
namespace {

using testing::Branch;
using testing::SmallTree;

Branch leaf(std::string name, std::string text) {
  return {std::move(name), std::move(text), ScalarKind::String, {}, ""};
}
Branch object(std::string name, std::vector<Branch> children) {
  return {std::move(name), "", ScalarKind::None, std::move(children), ""};
}

// An HL7 v2 message as the mappings see it.
const SmallTree& message() {
  static const SmallTree tree(object(
      "",
      {object("PID",
              {object("3", {leaf("1", "007"), leaf("5", "MR")}), object("3", {leaf("1", "008"), leaf("5", "NI")}),
               object("5", {leaf("1", "Li"), leaf("2", "Ping")}), leaf("8", "F")}),
       object("OBX", {leaf("3", "WBC"), leaf("5", "6.10")}), object("OBX", {leaf("3", "RBC"), leaf("5", "4.2")})}));
  return tree;
}

class UntypedTree : public ::testing::Test {
 protected:
  Item root() { return Item::node(message().root(), &SmallTree::navigator()); }

  // The results as texts, joined by '|'; "error WHERE: WHAT" for an error.
  std::string run(std::string_view text, const CompileOptions& options = {}) {
    auto expression = Expression::compile(text, options);
    if (!expression) return "error " + expression.error().text();
    evaluation.now = *base::Temporal::parseDateTime("2025-03-06T08:15:28.000+08:00");
    auto result = expression->evaluate(root(), evaluation);
    if (!result) return "error " + result.error().text();
    std::string out;
    for (const Item& item : *result) {
      std::string_view shown = "(object)";
      item.text(arena, shown);
      out += (out.empty() ? "" : "|") + std::string(shown);
    }
    return out;
  }

  base::Arena arena;
  Evaluation evaluation{arena};
};

TEST_F(UntypedTree, members_and_positions) {
  EXPECT_EQ(run("PID.5.1"), "Li");
  EXPECT_EQ(run("PID.3.1"), "007|008");
  EXPECT_EQ(run("OBX.5"), "6.10|4.2");
  EXPECT_EQ(run("PID.9"), "");
  EXPECT_EQ(run("PID.3[1].1"), "008");
}

TEST_F(UntypedTree, leaves_are_strings_and_convert) {
  EXPECT_EQ(run("PID.8 = 'F'"), "true");
  EXPECT_EQ(run("PID.3.where($this.5 = 'MR').1"), "007");
  EXPECT_EQ(run("PID.3.where($this.5 = 'MR').1.first().toInteger() + 1"), "8");
  EXPECT_EQ(run("OBX.5.first().toDecimal()"), "6.10");
  EXPECT_EQ(run("OBX.where($this.3 = 'WBC').select($this.5.toDecimal() * 2)"), "12.20");
  EXPECT_EQ(run("PID.5.1 & ' ' & PID.5.2"), "Li Ping");
  EXPECT_EQ(run("OBX.5.first().is(System.String)"), "true");
}

TEST_F(UntypedTree, filtering_and_subsetting) {
  EXPECT_EQ(run("OBX.exists($this.3 = 'RBC')"), "true");
  EXPECT_EQ(run("OBX.all($this.5.exists())"), "true");
  EXPECT_EQ(run("OBX.count()"), "2");
  EXPECT_EQ(run("OBX.select($index)"), "0|1");
  EXPECT_EQ(run("OBX.3.last()"), "RBC");
  EXPECT_EQ(run("(PID.3.1 | PID.3.1).count()"), "2");
  EXPECT_EQ(run("OBX.5.aggregate($total + $this.toDecimal(), 0.0)"), "10.30");
  EXPECT_EQ(run("iif(PID.8 = 'F', 'female', 'other')"), "female");
  EXPECT_EQ(run("('a' | 'b').combine('a').distinct()"), "a|b");
}

TEST_F(UntypedTree, operators_by_rank) {
  EXPECT_EQ(run("1 + 2 * 3"), "7");
  EXPECT_EQ(run("(1 + 2) * 3"), "9");
  EXPECT_EQ(run("7 div 2 - 7 mod 2"), "2");
  EXPECT_EQ(run("1 / 4"), "0.25");
  EXPECT_EQ(run("-1 + 3 > 1 and 'a' != 'b' or false"), "true");
  EXPECT_EQ(run("true implies 2 in (1 | 2)"), "true");
  EXPECT_EQ(run("1 'mg' = 1 'mg'"), "true");
  EXPECT_EQ(run("@2024-02-29 + 1 year"), "2025-02-28");
  EXPECT_EQ(run("{} = 1"), "");
  EXPECT_EQ(run("1 is Integer"), "true");
}

TEST_F(UntypedTree, errors_say_where_they_are) {
  EXPECT_EQ(run("PID.8 ="), "error 1:8: expected an expression, found the end");
  EXPECT_EQ(run("PID.foo("), "error 1:5: there is no function foo()");
  EXPECT_EQ(run("where(", {.file = "oru_r01.yaml", .line = 33, .column = 14}).substr(0, 27),
            "error oru_r01.yaml:33:20: e");
  EXPECT_EQ(run("1 +\n  'a'"), "error 1:3: the operator does not work on these types");
  EXPECT_EQ(run("%nothing"), "error 1:1: there is no variable %nothing");
  EXPECT_EQ(run("PID.3.single()"), "error 1:7: single() found several items");
}

TEST_F(UntypedTree, deep_nesting_is_refused_not_followed) {
  EXPECT_NE(run(std::string(100'000, '(')).find("nests deeper"), std::string::npos);
  EXPECT_NE(run(std::string(100'000, '-') + "1").find("too many signs"), std::string::npos);
  std::string chain = "PID";
  for (int i = 0; i < 50'000; ++i) chain += ".trace('x')";
  EXPECT_EQ(run(chain), "(object)");
  std::string sum = "1";
  for (int i = 0; i < 50'000; ++i) sum += "+1";
  EXPECT_EQ(run(sum), "50001");
}

TEST_F(UntypedTree, the_memory_budget_ends_texts_that_double) {
  evaluation.memory_budget = 1u << 20;
  for (const char* text : {"'x'.repeat($this & $this)",
                           "(1|2|3|4|5|6|7|8|9|10).aggregate($total & $total & $total & "
                           "$total & 'xxxxxxxxxxxxxxxx', 'x')"}) {
    const std::string result = run(text);
    EXPECT_NE(result.find("more memory than its budget"), std::string::npos) << text << ": " << result.substr(0, 100);
  }
  EXPECT_LT(arena.used(), 8u << 20);
}

TEST_F(UntypedTree, comparing_deep_objects_costs_each_depth_once) {
  std::string deep = "1";
  for (int i = 0; i < 60; ++i) deep = "{\"x\":" + deep + "}";
  auto document = model::Document::readPlain("{\"a\":" + deep + ",\"b\":" + deep + "}");
  ASSERT_TRUE(document.ok());
  auto expression = Expression::compile("a = b");
  auto result = expression->evaluate(Item::node(document->root(), &model::Document::navigator()), evaluation);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE((*result)[0].boolean());
}

TEST_F(UntypedTree, a_chain_of_members_is_followed_as_its_steps_are) {
  auto document = model::Document::readPlain(
      R"({"a":[{"b":[{"c":1},{"c":[{"d":2},{"d":3}]}]},{"x":0},{"b":{"c":4}}],"b":{"a":5}})");
  const Item root = Item::node(document->root(), &model::Document::navigator());
  const std::pair<const char*, const char*> same[] = {{"a.b", "a.select(b)"},
                                                      {"a.b.c", "a.select(b).select(c)"},
                                                      {"a.b.c.d", "a.select(b).select(c).select(d)"},
                                                      {"a.x.c", "{}"},
                                                      {"b.a", "b.select(a)"},
                                                      {"$this.a.b", "a.select(b)"}};
  for (auto [chain, steps] : same) {
    auto found = Expression::compile(chain)->evaluate(root, evaluation);
    auto expected = Expression::compile(steps)->evaluate(root, evaluation);
    ASSERT_EQ(found->size(), expected->size()) << chain;
    for (size_t i = 0; i < found->size(); ++i) EXPECT_EQ((*found)[i].node(), (*expected)[i].node()) << chain;
  }
  // A tree that does not follow chains itself.
  EXPECT_EQ(run("PID.`3`.`5`"), "MR|NI");
}

TEST_F(UntypedTree, the_step_budget_ends_costly_work) {
  evaluation.step_budget = 1000;
  EXPECT_NE(run("repeat($this | children()).count() + "
                "(1|2|3|4).select((1|2|3|4).select((1|2|3|4|5|6|7|8).select($this + 1))).count()")
                .find("budget"),
            std::string::npos);
}

base::Result<Collection> groups(FunctionCall& call) {
  Collection out(call.evaluation.arena);
  const Item& wanted = call.arguments[0][0];
  struct Sink final : NodeSink {
    Collection* out;
    const Navigator* navigator;
    void add(Node n) override { out->push_back(Item::node(n, navigator)); }
  } sink;
  sink.out = &out;
  for (const Item& item : call.input) {
    sink.navigator = &item.navigator();
    item.navigator().named(item.node(), base::Name(wanted.string()), sink);
  }
  return out;
}

base::Result<Collection> coalesce(FunctionCall& call) {
  for (const Collection& argument : call.arguments) {
    if (!argument.empty()) return argument;
  }
  return Collection(call.evaluation.arena);
}

TEST_F(UntypedTree, host_functions_with_and_without_a_dot) {
  const HostFunction functions[] = {{"groups", 1, 1, groups}, {"coalesce", 1, 255, coalesce}};
  CompileOptions options;
  options.functions = functions;
  EXPECT_EQ(run("groups('OBX').count()", options), "2");
  EXPECT_EQ(run("PID.groups('8')", options), "F");
  EXPECT_EQ(run("coalesce(PID.77, PID.8, 'x')", options), "F");
  EXPECT_EQ(run("groups()", options), "error 1:1: groups() takes 1 argument, not 0");
}

struct OneVariable final : Variables {
  Item item;
  explicit OneVariable(Item i) : item(i) {}
  bool find(std::string_view name, Collection& out) const override {
    if (name != "patient") return false;
    out.push_back(item);
    return true;
  }
};

TEST_F(UntypedTree, variables_may_hold_nodes_of_another_tree) {
  SmallTree other(object("", {leaf("given", "Ping")}));
  OneVariable variables(Item::node(other.root(), &SmallTree::navigator()));
  evaluation.variables = &variables;
  EXPECT_EQ(run("%patient.given"), "Ping");
  EXPECT_EQ(run("PID.where($this.5.2 = %patient.given).8"), "F");
}

struct Reads final : ReadObserver {
  std::vector<std::string> texts;
  void read(const Item& leaf) override { texts.emplace_back(leaf.navigator().scalar(leaf.node()).text()); }
};

TEST_F(UntypedTree, the_observer_hears_consumed_leaves_only) {
  Reads reads;
  evaluation.observer = &reads;
  run("PID.3.where($this.5 = 'MR')");
  EXPECT_EQ(reads.texts, (std::vector<std::string>{"MR", "NI"}));
  reads.texts.clear();
  run("OBX.count() > 0 and PID.8.exists()");
  EXPECT_TRUE(reads.texts.empty());
}

}  // namespace
}  // namespace fhir::path
