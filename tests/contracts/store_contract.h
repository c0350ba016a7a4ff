#pragma once
// What every ResourceStore promises, as tests that each implementation runs (store_trial.h has the fixture).

#include "tests/contracts/store_trial.h"

namespace gateway::record::store::contract {

TEST_P(StoreContract, gives_back_a_created_resource_with_version_and_time) {
  auto outcome = one(write(WriteMode::Create, "Patient", "p1", R"("gender":"female")"));
  EXPECT_EQ(outcome.effect, Effect::Created);
  EXPECT_EQ(outcome.version, 1u);
  EXPECT_EQ(outcome.last_updated, clock_.now);
  EXPECT_EQ(json("Patient", "p1"), R"({"resourceType":"Patient","id":"p1","meta":{"versionId":"1",)"
                                   R"("lastUpdated":"2025-03-06T08:15:28.000+08:00"},"gender":"female"})");
}

TEST_P(StoreContract, keeps_numbers_as_the_sender_wrote_them) {
  one(write(WriteMode::Create, "Observation", "o1",
            R"("status":"final","code":{"text":"x"},"valueQuantity":{"value":1.10})"));
  EXPECT_THAT(json("Observation", "o1"), HasSubstr("1.10"));
  EXPECT_EQ(effect(write(WriteMode::Put, "Observation", "o1",
                         R"("status":"final","code":{"text":"x"},"valueQuantity":{"value":1.1})")),
            Effect::Updated);
}

TEST_P(StoreContract, an_unknown_id_is_not_found) {
  EXPECT_EQ(read("Patient", "p1").error().why, Why::NotFound);
  EXPECT_EQ(store_->readVersion(typeOf("Patient"), "p1", 1, everything()).error().why, Why::NotFound);
  EXPECT_EQ(store_->history(typeOf("Patient"), "p1", everything(), 10, {}, "").error().why, Why::NotFound);
}

TEST_P(StoreContract, the_same_id_in_another_type_is_another_resource) {
  one(write(WriteMode::Create, "Patient", "x"));
  EXPECT_EQ(effect(write(WriteMode::Create, "Organization", "x")), Effect::Created);
  EXPECT_THAT(json("Organization", "x"), HasSubstr("Organization"));
}

TEST_P(StoreContract, survives_being_closed_and_opened) {
  one(write(WriteMode::Create, "Patient", "p1"));
  auto before = dump();
  auto sequence = *store_->latestSequence(everything());
  open();
  EXPECT_EQ(dump(), before);
  EXPECT_EQ(*store_->latestSequence(everything()), sequence);
  EXPECT_EQ(one(write(WriteMode::Put, "Patient", "p1", R"("gender":"male")")).version, 2u);
  EXPECT_EQ(store_->figures().resources, 1u);
  EXPECT_EQ(store_->figures().versions, 2u);
}

// Versions and write modes

TEST_P(StoreContract, an_update_makes_a_version_and_the_old_one_stays_readable) {
  one(write(WriteMode::Put, "Patient", "p1", R"("gender":"female")"));
  auto outcome = one(write(WriteMode::Put, "Patient", "p1", R"("gender":"male")"));
  EXPECT_EQ(outcome.effect, Effect::Updated);
  EXPECT_EQ(outcome.version, 2u);
  EXPECT_THAT(json("Patient", "p1"), HasSubstr("\"male\""));
  auto first = store_->readVersion(typeOf("Patient"), "p1", 1, everything());
  ASSERT_TRUE(first.ok());
  EXPECT_THAT(first->json, HasSubstr("\"female\""));
  EXPECT_THAT(first->json, HasSubstr(R"("versionId":"1")"));
}

TEST_P(StoreContract, equal_content_makes_no_new_version) {
  one(write(WriteMode::Put, "Patient", "p1", R"("gender":"female","active":true)"));
  auto sequence = *store_->latestSequence(everything());
  clock_.now += 5'000'000;
  auto outcome = one(write(WriteMode::Put, "Patient", "p1", R"("active":true,"gender":"female")"));
  EXPECT_EQ(outcome.effect, Effect::Unchanged);
  EXPECT_EQ(outcome.version, 1u);
  EXPECT_EQ(outcome.last_updated, clock_.now - 5'000'000);
  EXPECT_EQ(*store_->latestSequence(everything()), sequence);
}

TEST_P(StoreContract, a_deleted_resource_is_gone_and_its_history_remains) {
  one(write(WriteMode::Put, "Patient", "p1"));
  EXPECT_EQ(one(write(WriteMode::Delete, "Patient", "p1")).version, 2u);
  EXPECT_EQ(read("Patient", "p1").error().why, Why::Gone);
  EXPECT_EQ(store_->readVersion(typeOf("Patient"), "p1", 2, everything()).error().why, Why::Gone);
  EXPECT_TRUE(store_->readVersion(typeOf("Patient"), "p1", 1, everything()).ok());
  EXPECT_THAT(versions("Patient", "p1"), ElementsAre(2, 1));
}

TEST_P(StoreContract, a_repeated_delete_changes_nothing) {
  EXPECT_EQ(effect(write(WriteMode::Delete, "Patient", "p1")), Effect::Unchanged);
  one(write(WriteMode::Put, "Patient", "p1"));
  EXPECT_EQ(effect(write(WriteMode::Delete, "Patient", "p1")), Effect::Deleted);
  auto again = one(write(WriteMode::Delete, "Patient", "p1"));
  EXPECT_EQ(again.effect, Effect::Unchanged);
  EXPECT_EQ(again.version, 2u);
}

TEST_P(StoreContract, a_deleted_resource_can_be_written_again) {
  one(write(WriteMode::Put, "Patient", "p1"));
  one(write(WriteMode::Delete, "Patient", "p1"));
  auto outcome = one(write(WriteMode::Put, "Patient", "p1"));
  EXPECT_EQ(outcome.effect, Effect::Created);
  EXPECT_EQ(outcome.version, 3u);
}

TEST_P(StoreContract, create_refuses_an_id_that_exists) {
  one(write(WriteMode::Create, "Patient", "p1"));
  auto again = commit(batchOf(write(WriteMode::Create, "Patient", "p1", R"("gender":"male")")));
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().why, Why::Conflict);
  EXPECT_EQ(again.error().where, "exists");
}

