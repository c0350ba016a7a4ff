// Answers to a restricted caller are byte for byte the same whether or not other patients exist (design decision 18):
// generated queries against two records, one without the others and one with them.

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

#include "tests/support/county_records.h"
#include "tests/support/json_tree.h"
#include "tests/support/trial_rest.h"

namespace tests {
namespace {

using gateway::host::HttpResponse;
using support::StoredResource;
using support::TrialRest;

const std::vector<std::pair<std::string, std::string>> kAsAnna = {{"authorization", "Bearer token-of-anna"}};

void store(TrialRest& rest, const StoredResource& resource) {
  HttpResponse response = rest.ask("PUT", "/" + resource.type + "/" + resource.id, resource.json);
  ASSERT_EQ(response.status, 201) << resource.json << response.body;
}

// Everything that reaches the client.
std::string whole(const HttpResponse& response) {
  std::string text = std::to_string(response.status) + "\n" + response.content_type + "\n";
  for (const auto& [name, value] : response.headers) text += name + ": " + value + "\n";
  return text + response.body;
}

std::string nextPage(const HttpResponse& response) {
  auto tree = support::readJsonTree(response.body);
  if (!tree.ok()) return {};
  for (const auto& link : tree->at("link").items)
    if (link.at("relation").text == "next") return link.at("url").text.substr(std::string(TrialRest::kBase).size());
  return {};
}

struct Tally {
  int queries = 0, ok = 0, refused = 0, pages = 0, different_for_all = 0;
};

class Worlds {
 public:
  // `interleaved`: the others' resources come between Anna's, not behind them; and several commits in one moment.
  explicit Worlds(bool interleaved) {
    auto records = support::countyRecords("anna", {"boris", "chen", "dora"});
    int64_t second = 0;
    for (size_t n = 0; n < records.size(); ++n) {
      const auto& record = records[n];
      if (!interleaved || n % 3 == 0) ++second;
      alone_.clock().setSeconds(second);
      with_others_.clock().setSeconds(second);
      bool others = !record.owner.empty() && record.owner != "anna";
      if (!others) store(alone_, record);
      if (!others || interleaved) store(with_others_, record);
    }
    for (const auto& record : records)
      if (!interleaved && !record.owner.empty() && record.owner != "anna") store(with_others_, record);
    queries_.emplace(20250306, records);
  }

  void compare(const std::string& query, Tally& tally) {
    std::string left = query, right = query;
    for (int page = 0; page < 20 && !left.empty(); ++page) {
      HttpResponse alone = alone_.ask("GET", left, {}, kAsAnna);
      HttpResponse with_others = with_others_.ask("GET", right, {}, kAsAnna);
      ASSERT_EQ(whole(alone), whole(with_others)) << query << " page " << page;
      ASSERT_LT(alone.status, 500) << query << alone.body;
      ++(alone.status == 200 ? tally.ok : tally.refused);
      tally.pages += page > 0;
      left = nextPage(alone);
      right = nextPage(with_others);
    }
    ++tally.queries;
    // The test has teeth: the same queries without restriction tell the two records apart.
    if (tally.queries % 10 == 0)
      tally.different_for_all += alone_.ask("GET", query).body != with_others_.ask("GET", query).body;
  }

  void compareBatch(const std::vector<std::string>& queries, const char* type) {
    std::string bundle = std::string(R"({"resourceType":"Bundle","type":")") + type + R"(","entry":[)";
    for (size_t i = 0; i < queries.size(); ++i)
      bundle +=
          std::string(i > 0 ? "," : "") + R"({"request":{"method":"GET","url":")" + queries[i].substr(1) + "\"}}";
    bundle += "]}";
    HttpResponse alone = alone_.ask("POST", "/", bundle, kAsAnna);
    HttpResponse with_others = with_others_.ask("POST", "/", bundle, kAsAnna);
    ASSERT_EQ(whole(alone), whole(with_others));
  }

  std::string nextQuery() { return queries_->next(); }

 private:
  TrialRest alone_, with_others_;
  std::optional<support::QuerySource> queries_;
};

// ONECARD_TEST_QUERIES asks for more.
int queryCount() {
  const char* text = std::getenv("ONECARD_TEST_QUERIES");
  return text == nullptr ? 10'000 : std::atoi(text);
}

void compareMany(bool interleaved) {
  Worlds worlds(interleaved);
  if (testing::Test::HasFatalFailure()) return;
  Tally tally;
  std::vector<std::string> batch;
  for (int i = 0; i < queryCount(); ++i) {
    batch.push_back(worlds.nextQuery());
    worlds.compare(batch.back(), tally);
    if (testing::Test::HasFatalFailure()) return;
    if (batch.size() < 20) continue;
    worlds.compareBatch(batch, i % 40 < 20 ? "batch" : "transaction");
    if (testing::Test::HasFatalFailure()) return;
    batch.clear();
  }
  EXPECT_GT(tally.ok, tally.queries / 3);
  EXPECT_GT(tally.pages, tally.queries / 50);
  EXPECT_GT(tally.different_for_all, tally.queries / 10 / 4);
}

TEST(RestrictedAnswers, are_the_same_when_others_came_later) { compareMany(false); }

TEST(RestrictedAnswers, are_the_same_when_others_came_between) { compareMany(true); }

}  // namespace
}  // namespace tests
