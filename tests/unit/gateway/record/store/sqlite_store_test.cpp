// What only the SQLite store promises: its files, its dictionaries, its index rows.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "sqlite_store_fixture.h"

namespace gateway::record::store {

using contract::batchOf;
using contract::everything;
using contract::typeOf;
using contract::write;
using fhir::base::Why;
using testing::HasSubstr;

namespace {

class SqliteFiles : public OnFiles {};

std::string observation(int i) {
  return R"("status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category",)"
         R"("code":"laboratory","display":"laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"2093-)" +
         std::to_string(i % 30) + R"(","display":"Cholesterol [Mass/volume] in Serum or Plasma"}]},)" +
         R"("subject":{"reference":"Patient/p)" + std::to_string(i % 50) + R"("},"effectiveDateTime":"2024-0)" +
         std::to_string(1 + i % 9) + "-1" + std::to_string(i % 10) + R"(T08:00:00+08:00","valueQuantity":{"value":)" +
         std::to_string(i) + R"(.5,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"})";
}

TEST_F(SqliteFiles, one_process_owns_the_data_directory) {
  open();
  auto second = SqliteStore::open(options_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().why, Why::Unavailable);
  EXPECT_THAT(second.error().text(), HasSubstr("onecard.lock"));
  EXPECT_THAT(second.error().text(), HasSubstr(std::to_string(getpid())));
  store_.reset();
  EXPECT_TRUE(SqliteStore::open(options_).ok());
}

TEST_F(SqliteFiles, a_newer_schema_is_refused) {
  open();
  store_.reset();
  {
    auto db = sql::Connection::open(folder_ + "/record.db", {});
    ASSERT_TRUE((*db)->exec("PRAGMA user_version=99").ok());
  }
  auto refused = SqliteStore::open(options_);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().text(), HasSubstr("schema 99"));
}

// tests/cases/record/schema_3.sql is a record as a program of schema 3 left it: two Patients, a Group, twenty
// Observations (the last about the Group) and an Encounter of two wards.
class OlderFiles : public SqliteFiles {
 protected:
  void restore(const std::string& changes) {
    std::ifstream file(std::string(ONECARD_SOURCE_DIR) + "/tests/cases/record/schema_3.sql");
    std::stringstream sql;
    sql << file.rdbuf();
    auto db = sql::Connection::open(folder_ + "/record.db", {});
    auto done = (*db)->exec(sql.str());
    ASSERT_TRUE(done.ok()) << done.error().text();
    ASSERT_TRUE((*db)->exec(changes).ok());
  }