TEST_P(StoreContract, an_update_with_a_stale_version_is_refused) {
  one(write(WriteMode::Put, "Patient", "p1"));
  auto stale = write(WriteMode::Put, "Patient", "p1", R"("gender":"male")");
  stale.if_match = 2;
  auto refused_update = commit(batchOf(std::move(stale)));
  ASSERT_FALSE(refused_update.ok());
  EXPECT_EQ(refused_update.error().why, Why::Conflict);
  EXPECT_EQ(refused_update.error().where, "if-match");
  auto right = write(WriteMode::Put, "Patient", "p1", R"("gender":"male")");
  right.if_match = 1;
  EXPECT_EQ(effect(std::move(right)), Effect::Updated);
  auto absent = write(WriteMode::Put, "Patient", "p2");
  absent.if_match = 1;
  EXPECT_EQ(refused(std::move(absent)), Why::Conflict);
  auto stale_delete = write(WriteMode::Delete, "Patient", "p1");
  stale_delete.if_match = 1;
  EXPECT_EQ(refused(std::move(stale_delete)), Why::Conflict);
}

TEST_P(StoreContract, ensure_creates_once_and_never_overwrites) {
  EXPECT_EQ(effect(write(WriteMode::Ensure, "Organization", "h1", R"("name":"A")")), Effect::Created);
  EXPECT_EQ(effect(write(WriteMode::Ensure, "Organization", "h1", R"("name":"B")")), Effect::Unchanged);
  EXPECT_THAT(json("Organization", "h1"), HasSubstr("\"A\""));
}

TEST_P(StoreContract, replace_overwrites_whatever_is_there) {
  EXPECT_EQ(effect(write(WriteMode::Replace, "Organization", "h1", R"("name":"A")")), Effect::Created);
  EXPECT_EQ(effect(write(WriteMode::Replace, "Organization", "h1", R"("name":"B")")), Effect::Updated);
  EXPECT_EQ(effect(write(WriteMode::Replace, "Organization", "h1", R"("name":"B")")), Effect::Unchanged);
}

TEST_P(StoreContract, newer_takes_the_later_order) {
  auto with = [](std::string name, std::string order, uint64_t tie = 0) {
    return ordered(write(WriteMode::Newer, "Organization", "h1", "\"name\":\"" + name + "\""), std::move(order), tie);
  };
  EXPECT_EQ(effect(with("A", "2025-01-01")), Effect::Created);
  EXPECT_EQ(effect(with("B", "2025-01-02", 5)), Effect::Updated);
  EXPECT_EQ(effect(with("C", "2025-01-02", 9)), Effect::Updated) << "the tie decides";
  EXPECT_EQ(effect(with("D", "2025-01-02", 7)), Effect::History);
  EXPECT_THAT(json("Organization", "h1"), HasSubstr("\"C\""));
}

TEST_P(StoreContract, a_late_older_version_becomes_history_once) {
  auto with = [](std::string name, std::string order) {
    return ordered(write(WriteMode::Newer, "Organization", "h1", "\"name\":\"" + name + "\""), std::move(order));
  };
  one(with("new", "2025-01-02"));
  auto late = one(with("old", "2025-01-01"));
  EXPECT_EQ(late.effect, Effect::History);
  EXPECT_EQ(late.version, 3u);
  EXPECT_THAT(versions("Organization", "h1"), ElementsAre(3, 2, 1));
  EXPECT_THAT(json("Organization", "h1"), HasSubstr("\"new\""));
  EXPECT_THAT(store_->readVersion(typeOf("Organization"), "h1", 2, everything())->json, HasSubstr("\"old\""));
  EXPECT_THAT(found("Organization", {{"name", "new"}}), ElementsAre("h1"));
  EXPECT_THAT(found("Organization", {{"name", "old"}}), IsEmpty());
  EXPECT_EQ(effect(with("old", "2025-01-01")), Effect::Unchanged);
  EXPECT_EQ(effect(with("new", "2025-01-02")), Effect::Unchanged);
  EXPECT_EQ(wrongIndexRows(), 0u);
}

