// A caller who may see some Patients gets the same bytes whether or not the others exist (reliability: leak matrix).

#include <gmock/gmock.h>

#include "fhir/base/arena.h"
#include "gateway/record/search/page_key.h"
#include "random_county.h"
#include "trial_record.h"

namespace gateway::record::search {
namespace {

class TwoRecords : public ::testing::TestWithParam<uint64_t> {
 protected:
  TwoRecords() : rights(Rights::ofPatients({"p0", "p1"})) {}

  static bool isMine(const Resource& resource) {
    fhir::base::Findings findings;
    fhir::base::Arena arena;
    auto document = fhir::model::Document::readResource(resource.json, findings);
    auto values = trialExtractor().extract(*document, arena, findings);
    auto patients = trialExtractor().patientCompartments(*document, resource.id, values);
    if (resource.type == "Organization") return true;
    return std::find_if(patients.begin(), patients.end(), [](const auto& id) { return id == "p0" || id == "p1"; }) !=
           patients.end();
  }

  // To both, or only to the one where others exist. The clock goes on in both.
  void put(const Resource& resource) {
    everybody.put({resource.json});
    if (isMine(resource)) {
      mine_only.put({resource.json});
    } else {
      mine_only.clock.now += 1'000'000;
    }
  }

  static std::string described(const std::vector<store::Version>& versions) {
    std::string text;
    for (const auto& version : versions) {
      text +=
          version.id + "/" + std::to_string(version.version) + " " + version.json + " " + version.institution + "\n";
    }
    return text;
  }

  // The whole answer over all pages, with all that a caller could be shown.
  std::string answer(TrialRecord& record, const std::string& search) {
    std::string text;
    std::optional<uint64_t> as_of;
    std::string after;
    do {
      auto page = record.search(search, rights, as_of, after);
      if (!page.ok()) return text + "error " + page.error().text();
      text += described(page->matches) + "included\n" + described(page->included);
      text += "total " + (page->total ? std::to_string(*page->total) : "none") + "\nnext " + page->next_key + "\n";
      as_of = page->sequence;
      after = page->next_key;
    } while (!after.empty());
    return text;
  }

  std::string history(TrialRecord& record, std::string_view type, const std::string& id) {
    auto page = record.store().history(fhir::definitions::r4().type(type)->number, id, rights, 50, {}, {});
    if (!page.ok()) return "error " + page.error().text();
    return described(page->versions) + std::to_string(page->total) + page->next_key;
  }

  Rights rights;
  RandomCounty county{GetParam()};
  TrialRecord everybody, mine_only;
};

TEST_P(TwoRecords, answer_a_restricted_caller_with_the_same_bytes) {
  std::vector<Resource> put_so_far;
  for (const auto& resource : county.shared()) put(resource);
  for (int i = 0; i < kPatients; ++i) put(county.patient(i));
  for (int i = 0; i < 250; ++i) {
    int patient = static_cast<int>(county.dice().below(kPatients));
    put_so_far.push_back(county.clinical(patient, static_cast<int>(county.dice().below(12))));
    put(put_so_far.back());
  }
  int with_matches = 0;
  for (int i = 0; i < 1'000 && !HasFailure(); ++i) {
    std::string search = county.search();
    SCOPED_TRACE(search);
    std::string mine = answer(mine_only, search);
    EXPECT_EQ(mine, answer(everybody, search));
    with_matches += mine.starts_with("included") ? 0 : 1;
  }
  EXPECT_GT(with_matches, 200);
  for (const auto& resource : put_so_far) {
    EXPECT_EQ(history(mine_only, resource.type, resource.id), history(everybody, resource.type, resource.id));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, TwoRecords, ::testing::Values(11, 12, 13));

}  // namespace
}  // namespace gateway::record::search