  std::vector<std::string> found(std::string_view type, const search::QueryParameters& parameters) {
    auto page = store_->search(contract::query(type, parameters), everything(), {}, {});
    EXPECT_TRUE(page.ok()) << (page.ok() ? "" : page.error().text());
    std::vector<std::string> ids;
    if (!page.ok()) return ids;
    for (const auto& match : page->matches) ids.push_back(match.id);
    for (const auto& include : page->included) ids.push_back("+" + include.id);
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  void expectEverythingFound() {
    using Ids = std::vector<std::string>;
    EXPECT_EQ(found("Observation", {{"date", "ge2024-05"}, {"date", "lt2024-06"}}), Ids({"13", "4"}));
    EXPECT_EQ(found("Encounter", {{"location-period", "ge2024-05"}, {"location-period", "lt2024-06"}}),
              Ids({"two-wards"}));
    EXPECT_EQ(found("Observation", {{"value-quantity", "gt17|http://unitsofmeasure.org|mmol/L"}}),
              Ids({"17", "18", "19"}));
    EXPECT_EQ(found("Observation", {{"value-quantity", "lt2"}}), Ids({"0", "1"}));
    EXPECT_EQ(found("Observation", {{"subject", "p1"}, {"code", "2093-1"}}), Ids({"1", "13", "7"}));
    EXPECT_EQ(found("Observation", {{"patient", "p1"}, {"code", "2093-1"}}), Ids({"1", "13", "7"}));
    EXPECT_EQ(found("Observation", {{"patient:missing", "true"}}), Ids({"19"}));
    EXPECT_EQ(found("Observation", {{"subject:missing", "true"}}), Ids());
    EXPECT_EQ(found("Patient", {{"birthdate:missing", "false"}}), Ids({"p0"}));
    EXPECT_EQ(found("Observation", {{"_id", "19"}, {"_include", "Observation:subject"}}), Ids({"+g0", "19"}));
    EXPECT_EQ(found("Observation", {{"_id", "19"}, {"_include", "Observation:patient"}}), Ids({"19"}));
    EXPECT_EQ(found("Group", {{"_revinclude", "Observation:subject"}}), Ids({"+19", "g0"}));
    EXPECT_EQ(found("Observation", {{"patient.birthdate", "1970-01-01"}, {"code", "2093-2"}}), Ids({"14", "2", "8"}));
  }
};

TEST_F(OlderFiles, are_brought_up_and_find_what_they_found) {
  for (std::string_view changes : {
           "",
           // Schema 1 is schema 3 without these.
           "DROP INDEX version_by_time; DROP INDEX idx_date_long; DROP TABLE date_repeats;"
           "DROP INDEX hashed_text_text; DROP INDEX hashed_text_uri; PRAGMA user_version=1",
       }) {
    SCOPED_TRACE(changes);
    store_.reset();
    std::filesystem::remove(folder_ + "/record.db");
    restore(std::string(changes));
    open();
    expectEverythingFound();
    ASSERT_TRUE(store_->reindex(false, {}).ok());
    EXPECT_EQ(wrongIndexRows(), 0u);
    expectEverythingFound();
  }
}

TEST_F(SqliteFiles, a_code_alone_is_found_under_each_system_also_after_a_start) {
  open();
  const char* kCodes[] = {R"({"system":"http://loinc.org","code":"X"})", R"({"system":"urn:local","code":"X"})",
                          R"({"code":"X"})", R"({"system":"urn:local","code":"Y"})"};
  Batch batch;
  for (int i = 0; i < 4; ++i) {
    batch.writes.push_back(write(WriteMode::Put, "Observation", std::to_string(i),
                                 R"("status":"final","code":{"coding":[)" + std::string(kCodes[i]) + "]}"));
  }
  ASSERT_TRUE(commit(std::move(batch)).ok());
  auto count = [&](const std::string& code) {
    auto page = store_->search(contract::query("Observation", {{"code", code}}), everything(), {}, {});
    return page.ok() ? page->matches.size() : 99;
  };
  for (bool again : {false, true}) {
    if (again) open();
    EXPECT_EQ(count("X"), 3u);
    EXPECT_EQ(count("|X"), 1u);
    EXPECT_EQ(count("urn:local|X"), 1u);
    EXPECT_EQ(count("urn:local|"), 2u);
    EXPECT_EQ(count("Z"), 0u);
  }
  store_.reset();
  {
    auto db = sql::Connection::open(folder_ + "/record.db", {});
    ASSERT_TRUE((*db)->exec("DELETE FROM token_system").ok());
  }
  open();
  EXPECT_EQ(wrongIndexRows(), 4u) << "the three systems of code, and that of status";
  ASSERT_TRUE(store_->reindex(false, {}).ok());
  EXPECT_EQ(count("X"), 3u);
  EXPECT_EQ(wrongIndexRows(), 0u);
}

TEST_F(SqliteFiles, many_codes_under_many_systems_are_one_question) {
  open();
  Batch batch;
  std::string codes;
  for (int i = 0; i < 1'000; ++i) {
    std::string number = std::to_string(i);
    batch.writes.push_back(write(
        WriteMode::Put, "Observation", number,
        R"("status":"final","code":{"coding":[{"system":"urn:s)" + number + R"(","code":"c)" + number + R"("}]})"));
    if (i < 200) codes += (i == 0 ? "c" : ",c") + number;
  }
  ASSERT_TRUE(commit(std::move(batch)).ok());
  auto page =
      store_->search(contract::query("Observation", {{"code", codes}, {"_count", "200"}}), everything(), {}, {});
  ASSERT_TRUE(page.ok()) << page.error().text();
  EXPECT_EQ(page->matches.size(), 200u);
}

TEST_F(SqliteFiles, a_database_of_another_program_is_refused) {
  {
    auto db = sql::Connection::open(folder_ + "/record.db", {});
    ASSERT_TRUE((*db)->exec("CREATE TABLE theirs(a)").ok());
  }
  auto refused = SqliteStore::open(options_);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().text(), HasSubstr("another program"));
}