TEST_P(StoreContract, the_same_content_with_a_later_order_moves_the_order_only) {
  auto with = [](std::string name, std::string order) {
    return ordered(write(WriteMode::Newer, "Organization", "h1", "\"name\":\"" + name + "\""), std::move(order));
  };
  one(with("A", "1"));
  EXPECT_EQ(effect(with("A", "3")), Effect::Unchanged);
  EXPECT_EQ(effect(with("B", "2")), Effect::History) << "A is from 3";
  auto before = dump();
  for (auto [name, order] : {std::pair{"A", "1"}, {"A", "3"}, {"B", "2"}}) {
    EXPECT_EQ(effect(with(name, order)), Effect::Unchanged);
  }
  EXPECT_EQ(dump(), before);
}

TEST_P(StoreContract, a_correction_through_rest_is_not_undone_by_an_old_message) {
  auto with = [](std::string name, std::string order) {
    return ordered(write(WriteMode::Newer, "Organization", "h1", "\"name\":\"" + name + "\""), std::move(order));
  };
  one(with("A", "5"));
  one(write(WriteMode::Put, "Organization", "h1", R"("name":"corrected")"));
  EXPECT_EQ(effect(with("A", "5")), Effect::Unchanged);
  EXPECT_EQ(effect(with("older", "4")), Effect::History);
  EXPECT_THAT(json("Organization", "h1"), HasSubstr("corrected"));
  EXPECT_EQ(effect(with("later", "6")), Effect::Updated);
}

TEST_P(StoreContract, an_old_message_does_not_bring_back_what_was_deleted) {
  auto with = [](std::string name, std::string order) {
    return ordered(write(WriteMode::Newer, "Organization", "h1", "\"name\":\"" + name + "\""), std::move(order));
  };
  one(with("A", "5"));
  one(write(WriteMode::Delete, "Organization", "h1"));
  EXPECT_EQ(effect(with("A", "5")), Effect::Unchanged);
  EXPECT_EQ(effect(with("older", "4")), Effect::History);
  EXPECT_EQ(read("Organization", "h1").error().why, Why::Gone);
  EXPECT_EQ(effect(with("later", "6")), Effect::Created);
}

Write merging(std::string rest, std::string order, uint64_t tie = 0);
inline Write merging(std::string rest, std::string order, uint64_t tie) {
  auto out = ordered(write(WriteMode::Merge, "Patient", "p1", rest), std::move(order), tie);
  out.merge_lists = {"identifier", "telecom"};
  return out;
}

TEST_P(StoreContract, merge_unites_the_listed_arrays) {
  one(merging(R"("identifier":[{"system":"a","value":"1"}],"gender":"female")", "1"));
  EXPECT_EQ(effect(merging(R"("identifier":[{"system":"b","value":"2"}],"gender":"male")", "2")), Effect::Updated);
  EXPECT_THAT(json("Patient", "p1"),
              HasSubstr(R"("identifier":[{"system":"a","value":"1"},{"system":"b","value":"2"}],"gender":"male")"));
  EXPECT_THAT(found("Patient", {{"identifier", "a|1"}}), ElementsAre("p1"));
  EXPECT_THAT(found("Patient", {{"identifier", "b|2"}}), ElementsAre("p1"));
}

TEST_P(StoreContract, merging_something_older_gives_its_lists_only) {
  one(merging(R"("identifier":[{"system":"b","value":"2"}],"gender":"male")", "2"));
  EXPECT_EQ(effect(merging(R"("identifier":[{"system":"a","value":"1"}],"gender":"female")", "1")), Effect::Updated);
  EXPECT_THAT(json("Patient", "p1"),
              HasSubstr(R"("identifier":[{"system":"b","value":"2"},{"system":"a","value":"1"}],"gender":"male")"));
}

TEST_P(StoreContract, a_repeated_merge_writes_nothing) {
  auto first = [] { return merging(R"("identifier":[{"system":"a","value":"1"}],"gender":"female")", "1"); };
  auto second = [] { return merging(R"("identifier":[{"system":"b","value":"2"}],"gender":"male")", "2"); };
  one(first());
  one(second());
  auto before = dump();
  EXPECT_EQ(effect(first()), Effect::Unchanged);
  EXPECT_EQ(effect(second()), Effect::Unchanged);
  EXPECT_EQ(dump(), before);
}

TEST_P(StoreContract, merges_of_one_batch_see_each_other) {
  auto result = done(batchOf(merging(R"("identifier":[{"system":"a","value":"1"}])", "1"),
                             merging(R"("identifier":[{"system":"b","value":"2"}])", "1", 1),
                             merging(R"("telecom":[{"system":"phone","value":"7"}])", "1", 2)));
  EXPECT_EQ(result.outcomes[0].effect, Effect::Created);
  EXPECT_EQ(result.outcomes[2].version, 3u);
  auto text = json("Patient", "p1");
  for (auto part : {R"("value":"1")", R"("value":"2")", R"("value":"7")"}) EXPECT_THAT(text, HasSubstr(part));
  EXPECT_EQ(wrongIndexRows(), 0u);
}

