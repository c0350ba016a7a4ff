// Many clients at once, through the real store.

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "tests/support/json_tree.h"
#include "tests/support/trial_rest.h"

namespace tests {
namespace {

using support::TrialRest;

template <typename Work>
void inParallel(int threads, Work work) {
  std::vector<std::jthread> running;
  for (int i = 0; i < threads; ++i) running.emplace_back([i, &work] { work(i); });
}

std::string totalOf(TrialRest& rest, const std::string& query) {
  auto tree = support::readJsonTree(rest.ask("GET", query + "&_summary=count").body);
  return tree.ok() ? tree->at("total").text : "";
}

TEST(ConcurrentWrites, conditional_creates_of_one_identifier_make_one_resource) {
  TrialRest rest;
  constexpr int kClients = 16, kRounds = 20;
  std::atomic<int> created{0}, found{0}, other{0};
  inParallel(kClients, [&](int) {
    for (int round = 0; round < kRounds; ++round) {
      std::string value = std::to_string(round);
      auto response =
          rest.ask("POST", "/Patient",
                   R"({"resourceType":"Patient","identifier":[{"system":"http://example.org/card","value":")" +
                       value + R"("}]})",
                   {{"if-none-exist", "identifier=http://example.org/card|" + value}});
      ++(response.status == 201 ? created : response.status == 200 ? found : other);
    }
  });
  EXPECT_EQ(created, kRounds);
  EXPECT_EQ(found, (kClients - 1) * kRounds);
  EXPECT_EQ(other, 0);
  EXPECT_EQ(totalOf(rest, "/Patient?identifier=http://example.org/card|"), std::to_string(kRounds));
}

TEST(ConcurrentWrites, transactions_that_bring_one_organization_along_make_it_once) {
  TrialRest rest;
  constexpr int kClients = 12, kRounds = 10;
  std::atomic<int> wrong{0};
  inParallel(kClients, [&](int) {
    for (int round = 0; round < kRounds; ++round) {
      std::string code = std::to_string(round);
      auto response = rest.ask(
          "POST", "/",
          R"({"resourceType":"Bundle","type":"transaction","entry":[
          {"fullUrl":"urn:uuid:05efabf0-4be2-4561-91ce-51548425acb9","request":{"method":"POST","url":"Organization","ifNoneExist":"identifier=http://example.org/org|)" +
              code +
              R"("},"resource":{"resourceType":"Organization","identifier":[{"system":"http://example.org/org","value":")" +
              code + R"("}]}},
          {"request":{"method":"POST","url":"Patient"},"resource":{"resourceType":"Patient","managingOrganization":{"reference":"urn:uuid:05efabf0-4be2-4561-91ce-51548425acb9"}}}]})");
      wrong += response.status != 200;
    }
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(totalOf(rest, "/Organization?identifier=http://example.org/org|"), std::to_string(kRounds));
  EXPECT_EQ(totalOf(rest, "/Patient?organization:missing=false"), std::to_string(kClients * kRounds));
  EXPECT_EQ(totalOf(rest, "/Patient?organization.identifier=http://example.org/org|0"), std::to_string(kClients));
}

// Without If-Match a patch is applied again to what another client has written; alone and in a transaction.
TEST(ConcurrentWrites, patches_lose_nothing) {
  TrialRest rest;
  ASSERT_EQ(
      rest.ask("PUT", "/Patient/p", R"({"resourceType":"Patient","id":"p","identifier":[{"value":"0"}]})").status,
      201);
  constexpr int kClients = 6, kEach = 5;
  std::atomic<int> wrong{0};
  inParallel(kClients, [&](int client) {
    for (int done = 0; done < kEach;) {
      std::string value = R"({"value":")" + std::to_string(client) + "-" + std::to_string(done) + R"("})";
      auto response =
          client % 2 == 0
              ? rest.ask("PATCH", "/Patient/p", R"([{"op":"add","path":"/identifier/-","value":)" + value + "}]",
                         {{"content-type", "application/json-patch+json"}})
              : rest.ask(
                    "POST", "/",
                    R"({"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"PATCH","url":"Patient/p"},
                         "resource":{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"add"},
                         {"name":"path","valueString":"Patient"},{"name":"name","valueString":"identifier"},{"name":"value","valueIdentifier":)" +
                        value + "}]}]}}]}");
      done += response.status == 200;
      wrong += response.status != 200 && response.status != 503;  // 503: others were faster too often
    }
  });
  EXPECT_EQ(wrong, 0);
  auto tree = support::readJsonTree(rest.ask("GET", "/Patient/p").body);
  EXPECT_EQ(tree->at("identifier").items.size(), 1u + kClients * kEach);
}