TEST_F(SqliteFiles, a_closed_store_leaves_no_log) {
  open();
  ASSERT_TRUE(commit(batchOf(write(WriteMode::Put, "Patient", "p"))).ok());
  EXPECT_GT(store_->figures().wal_bytes, 0u);
  store_.reset();
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/record.db-wal"));
}

TEST_F(SqliteFiles, the_log_is_moved_into_the_file_under_way) {
  options_.checkpoint_bytes = 1 << 20;
  open();
  for (int i = 0; i < 60; ++i) {
    Batch batch;
    for (int k = 0; k < 50; ++k) {
      batch.writes.push_back(write(WriteMode::Put, "Observation", std::to_string(i * 50 + k), observation(k)));
    }
    ASSERT_TRUE(commit(std::move(batch)).ok());
  }
  EXPECT_LT(store_->figures().wal_bytes, 4u << 20);
  EXPECT_GT(store_->figures().file_bytes, 1u << 20);
}

TEST_F(SqliteFiles, dictionaries_are_trained_and_bodies_shrink) {
  options_.dictionary_samples = 400;
  open();
  auto add = [&](int from, int to) {
    Batch batch;
    for (int i = from; i < to; ++i) {
      batch.writes.push_back(write(WriteMode::Put, "Observation", "o" + std::to_string(i), observation(i)));
    }
    ASSERT_TRUE(commit(std::move(batch)).ok());
  };
  auto bytes = [&](int from, int to) {
    int64_t sum = 0;
    auto read = store_->query(
        {"SELECT sum(length(body)) FROM version WHERE vkey BETWEEN ?1 AND ?2", {int64_t{from} + 1, int64_t{to}}},
        [&](const sql::Statement& row) { return sum = row.integer(0), true; });
    EXPECT_TRUE(read.ok());
    return sum;
  };
  add(0, 400);
  ASSERT_TRUE(store_->tidy().ok());
  add(400, 800);
  EXPECT_LT(bytes(400, 800) * 2, bytes(0, 400)) << "at least twice as dense";
  open();
  EXPECT_THAT(store_->read(typeOf("Observation"), "o1", everything())->json, HasSubstr("1.5"));
  EXPECT_THAT(store_->read(typeOf("Observation"), "o799", everything())->json, HasSubstr("799.5"));
  add(800, 1200);
  EXPECT_LT(bytes(800, 1200) * 2, bytes(0, 400)) << "the dictionary is used after a restart";
}

TEST_F(SqliteFiles, reindex_finds_and_mends_wrong_rows) {
  open();
  Batch batch =
      batchOf(write(WriteMode::Put, "Patient", "p1", R"("birthDate":"1950-01-01","name":[{"family":"Li"}])"));
  for (int i = 0; i < 20; ++i)
    batch.writes.push_back(write(WriteMode::Put, "Observation", std::to_string(i), observation(i)));
  ASSERT_TRUE(commit(std::move(batch)).ok());
  ASSERT_TRUE(commit(batchOf(write(WriteMode::Delete, "Observation", "3"))).ok());
  ASSERT_EQ(wrongIndexRows(), 0u);
  for (const char* damage :
       {"DELETE FROM idx_value WHERE vkey=5", "DELETE FROM idx_string", "DELETE FROM idx_date WHERE vkey=7",
        "DELETE FROM idx_number WHERE vkey=8", "DELETE FROM idx_patient WHERE vkey=9", "DELETE FROM compartment",
        "INSERT INTO idx_value VALUES(3, 4, 10)", "INSERT INTO idx_value VALUES(3, 4, 999)",
        "UPDATE idx_date SET low=low+1", "DELETE FROM hashed_text", "UPDATE hashed_text SET text='x'"}) {
    tamper(damage);
    EXPECT_GT(wrongIndexRows(), 0u) << damage;
    auto mended = store_->reindex(false, {});
    ASSERT_TRUE(mended.ok()) << mended.error().text();
    EXPECT_GT(*mended, 0u) << damage;
    EXPECT_EQ(wrongIndexRows(), 0u) << damage;
  }
}