TEST_P(StoreContract, merges_of_many_threads_lose_nothing) {
  constexpr int kThreads = 4, kEach = 10;
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        auto value = std::to_string(t * kEach + i);
        EXPECT_TRUE(
            commit(batchOf(merging(R"("identifier":[{"system":"a","value":")" + value + "\"}]", value))).ok());
      }
    });
  }
  threads.clear();
  for (int i = 0; i < kThreads * kEach; ++i) {
    EXPECT_THAT(found("Patient", {{"identifier", "a|" + std::to_string(i)}}), ElementsAre("p1"));
  }
  EXPECT_EQ(wrongIndexRows(), 0u);
}

// Batches

TEST_P(StoreContract, a_batch_is_all_or_nothing) {
  one(write(WriteMode::Put, "Patient", "p1"));
  auto before = dump();
  auto result = commit(batchOf(write(WriteMode::Put, "Patient", "p2"), write(WriteMode::Create, "Patient", "p1")));
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(dump(), before);
}

TEST_P(StoreContract, all_versions_of_a_batch_have_one_sequence) {
  auto result = done(batchOf(write(WriteMode::Put, "Patient", "p1"), write(WriteMode::Put, "Patient", "p2")));
  EXPECT_EQ(read("Patient", "p1")->sequence, result.sequence);
  EXPECT_EQ(read("Patient", "p2")->sequence, result.sequence);
  EXPECT_EQ(read("Patient", "p1", everything(), result.sequence - 1).error().why, Why::NotFound);
}

TEST_P(StoreContract, a_refused_batch_does_not_disturb_those_committed_with_it) {
  std::vector<std::future<Result<CommitResult>>> answers;
  one(write(WriteMode::Put, "Patient", "taken"));
  for (int i = 0; i < 60; ++i) {
    Batch batch = batchOf(write(WriteMode::Put, "Patient", "p" + std::to_string(i)));
    if (i % 3 == 1) batch.writes.push_back(write(WriteMode::Create, "Patient", "taken"));
    if (i % 3 == 2) batch.also.push_back({"INSERT INTO no_such_table VALUES(1)", {}});
    answers.push_back(store_->commit(std::move(batch)));
  }
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(answers[i].get().ok(), i % 3 == 0) << i;
    EXPECT_EQ(read("Patient", "p" + std::to_string(i)).ok(), i % 3 == 0) << i;
  }
  EXPECT_EQ(store_->figures().resources, 21u);
  EXPECT_EQ(wrongIndexRows(), 0u);
}

TEST_P(StoreContract, a_write_of_the_wrong_type_is_invalid) {
  Write wrong = write(WriteMode::Put, "Patient", "p1");
  wrong.type = typeOf("Organization");
  EXPECT_EQ(refused(std::move(wrong)), Why::Invalid);
  Write empty;
  empty.type = typeOf("Patient");
  empty.id = "p1";
  EXPECT_EQ(refused(std::move(empty)), Why::Invalid);
}

TEST_P(StoreContract, references_are_stored_and_found_as_rewritten) {
  auto observation = write(WriteMode::Put, "Observation", "o1",
                           R"("status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:1"})");
  observation.rewrite_reference = [](std::string_view reference) -> std::optional<std::string> {
    if (reference == "urn:uuid:1") return "Patient/p1";
    return {};
  };
  done(batchOf(write(WriteMode::Put, "Patient", "p1"), std::move(observation)));
  EXPECT_THAT(json("Observation", "o1"), HasSubstr(R"("reference":"Patient/p1")"));
  EXPECT_THAT(found("Observation", {{"subject", "Patient/p1"}}), ElementsAre("o1"));
  EXPECT_TRUE(read("Observation", "o1", only({"p1"})).ok());
}

TEST_P(StoreContract, the_owning_institution_stays_with_the_resource) {
  Batch batch = batchOf(write(WriteMode::Put, "Patient", "p1"));
  batch.institution = "hospital";
  done(std::move(batch));
  one(write(WriteMode::Put, "Patient", "p1", R"("gender":"male")"));
  EXPECT_EQ(read("Patient", "p1")->institution, "hospital");
  one(write(WriteMode::Put, "Patient", "p2"));
  EXPECT_EQ(read("Patient", "p2")->institution, "");
}

TEST_P(StoreContract, a_message_knows_its_versions_and_a_version_its_message) {
  for (uint32_t part : {1u, 2u}) {
    Batch batch = batchOf(write(WriteMode::Put, "Patient", "p" + std::to_string(part)));
    batch.message = "m1";
    batch.part = part;
    done(std::move(batch));
  }
  auto second = *store_->ofMessage("m1", 2);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].id, "p2");
  EXPECT_EQ(store_->ofMessage("m1", 0)->size(), 2u);
  EXPECT_THAT(*store_->ofMessage("m2", 0), IsEmpty());
  EXPECT_EQ(read("Patient", "p1")->message, "m1");
  EXPECT_EQ(read("Patient", "p1")->part, 1u);
}

TEST_P(StoreContract, time_never_goes_back) {
  auto first = one(write(WriteMode::Put, "Patient", "p1"));
  clock_.now -= 600'000'000;
  auto second = one(write(WriteMode::Put, "Patient", "p1", R"("gender":"male")"));
  EXPECT_GE(second.last_updated, first.last_updated);
  open();
  auto third = one(write(WriteMode::Put, "Patient", "p1", R"("gender":"female")"));
  EXPECT_GE(third.last_updated, second.last_updated);
}