TEST(ConcurrentWrites, version_aware_updates_lose_nothing) {
  TrialRest rest;
  ASSERT_EQ(rest.ask("PUT", "/Patient/p", R"({"resourceType":"Patient","id":"p","multipleBirthInteger":0})").status,
            201);
  constexpr int kClients = 8, kEach = 5;
  inParallel(kClients, [&](int) {
    for (int done = 0; done < kEach;) {
      auto tree = support::readJsonTree(rest.ask("GET", "/Patient/p").body);
      int value = std::stoi(tree->at("multipleBirthInteger").text);
      auto response =
          rest.ask("PUT", "/Patient/p",
                   R"({"resourceType":"Patient","id":"p","multipleBirthInteger":)" + std::to_string(value + 1) + "}",
                   {{"if-match", "W/\"" + tree->at("meta.versionId").text + "\""}});
      if (response.status == 200)
        ++done;
      else
        ASSERT_EQ(response.status, 412) << response.body;
    }
  });
  auto tree = support::readJsonTree(rest.ask("GET", "/Patient/p").body);
  EXPECT_EQ(tree->at("multipleBirthInteger").text, std::to_string(kClients * kEach));
  EXPECT_EQ(tree->at("meta.versionId").text, std::to_string(kClients * kEach + 1));
}

TEST(ConcurrentWrites, pages_show_each_match_once_while_others_write) {
  TrialRest rest;
  constexpr int kPatients = 60;
  for (int i = 0; i < kPatients; ++i) {
    std::string id = "p" + std::to_string(i);
    ASSERT_EQ(rest.ask("PUT", "/Patient/" + id,
                       R"({"resourceType":"Patient","id":")" + id + R"(","active":true,"birthDate":"19)" +
                           std::to_string(10 + i) + R"(-01-01"})")
                  .status,
              201);
  }
  std::atomic<bool> stop{false};
  std::jthread writer([&] {
    for (int i = 0; !stop; ++i) {
      std::string id = (i % 3 == 0 ? "n" : "p") + std::to_string(i % kPatients);
      rest.ask(i % 5 == 0 ? "DELETE" : "PUT", "/Patient/" + id,
               i % 5 == 0 ? std::string()
                          : R"({"resourceType":"Patient","id":")" + id + R"(","active":true,"birthDate":"20)" +
                                std::to_string(10 + i % 80) + R"(-01-01"})");
    }
  });
  for (const char* sort : {"birthdate", "-birthdate", "_id", "-_lastUpdated"}) {
    std::string next = std::string("/Patient?active=true&_count=7&_sort=") + sort, total;
    std::set<std::string> seen;
    size_t shown = 0;
    while (!next.empty()) {
      auto response = rest.ask("GET", next);
      ASSERT_EQ(response.status, 200) << response.body;
      auto tree = support::readJsonTree(response.body);
      if (total.empty()) total = tree->at("total").text;
      EXPECT_EQ(tree->at("total").text, total);
      for (const auto& entry : tree->at("entry").items) {
        seen.insert(entry.at("resource.id").text);
        ++shown;
      }
      next.clear();
      for (const auto& link : tree->at("link").items)
        if (link.at("relation").text == "next")
          next = link.at("url").text.substr(std::string(TrialRest::kBase).size());
    }
    EXPECT_EQ(seen.size(), shown) << sort;
    EXPECT_EQ(std::to_string(shown), total) << sort;
  }
  stop = true;
}

}  // namespace
}  // namespace tests
