#include "gateway/record/sql/sqlite.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

using fhir::base::Why;
using gateway::record::sql::Connection;
using gateway::record::sql::Value;

namespace {

class Sqlite : public testing::Test {
 protected:
  Sqlite() {
    char name[] = "/tmp/onecard_sql_XXXXXX";
    folder_ = mkdtemp(name);
  }
  ~Sqlite() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Connection> open(Connection::Use use = Connection::Use::Writer) {
    auto connection = Connection::open(folder_ + "/a.db", {use});
    EXPECT_TRUE(connection.ok()) << connection.error().text();
    return std::move(connection).value();
  }
  std::string folder_;
};

TEST_F(Sqlite, gives_back_what_was_bound) {
  auto db = open();
  ASSERT_TRUE(db->exec("CREATE TABLE t(a, b, c, d)").ok());
  auto insert = db->prepare("INSERT INTO t VALUES(?1, ?2, ?3, ?4)");
  ASSERT_TRUE(insert.ok());
  insert->bind(1, int64_t{INT64_MIN}).bind(2, std::string_view()).bindBlob(3, std::string_view("\0x", 2)).bindNull(4);
  ASSERT_TRUE(insert->run().ok());
  insert->bind(1, Value(int64_t{7})).bind(2, Value("é\0z")).bind(3, Value(std::vector<uint8_t>{0, 255}));
  ASSERT_TRUE(insert->run().ok());

  auto select = db->prepare("SELECT a, b, c, d, typeof(b), typeof(c) FROM t ORDER BY rowid");
  ASSERT_TRUE(select.ok());
  ASSERT_TRUE(select->step().value());
  EXPECT_EQ(select->integer(0), INT64_MIN);
  EXPECT_EQ(select->text(1), "");
  EXPECT_EQ(select->blob(2), std::string_view("\0x", 2));
  EXPECT_TRUE(select->isNull(3));
  EXPECT_EQ(select->text(4), "text");
  EXPECT_EQ(select->text(5), "blob");
  ASSERT_TRUE(select->step().value());
  EXPECT_EQ(select->integer(0), 7);
  EXPECT_EQ(select->blob(2), std::string_view("\0\xff", 2));
  EXPECT_FALSE(select->step().value());
}

TEST_F(Sqlite, the_same_statement_can_be_open_twice) {
  auto db = open();
  ASSERT_TRUE(db->exec("CREATE TABLE t(a); INSERT INTO t VALUES(1),(2)").ok());
  auto outer = db->prepare("SELECT a FROM t ORDER BY a");
  int pairs = 0;
  while (outer->step().value()) {
    auto inner = db->prepare("SELECT a FROM t ORDER BY a");
    while (inner->step().value()) ++pairs;
  }
  EXPECT_EQ(pairs, 4);
}

TEST_F(Sqlite, statements_beyond_the_cache_still_work) {
  auto db = open();
  for (int i = 0; i < 600; ++i) {
    auto select = db->prepare("SELECT " + std::to_string(i));
    ASSERT_TRUE(select.ok());
    ASSERT_TRUE(select->step().value());
    ASSERT_EQ(select->integer(0), i);
  }
}

TEST_F(Sqlite, is_durable_by_its_pragmas) {
  auto db = open();
  for (auto [pragma, value] : {std::pair{"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "0"}}) {
    auto select = db->prepare(std::string("PRAGMA ") + pragma);
    ASSERT_TRUE(select->step().value());
    EXPECT_EQ(select->text(0), value) << pragma;
  }
}

TEST_F(Sqlite, a_reader_cannot_write) {
  auto writer = open();
  ASSERT_TRUE(writer->exec("CREATE TABLE t(a)").ok());
  auto reader = open(Connection::Use::Reader);
  auto done = reader->exec("INSERT INTO t VALUES(1)");
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().why, Why::Unavailable);
}

TEST_F(Sqlite, a_reader_does_not_make_the_file) {
  auto reader = Connection::open(folder_ + "/none.db", {Connection::Use::Reader});
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().why, Why::Unavailable);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/none.db"));
}

TEST_F(Sqlite, says_which_kind_of_trouble_it_was) {
  auto db = open();
  ASSERT_TRUE(db->exec("CREATE TABLE t(a PRIMARY KEY); INSERT INTO t VALUES(1)").ok());
  auto insert = db->prepare("INSERT INTO t VALUES(1)");
  EXPECT_EQ(insert->run().error().why, Why::Conflict);
  EXPECT_EQ(db->prepare("SELECT nothing FROM nowhere").error().why, Why::Fault);
  EXPECT_EQ(db->prepare("SELECT 1; SELECT 2").error().why, Why::Fault);
  auto select = db->prepare("SELECT ?1");
  select->bind(2, int64_t{1});
  EXPECT_EQ(select->step().error().why, Why::Fault);
}

TEST_F(Sqlite, a_file_that_is_no_database_is_refused) {
  FILE* file = fopen((folder_ + "/a.db").c_str(), "w");
  fputs(
      "this is not a database, and it is longer than one hundred bytes so that SQLite looks at its header first, "
      "and then some",
      file);
  fclose(file);
  auto db = Connection::open(folder_ + "/a.db", {});
  ASSERT_FALSE(db.ok());
  EXPECT_EQ(db.error().why, Why::Unavailable);
}

constexpr const char* kEndless =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

TEST_F(Sqlite, gives_up_at_the_deadline_and_works_afterwards) {
  auto db = open();
  db->setDeadline(30);
  auto endless = db->prepare(kEndless);
  auto row = endless->step();
  ASSERT_FALSE(row.ok());
  EXPECT_EQ(row.error().why, Why::OutOfTime);
  std::this_thread::sleep_for(std::chrono::milliseconds(40));
  auto quick = db->prepare("SELECT 1");
  EXPECT_TRUE(quick->step().ok()) << "each statement has its own time";
}

TEST_F(Sqlite, can_be_interrupted_from_another_thread) {
  auto db = open();
  std::jthread other([&](std::stop_token stop) {
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      db->interrupt();
    }
  });
  auto endless = db->prepare(kEndless);
  auto row = endless->step();
  ASSERT_FALSE(row.ok());
  EXPECT_EQ(row.error().why, Why::Busy);
}

TEST_F(Sqlite, a_checkpoint_empties_the_log) {
  auto db = open();
  ASSERT_TRUE(db->exec("CREATE TABLE t(a); INSERT INTO t VALUES(1)").ok());
  EXPECT_GT(std::filesystem::file_size(folder_ + "/a.db-wal"), 0u);
  ASSERT_TRUE(db->checkpoint(true).ok());
  EXPECT_EQ(std::filesystem::file_size(folder_ + "/a.db-wal"), 0u);
}

}  // namespace