// Rows of other components, participants

TEST_P(StoreContract, rows_of_others_commit_with_the_batch_or_not_at_all) {
  ASSERT_TRUE(store_->ensureTables("notes", "CREATE TABLE note(text TEXT)").ok());
  ASSERT_TRUE(store_->ensureTables("notes", "CREATE TABLE note(text TEXT)").ok()) << "once only";
  Batch good = batchOf(write(WriteMode::Put, "Patient", "p1"));
  good.also.push_back({"INSERT INTO note VALUES(?1)", {std::string("kept")}});
  done(std::move(good));
  Batch bad = batchOf(write(WriteMode::Create, "Patient", "p1"));
  bad.also.push_back({"INSERT INTO note VALUES(?1)", {std::string("lost")}});
  EXPECT_FALSE(commit(std::move(bad)).ok());
  Batch broken = batchOf(write(WriteMode::Put, "Patient", "p2"));
  broken.also.push_back({"INSERT INTO note VALUES(?1)", {std::string("lost, too")}});
  broken.also.push_back({"INSERT INTO nowhere VALUES(1)", {}});
  EXPECT_FALSE(commit(std::move(broken)).ok());
  EXPECT_THAT(rows("SELECT text FROM note"), ElementsAre("kept"));
  EXPECT_EQ(read("Patient", "p2").error().why, Why::NotFound);
}

TEST_P(StoreContract, a_batch_may_consist_of_rows_of_others) {
  ASSERT_TRUE(store_->ensureTables("notes", "CREATE TABLE note(text TEXT)").ok());
  Batch batch;
  batch.also.push_back({"INSERT INTO note VALUES(?1)", {std::string("x")}});
  auto before = *store_->latestSequence(everything());
  EXPECT_EQ(done(std::move(batch)).sequence, before);
  EXPECT_THAT(rows("SELECT text FROM note WHERE text=?1", {std::string("x")}), ElementsAre("x"));
}

TEST_P(StoreContract, a_query_cannot_write) {
  ASSERT_TRUE(store_->ensureTables("notes", "CREATE TABLE note(text TEXT)").ok());
  auto tried = store_->query({"INSERT INTO note VALUES('x')", {}}, [](const sql::Statement&) { return true; });
  EXPECT_FALSE(tried.ok());
}

class Guard : public CommitParticipant {
 public:
  fhir::base::Done join(const CommitView& view) override {
    RETURN_IF_ERROR(view.run({"INSERT INTO note VALUES(?1)", {view.batch.message}}));
    if (view.batch.message == "bad") return fhir::base::Error{Why::Forbidden, "not this one", ""};
    return {};
  }
};

TEST_P(StoreContract, a_participant_adds_rows_or_refuses_the_batch) {
  Guard guard;
  ASSERT_TRUE(store_->ensureTables("notes", "CREATE TABLE note(text TEXT)").ok());
  store_->addParticipant(guard);
  std::vector<std::future<Result<CommitResult>>> answers;
  for (const char* message : {"good", "bad", "fine"}) {
    Batch batch = batchOf(write(WriteMode::Put, "Patient", message));
    batch.message = message;
    answers.push_back(store_->commit(std::move(batch)));
  }
  EXPECT_TRUE(answers[0].get().ok());
  EXPECT_EQ(answers[1].get().error().why, Why::Forbidden);
  EXPECT_TRUE(answers[2].get().ok());
  EXPECT_THAT(rows("SELECT text FROM note ORDER BY text"), ElementsAre("fine", "good"));
  EXPECT_EQ(read("Patient", "bad").error().why, Why::NotFound);
  store_.reset();
}

class Trouble : public CommitParticipant {
 public:
  fhir::base::Done join(const CommitView& view) override {
    if (view.batch.message == "trouble") return fhir::base::Error{Why::Unavailable, "not now", ""};
    return {};
  }
};

TEST_P(StoreContract, batches_behind_a_fence_are_refused_after_one_that_could_not_be_stored) {
  Trouble trouble;
  store_->addParticipant(trouble);
  auto fence = std::make_shared<CommitFence>();
  std::vector<std::future<Result<CommitResult>>> answers;
  auto hand = [&](const std::string& message, std::shared_ptr<CommitFence> behind) {
    Batch batch = batchOf(write(WriteMode::Put, "Patient", message));
    batch.message = message;
    batch.lane = Lane::Bulk;
    batch.fence = std::move(behind);
    answers.push_back(store_->commit(std::move(batch)));
  };
  for (const char* message : {"before", "trouble", "after"}) hand(message, fence);
  hand("without", nullptr);
  EXPECT_TRUE(answers[0].get().ok());
  EXPECT_EQ(answers[1].get().error().why, Why::Unavailable);
  EXPECT_EQ(answers[2].get().error().why, Why::Busy);
  EXPECT_TRUE(answers[3].get().ok());
  EXPECT_TRUE(fence->broken);
  hand("later", fence);
  EXPECT_EQ(answers[4].get().error().why, Why::Busy);
  hand("again", std::make_shared<CommitFence>());
  EXPECT_TRUE(answers[5].get().ok());
  EXPECT_EQ(read("Patient", "after").error().why, Why::NotFound);
  store_.reset();
}

