// What the store finds is what looking at every resource finds: random
// counties, random searches, writes between pages.

#include <gmock/gmock.h>

#include "plain_search.h"

namespace gateway::record::search {
namespace {

class SearchDifferential : public ::testing::TestWithParam<uint64_t> {
 protected:
  void put(const Resource& resource) {
    record.put({resource.json});
    plain.put(resource, record.clock.now);
  }

  void writeSomething() {
    int patient = static_cast<int>(county.dice().below(kPatients));
    if (county.dice().once_in(8)) return put(county.patient(patient));
    Resource resource = county.clinical(patient, static_cast<int>(county.dice().below(12)));
    TypeNumber type = fhir::definitions::r4().type(resource.type)->number;
    if (county.dice().once_in(6) && plain.has(type, resource.id)) {
      record.remove(resource.type, resource.id);
      plain.remove(type, resource.id);
    } else {
      put(resource);
    }
  }

  Rights someRights() {
    if (county.dice().once_in(2)) return Rights::all("test");
    std::vector<std::string> patients;
    while (patients.empty() || county.dice().once_in(2)) {
      patients.push_back("p" + std::to_string(county.dice().below(kPatients)));
    }
    return Rights::ofPatients(patients);
  }

  // All pages, with writes between them; the answer is that of the time of the
  // first page.
  void compare(const std::string& search, const Rights& rights) {
    SCOPED_TRACE(search);
    auto query = TrialRecord::parse(search);
    ASSERT_TRUE(query.ok()) << query.error().text();
    const PlainSearch before = plain;
    auto wanted = before.find(*query, rights);
    std::vector<std::string> found;
    // Whatever is gathered and whatever is walked, the answer is the same.
    store::SearchLimits limits;
    limits.gather = std::vector<uint64_t>{0, 5, kGatherable}[county.dice().below(3)];
    std::optional<uint64_t> as_of;
    std::string after;
    do {
      auto page = record.searchWith(limits, *query, rights, as_of, after);
      ASSERT_TRUE(page.ok()) << page.error().text();
      EXPECT_EQ(page->total, wanted.size());
      if (query->summary == Summary::Count) return;
      std::vector<std::string> matches;
      for (const auto& match : page->matches) matches.push_back(match.id);
      found.insert(found.end(), matches.begin(), matches.end());
      std::set<std::string> included;
      for (const auto& version : page->included) {
        included.insert(std::string(fhir::definitions::r4().type(version.type)->name) + "/" + version.id);
      }
      EXPECT_EQ(included.size(), page->included.size()) << "something is included twice";
      EXPECT_EQ(included, before.included(*query, matches, rights));
      as_of = page->sequence;
      after = page->next_key;
      if (!after.empty() && county.dice().once_in(3)) writeSomething();
    } while (!after.empty());
    EXPECT_EQ(found, wanted);
  }

  RandomCounty county{GetParam()};
  TrialRecord record;
  PlainSearch plain;
};

TEST_P(SearchDifferential, finds_what_looking_at_every_resource_finds) {
  for (const auto& resource : county.shared()) put(resource);
  for (int i = 0; i < kPatients; ++i) put(county.patient(i));
  for (int i = 0; i < 150; ++i) writeSomething();
  for (int i = 0; i < 700 && !HasFailure(); ++i) compare(county.search(), someRights());
}

INSTANTIATE_TEST_SUITE_P(Seeds, SearchDifferential, ::testing::Values(1, 2, 3));

}  // namespace
}  // namespace gateway::record::search
