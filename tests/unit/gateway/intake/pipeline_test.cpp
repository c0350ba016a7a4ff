#include "gateway/intake/pipeline/pipeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "tests/unit/gateway/intake/trial_intake.h"

namespace gateway::intake {
namespace {

class PipelineTest : public testing::Test {
 protected:
  std::string accept(const std::string& source, const std::string& bytes) {
    auto receipt = intake_.inbox->accept(source, "text/plain", {}, bytes);
    EXPECT_TRUE(receipt.ok());
    if (intake_.pipeline) intake_.pipeline->arrived();
    return receipt.ok() ? receipt->id : std::string();
  }
  MessageOutcome outcomeOf(const std::string& id) { return intake_.pipeline->wait(id, 20'000); }
  TrialIntake intake_;
};

TEST_F(PipelineTest, takes_up_after_a_start_what_an_earlier_run_left_in_the_inbox) {
  intake_.openRecord();
  intake_.openInbox();
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(accept("lab", laboratoryReport(std::to_string(i))));
  intake_.openPipeline();
  for (const auto& id : ids) {
    const MessageOutcome outcome = outcomeOf(id);
    EXPECT_TRUE(outcome.finished);
    EXPECT_EQ(outcome.done, 1u) << outcome.reason;
    EXPECT_EQ(outcome.resources.count("patient"), 1u);
  }
  intake_.close();
  intake_.open();
  intake_.pipeline->drain();
  for (const auto& id : ids) EXPECT_EQ(intake_.pipeline->ledger().parts(id)->at(0).attempts, 1u) << "processed again";
}

TEST_F(PipelineTest, processes_the_messages_of_a_day_whose_clock_was_set_back) {
  intake_.openRecord();
  intake_.openInbox();
  std::vector<std::string> ids;
  ids.push_back(accept("lab", laboratoryReport("1")));
  intake_.clock.now += kDay;
  ids.push_back(accept("lab", laboratoryReport("2")));
  intake_.clock.now -= kDay;
  ids.push_back(accept("lab", laboratoryReport("3")));
  intake_.openPipeline();
  for (const auto& id : ids) EXPECT_EQ(outcomeOf(id).done, 1u);
}

// The mark says up to which sequence everything is final; with an emptied inbox new messages must come after it.
TEST_F(PipelineTest, processes_new_messages_after_the_inbox_was_emptied) {
  intake_.open();
  EXPECT_EQ(outcomeOf(accept("lab", laboratoryReport("1"))).done, 1u);
  record::store::Batch mark;
  mark.also.push_back(PartLedger::watermarkStatement(5000));
  ASSERT_TRUE(intake_.store->commit(std::move(mark)).get().ok());
  intake_.close();
  std::filesystem::remove_all(intake_.folder() + "/inbox");
  intake_.open();
  EXPECT_EQ(outcomeOf(accept("lab", laboratoryReport("2"))).done, 1u);
}

TEST_F(PipelineTest, takes_a_file_of_thousands_of_rows_a_few_at_a_time_and_parks_the_wrong_ones) {
  Pipeline::Options options;
  options.max_parts_under_way = 50;
  intake_.open(std::move(options));
  const std::string id = accept("clinic", followUps(1200));
  uint64_t most = 0;
  MessageOutcome outcome;
  for (int i = 0; i < 20'000 && !outcome.finished; ++i) {
    most = std::max(most, intake_.pipeline->partsUnderWay());
    outcome = intake_.pipeline->wait(id, 10);
  }
  EXPECT_TRUE(outcome.finished);
  EXPECT_EQ(outcome.done, 1188u) << outcome.reason;
  EXPECT_EQ(outcome.parked, 12u);
  EXPECT_NE(outcome.reason.find("row 100 has 8 columns, the header has 7"), std::string::npos) << outcome.reason;
  EXPECT_LE(most, 50u);
  EXPECT_EQ(intake_.pipeline->ledger().message(id)->value().parts, 1200u);
}

TEST_F(PipelineTest, goes_on_after_a_stop_in_the_middle_of_a_file_and_does_no_row_twice) {
  Pipeline::Options options;
  options.max_parts_under_way = 20;
  intake_.open(std::move(options));
  const std::string id = accept("clinic", followUps(600));
  while (intake_.pipeline->ledger().finalParts(id)->size() < 100) intake_.pipeline->wait(id, 5);
  intake_.close();
  intake_.openRecord();
  const size_t before = PartLedger(*intake_.store).finalParts(id)->size();
  EXPECT_LT(before, 600u);
  intake_.openInbox();
  intake_.openPipeline();
  const MessageOutcome outcome = outcomeOf(id);
  EXPECT_TRUE(outcome.finished);
  EXPECT_EQ(outcome.done + outcome.parked, 600u);
  const auto parts = intake_.pipeline->ledger().parts(id);
  for (const auto& part : *parts) ASSERT_EQ(part.attempts, 1u) << "part " << part.part;
}

TEST_F(PipelineTest, replays_one_part_or_all_and_says_what_became_of_them) {
  intake_.open();
  const std::string id = accept("clinic", followUps(100));
  EXPECT_EQ(outcomeOf(id).parked, 1u);
  ASSERT_TRUE(intake_.pipeline->replay(id, 100).ok());
  intake_.pipeline->drain();
  auto parts = intake_.pipeline->ledger().parts(id);
  EXPECT_EQ(parts->at(99).attempts, 2u);
  EXPECT_EQ(parts->at(0).attempts, 1u);
  ASSERT_TRUE(intake_.pipeline->replay(id, 0).ok());
  intake_.pipeline->drain();
  parts = intake_.pipeline->ledger().parts(id);
  EXPECT_EQ(parts->at(99).attempts, 3u);
  EXPECT_EQ(parts->at(0).attempts, 2u);
  EXPECT_EQ(outcomeOf(id).done, 99u);
  EXPECT_EQ(intake_.pipeline->replay("nobody", 0).error().why, fhir::base::Why::NotFound);
}

TEST_F(PipelineTest, gives_the_reason_of_the_first_parked_part_whichever_was_finished_first) {
  intake_.open();
  const std::string text = followUps(3) + "4,x\r\n5,x,y\r\n";
  const std::string id = accept("clinic", text);
  const std::string reason = outcomeOf(id).reason;
  EXPECT_NE(reason.find("row 4 has 2 columns"), std::string::npos) << reason;
  EXPECT_EQ(outcomeOf(id).reason, reason);
}

TEST_F(PipelineTest, notes_characters_that_could_not_be_decoded_beside_the_part_that_has_them) {
  intake_.open();
  std::string bytes = laboratoryReport("1");
  bytes.replace(bytes.find("||Li|"), 5, "||Li\xFF|");
  bytes.insert(bytes.find("|P|2.4\r") + 6, "||||||GB18030");
  const std::string id = accept("lab", bytes);
  EXPECT_EQ(outcomeOf(id).done, 1u);
  EXPECT_EQ(outcomeOf(id).reason, "") << "a note is no reason to refuse";
  const auto parts = intake_.pipeline->ledger().parts(id);
  EXPECT_NE(parts->at(0).reason.find("1 character could not be decoded"), std::string::npos) << parts->at(0).reason;
}

TEST_F(PipelineTest, parks_the_message_of_a_source_that_is_not_configured_any_more) {
  intake_.open();
  const MessageOutcome outcome = outcomeOf(accept("gone", "anything"));
  EXPECT_EQ(outcome.parked, 1u);
  EXPECT_NE(outcome.reason.find("not configured any more"), std::string::npos);
}

// Writes down which messages went in, in the order in which they did; now and then there is trouble.
class MovesNowAndThen : public record::store::CommitParticipant {
 public:
  fhir::base::Done join(const record::store::CommitView& view) override {
    if (view.batch.message.empty()) return {};
    if (++tried % 7 == 3) return fhir::base::Error{fhir::base::Why::Unavailable, "not now", ""};
    return view.run({"INSERT INTO went_in(message) VALUES(?)", {view.batch.message}});
  }
  std::atomic<int> tried{0};
};

TEST_F(PipelineTest, parts_about_one_person_go_in_in_order_also_when_the_record_refuses_now_and_then) {
  intake_.openRecord();
  auto& store = *intake_.store;
  ASSERT_TRUE(store.ensureTables("test", "CREATE TABLE went_in(message TEXT)").ok());
  MovesNowAndThen participant;
  store.addParticipant(participant);
  intake_.openInbox();
  intake_.openPipeline();
  constexpr int kReports = 60;
  std::vector<std::string> sent;
  for (int i = 0; i < kReports; ++i) {
    std::string report = laboratoryReport(std::to_string(1000 + i));
    std::string own = "|88" + std::to_string(1000 + i) + "^";
    report.replace(report.find(own), own.size(), "|88" + std::to_string(i % 2) + "^");
    sent.push_back(accept("lab", report));
  }
  intake_.pipeline->drain();
  std::vector<std::string> went_in;
  ASSERT_TRUE(store
                  .query({"SELECT message FROM went_in ORDER BY rowid", {}},
                         [&](const record::sql::Statement& row) {
                           went_in.emplace_back(row.text(0));
                           return true;
                         })
                  .ok());
  EXPECT_GT(participant.tried, kReports);
  std::vector<std::vector<std::string>> of_person(2), stored_of_person(2);
  for (int i = 0; i < kReports; ++i) of_person[i % 2].push_back(sent[i]);
  for (const auto& message : went_in) {
    auto at = std::find(sent.begin(), sent.end(), message) - sent.begin();
    stored_of_person[at % 2].push_back(message);
  }
  EXPECT_EQ(stored_of_person, of_person);
  intake_.close();
}

}  // namespace
}  // namespace gateway::intake