// Conditions

inline Condition condition(std::string_view type, const search::QueryParameters& parameters,
                           std::optional<std::string> expected = {}) {
  return {query(type, parameters), everything(), std::move(expected)};
}

TEST_P(StoreContract, a_condition_on_a_code_alone_sees_it_under_a_system_that_is_new_in_the_same_group) {
  for (int i = 0; i < 20; ++i) {
    std::string number = std::to_string(i);
    std::vector<std::future<Result<CommitResult>>> answers;
    for (const char* system : {"a", "b", "c"}) {
      Batch batch = batchOf(
          write(WriteMode::Put, "Patient", system + number,
                R"("identifier":[{"system":"urn:)" + (system + number) + R"(","value":")" + number + R"("}])"));
      batch.conditions.push_back(condition("Patient", {{"identifier", number}}));
      answers.push_back(store_->commit(std::move(batch)));
    }
    int stored = 0;
    for (auto& answer : answers) stored += answer.get().ok() ? 1 : 0;
    EXPECT_EQ(stored, 1);
  }
}

TEST_P(StoreContract, a_condition_that_does_not_hold_makes_the_batch_busy) {
  one(write(WriteMode::Put, "Patient", "p1", R"("identifier":[{"system":"a","value":"1"}])"));
  auto with = [&](std::string id, std::optional<std::string> expected) {
    Batch batch = batchOf(write(WriteMode::Put, "Patient", id));
    batch.conditions.push_back(condition("Patient", {{"identifier", "a|1"}}, std::move(expected)));
    return commit(std::move(batch));
  };
  EXPECT_EQ(with("p2", std::nullopt).error().where, "condition");
  EXPECT_EQ(with("p3", "other").error().why, Why::Busy);
  EXPECT_TRUE(with("p4", "p1").ok());
}

TEST_P(StoreContract, of_many_conditional_creates_at_once_exactly_one_succeeds) {
  constexpr int kThreads = 8;
  std::atomic<int> created{0}, busy{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 10; ++i) {
          auto number = std::to_string(i);
          Batch batch = batchOf(write(WriteMode::Create, "Patient", "p" + number + "-" + std::to_string(t),
                                      R"("identifier":[{"system":"a","value":")" + number + "\"}]"));
          batch.conditions.push_back(condition("Patient", {{"identifier", "a|" + number}}));
          auto result = commit(std::move(batch));
          EXPECT_TRUE(result.ok() || result.error().where == "condition");
          ++(result.ok() ? created : busy);
        }
      });
    }
  }
  EXPECT_EQ(created, 10);
  EXPECT_EQ(busy, 10 * kThreads - 10);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(found("Patient", {{"identifier", "a|" + std::to_string(i)}}).size(), 1u);
}

TEST_P(StoreContract, a_condition_without_index_hash_is_exact_too) {
  constexpr int kThreads = 6;
  std::atomic<int> created{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        Batch batch =
            batchOf(write(WriteMode::Create, "Patient", "p" + std::to_string(t), R"("birthDate":"1950-02-03")"));
        batch.conditions.push_back(condition("Patient", {{"birthdate", "1950-02-03"}}));
        if (commit(std::move(batch)).ok()) ++created;
      });
    }
  }
  EXPECT_EQ(created, 1);
}

// As of a sequence

TEST_P(StoreContract, reads_and_searches_as_of_an_older_sequence) {
  one(write(WriteMode::Put, "Patient", "p1", R"("gender":"female")"));
  auto then = *store_->latestSequence(everything());
  one(write(WriteMode::Put, "Patient", "p1", R"("gender":"male")"));
  one(write(WriteMode::Put, "Patient", "p2", R"("gender":"female")"));
  EXPECT_THAT(found("Patient", {{"gender", "female"}}, everything(), then), ElementsAre("p1"));
  EXPECT_THAT(found("Patient", {{"gender", "female"}}), ElementsAre("p2"));
  EXPECT_EQ(read("Patient", "p1", everything(), then)->version, 1u);
  EXPECT_EQ(read("Patient", "p2", everything(), then).error().why, Why::NotFound);
}

TEST_P(StoreContract, a_sequence_of_the_future_is_refused) {
  EXPECT_THAT(found("Patient", {}, everything(), *store_->latestSequence(everything()) + 1), ElementsAre("gone"));
}

TEST_P(StoreContract, history_comes_in_pages_that_do_not_move) {
  for (int i = 0; i < 5; ++i) {
    one(write(WriteMode::Put, "Organization", "h", "\"name\":\"" + std::to_string(i) + "\""));
  }
  auto first = *store_->history(typeOf("Organization"), "h", everything(), 2, {}, "");
  EXPECT_EQ(first.total, 5u);
  ASSERT_EQ(first.versions.size(), 2u);
  EXPECT_EQ(first.versions[0].version, 5u);
  one(write(WriteMode::Put, "Organization", "h", R"("name":"later")"));
  auto second = *store_->history(typeOf("Organization"), "h", everything(), 2, first.sequence, first.next_key);
  EXPECT_EQ(second.total, 5u);
  EXPECT_EQ(second.versions[0].version, 3u);
  auto third = *store_->history(typeOf("Organization"), "h", everything(), 2, first.sequence, second.next_key);
  EXPECT_EQ(third.versions.size(), 1u);
  EXPECT_EQ(third.next_key, "");
  EXPECT_EQ(store_->history(typeOf("Organization"), "h", everything(), 2, {}, "x").error().why, Why::Invalid);
}