TEST_F(SqliteFiles, index_rows_past_the_retention_are_removed_and_the_rest_stays) {
  options_.retention_seconds = 60;
  open();
  for (int version = 0; version < 5; ++version) {
    Batch batch;
    for (int i = 0; i < 100; ++i) {
      batch.writes.push_back(write(WriteMode::Put, "Observation", std::to_string(i), observation(i + version)));
    }
    ASSERT_TRUE(commit(std::move(batch)).ok());
  }
  auto count = [&](std::string table) {
    int64_t rows = 0;
    EXPECT_TRUE(store_
                    ->query({"SELECT count(*) FROM " + table, {}},
                            [&](const sql::Statement& row) { return rows = row.integer(0), true; })
                    .ok());
    return rows;
  };
  int64_t before = count("idx_value");
  ASSERT_TRUE(store_->tidy().ok());
  EXPECT_EQ(count("idx_value"), before) << "too early";
  clock_.now += 61'000'000;
  ASSERT_TRUE(store_->tidy().ok());
  EXPECT_EQ(count("idx_value") * 5, before);
  EXPECT_EQ(count("superseded"), 0);
  EXPECT_EQ(wrongIndexRows(), 0u);
}

TEST_F(SqliteFiles, a_restricted_search_can_be_continued_as_long_as_nothing_of_it_changed) {
  options_.retention_seconds = 60;
  open();
  ASSERT_TRUE(commit(batchOf(write(WriteMode::Put, "Patient", "p1", R"("gender":"female")"))).ok());
  auto mine = contract::only({"p1"});
  uint64_t then = *store_->latestSequence(mine);
  ASSERT_TRUE(commit(batchOf(write(WriteMode::Put, "Patient", "p2"))).ok());
  ASSERT_TRUE(commit(batchOf(write(WriteMode::Put, "Patient", "p2", R"("gender":"male")"))).ok());
  clock_.now += 61'000'000;
  ASSERT_TRUE(store_->tidy().ok());
  auto mine_again = store_->search(contract::query("Patient", {{"gender", "female"}}), mine, then, "");
  ASSERT_TRUE(mine_again.ok()) << mine_again.error().text();
  EXPECT_EQ(mine_again->matches.size(), 1u);
  EXPECT_EQ(store_->search(contract::query("Patient", {}), everything(), then, "").error().why, Why::Gone);
}

TEST_F(SqliteFiles, two_values_with_one_hash_are_refused_and_their_neighbours_committed) {
  open();
  ASSERT_TRUE(
      commit(batchOf(write(WriteMode::Put, "Patient", "p0", R"("identifier":[{"system":"a","value":"1"}])"))).ok());
  ASSERT_TRUE(commit(batchOf(write(WriteMode::Delete, "Patient", "p0"))).ok());
  tamper("UPDATE hashed_text SET text='another text' WHERE text LIKE '%a_1'");
  open();  // forgets which texts it knows
  std::vector<std::future<fhir::base::Result<CommitResult>>> answers;
  for (int i = 0; i < 9; ++i) {
    answers.push_back(store_->commit(
        batchOf(write(WriteMode::Put, "Patient", "p" + std::to_string(i),
                      R"("identifier":[{"system":"a","value":")" + std::to_string(i == 4 ? 1 : 10 + i) + "\"}]"))));
  }
  for (int i = 0; i < 9; ++i) {
    auto answer = answers[i].get();
    EXPECT_EQ(answer.ok(), i != 4) << i;
    if (i == 4) {
      EXPECT_EQ(answer.error().why, Why::Invalid);
    }
  }
  EXPECT_FALSE(exists("Patient", "p4"));
}

TEST_F(SqliteFiles, a_damaged_body_is_an_error_and_not_a_resource) {
  open();
  ASSERT_TRUE(commit(batchOf(write(WriteMode::Put, "Patient", "p1", R"("gender":"female")"))).ok());
  tamper("UPDATE version SET body=x'00112233445566778899'");
  auto read = store_->read(typeOf("Patient"), "p1", everything());
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().why, Why::Unavailable);
}

TEST_F(SqliteFiles, rows_tell_their_shard) {
  open();
  ASSERT_TRUE(commit(batchOf(write(WriteMode::Put, "Patient", "1a2f-x"))).ok());
  int64_t shard = -1;
  ASSERT_TRUE(store_
                  ->query({"SELECT shard FROM version", {}},
                          [&](const sql::Statement& row) { return shard = row.integer(0), true; })
                  .ok());
  EXPECT_EQ(shard, 0x1a2f);
}

}  // namespace
}  // namespace gateway::record::store