// Rights

TEST_P(StoreContract, what_the_rights_do_not_see_is_not_there) {
  auto observation = [](std::string id, std::string patient) {
    return write(WriteMode::Put, "Observation", id,
                 R"("status":"final","code":{"text":"x"},"subject":{"reference":"Patient/)" + patient + "\"}");
  };
  done(batchOf(write(WriteMode::Put, "Patient", "p1"), write(WriteMode::Put, "Patient", "p2"),
               observation("o1", "p1"), observation("o2", "p2"), write(WriteMode::Put, "Organization", "h"),
               write(WriteMode::Put, "Task", "t", R"("status":"draft","intent":"order")")));
  auto mine = only({"p1"});
  EXPECT_TRUE(read("Patient", "p1", mine).ok());
  EXPECT_TRUE(read("Observation", "o1", mine).ok());
  EXPECT_TRUE(read("Organization", "h", mine).ok());
  for (auto [type, id] : {std::pair{"Patient", "p2"}, {"Observation", "o2"}, {"Task", "t"}, {"Patient", "none"}}) {
    EXPECT_EQ(read(type, id, mine).error().why, Why::NotFound) << type;
    EXPECT_EQ(store_->readVersion(typeOf(type), id, 1, mine).error().why, Why::NotFound) << type;
    EXPECT_EQ(store_->history(typeOf(type), id, mine, 10, {}, "").error().why, Why::NotFound) << type;
  }
  for (auto nobody : {std::vector<std::string>{}, {"p3"}}) {
    EXPECT_EQ(read("Patient", "p1", only(nobody)).error().why, Why::NotFound);
  }
  EXPECT_EQ(read("Organization", "h", only({})).error().why, Why::NotFound) << "an empty list sees nothing at all";
}

TEST_P(StoreContract, a_deletion_is_seen_by_those_who_saw_the_resource) {
  one(write(WriteMode::Put, "Patient", "p1"));
  one(write(WriteMode::Delete, "Patient", "p1"));
  EXPECT_EQ(read("Patient", "p1", only({"p1"})).error().why, Why::Gone);
  EXPECT_EQ(read("Patient", "p1", only({"p2"})).error().why, Why::NotFound);
  EXPECT_EQ(wrongIndexRows(), 0u);
}

TEST_P(StoreContract, each_version_is_judged_by_its_own_patient) {
  auto of = [](std::string patient) {
    return write(WriteMode::Put, "Observation", "o1",
                 R"("status":"final","code":{"text":"x"},"subject":{"reference":"Patient/)" + patient + "\"}");
  };
  one(of("p1"));
  one(of("p2"));
  EXPECT_THAT(versions("Observation", "o1", only({"p1"})), ElementsAre(1));
  EXPECT_THAT(versions("Observation", "o1", only({"p2"})), ElementsAre(2));
  EXPECT_EQ(read("Observation", "o1", only({"p1"})).error().why, Why::NotFound);
  EXPECT_TRUE(store_->readVersion(typeOf("Observation"), "o1", 1, only({"p1"})).ok());
}

TEST_P(StoreContract, the_latest_sequence_does_not_tell_about_others) {
  one(write(WriteMode::Put, "Patient", "p1"));
  auto before = *store_->latestSequence(only({"p1"}));
  one(write(WriteMode::Put, "Patient", "p2"));
  EXPECT_EQ(*store_->latestSequence(only({"p1"})), before);
  EXPECT_EQ(store_->history(typeOf("Patient"), "p1", only({"p1"}), 10, {}, "")->sequence, before);
  EXPECT_EQ(*store_->latestSequence(only({})), 0u);
  one(write(WriteMode::Put, "Organization", "h"));
  EXPECT_GT(*store_->latestSequence(only({"p1"})), before) << "what all share";
  before = *store_->latestSequence(only({"p1"}));
  one(write(WriteMode::Delete, "Patient", "p1"));
  EXPECT_GT(*store_->latestSequence(only({"p1"})), before);
}

TEST_P(StoreContract, a_moment_does_not_tell_about_others_and_leads_back) {
  auto mine = only({"p1"});
  EXPECT_EQ(*store_->momentOf(0, mine), (Moment{0, 0}));
  EXPECT_EQ(*store_->sequenceOf({0, 0}, mine), 0u);
  std::vector<uint64_t> sequences;
  for (int i = 0; i < 6; ++i) {
    one(write(WriteMode::Put, "Patient", "p2", "\"active\":" + std::string(i % 2 == 0 ? "true" : "false")));
    one(write(WriteMode::Put, "Patient", "p1", "\"active\":" + std::string(i % 2 == 0 ? "true" : "false")));
    sequences.push_back(*store_->latestSequence(mine));
    if (i == 2) clock_.now += 1'000;
  }
  for (size_t i = 0; i < sequences.size(); ++i) {
    auto moment = store_->momentOf(sequences[i], mine);
    ASSERT_TRUE(moment.ok()) << moment.error().text();
    EXPECT_EQ(moment->place, i % 3 + 1) << "three commits of mine in each millisecond";
    EXPECT_EQ(*store_->sequenceOf(*moment, mine), sequences[i]);
  }
  EXPECT_EQ(store_->sequenceOf({clock_.now + 1'000, 1}, mine).error().why, Why::Gone);
}

TEST_P(StoreContract, a_moment_can_be_when_something_went_to_another_patient) {
  auto of = [](std::string patient) {
    return write(WriteMode::Put, "Observation", "o1",
                 R"("status":"final","code":{"text":"x"},"subject":{"reference":"Patient/)" + patient + "\"}");
  };
  one(of("p1"));
  one(of("p2"));
  auto mine = only({"p1"});
  auto last = *store_->latestSequence(mine);
  EXPECT_EQ(*store_->sequenceOf(*store_->momentOf(last, mine), mine), last);
}

TEST_P(StoreContract, what_moves_to_another_patient_counts_as_a_change_for_both) {
  auto of = [](std::string patient) {
    return write(WriteMode::Put, "Observation", "o1",
                 R"("status":"final","code":{"text":"x"},"subject":{"reference":"Patient/)" + patient + "\"}");
  };
  one(of("p1"));
  one(of("p2"));
  auto last = *store_->latestSequence(everything());
  EXPECT_EQ(*store_->latestSequence(only({"p1"})), last);
  EXPECT_EQ(*store_->latestSequence(only({"p2"})), last);
  EXPECT_THAT(found("Observation", {}, only({"p1"})), IsEmpty());
}

// Retention

TEST_P(StoreContract, a_search_can_be_continued_until_the_retention_is_over) {
  open(60);
  one(write(WriteMode::Put, "Patient", "p1", R"("gender":"female")"));
  auto then = *store_->latestSequence(everything());
  one(write(WriteMode::Put, "Patient", "p1", R"("gender":"male")"));
  EXPECT_THAT(found("Patient", {{"gender", "female"}}, everything(), then), ElementsAre("p1"));
  clock_.now += 61'000'000;
  std::vector<std::string> answer;
  for (int i = 0; i < 200 && answer != std::vector<std::string>{"gone"}; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    answer = found("Patient", {{"gender", "female"}}, everything(), then);
  }
  EXPECT_THAT(answer, ElementsAre("gone"));
  EXPECT_THAT(found("Patient", {{"gender", "male"}}), ElementsAre("p1"));
  EXPECT_THAT(versions("Patient", "p1"), ElementsAre(2, 1)) << "history stays for ever";
  EXPECT_EQ(wrongIndexRows(), 0u);
}

// Many threads

TEST_P(StoreContract, what_was_answered_is_there_for_everybody) {
  constexpr int kThreads = 6, kEach = 60;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          auto id = std::to_string(t) + "-" + std::to_string(i);
          Batch batch = batchOf(write(WriteMode::Create, "Patient", id, R"("gender":"male")"),
                                write(WriteMode::Put, "Organization", "shared", "\"name\":\"" + id + "\""));
          batch.lane = t % 2 == 0 ? Lane::Live : Lane::Bulk;
          ASSERT_TRUE(commit(std::move(batch)).ok());
          ASSERT_TRUE(read("Patient", id).ok());
          ASSERT_EQ(found("Patient", {{"_id", id}, {"gender", "male"}}).size(), 1u);
        }
      });
    }
  }
  EXPECT_EQ(read("Organization", "shared")->version, uint64_t{kThreads * kEach});
  EXPECT_EQ(store_->figures().resources, uint64_t{kThreads * kEach + 1});
  EXPECT_LT(store_->figures().group_commits, uint64_t{kThreads * kEach}) << "batches share commits";
  EXPECT_EQ(wrongIndexRows(), 0u);
}

TEST_P(StoreContract, equal_records_have_equal_dumps_however_they_were_grouped) {
  auto writes = [](int i) {
    auto id = std::to_string(i);
    return batchOf(write(WriteMode::Put, "Patient", "p" + id,
                         R"("birthDate":"1950-02-03","identifier":[{"value":")" + id + "\"}]"),
                   ordered(write(WriteMode::Newer, "Organization", "h", "\"name\":\"" + id + "\""), id));
  };
  for (int i = 0; i < 9; ++i) done(writes(i));
  auto one_by_one = dump();
  store_.reset();
  std::filesystem::remove_all(folder_);
  open();
  std::vector<std::future<Result<CommitResult>>> answers;
  for (int i = 0; i < 9; ++i) answers.push_back(store_->commit(writes(i)));
  for (auto& answer : answers) EXPECT_TRUE(answer.get().ok());
  EXPECT_EQ(dump(), one_by_one);
  EXPECT_TRUE(std::is_sorted(one_by_one.begin(), one_by_one.end()));
  EXPECT_GT(one_by_one.size(), 50u);
}

}  // namespace gateway::record::store::contract
