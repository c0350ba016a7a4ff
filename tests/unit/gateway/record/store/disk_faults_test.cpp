// The bad day: disks that are full or fail. Nothing is acknowledged that is not safe; what was refused is not there.

#include <cstdlib>

#include "failing_disk.h"
#include "sqlite_store_fixture.h"

namespace gateway::record::store {

using contract::batchOf;
using contract::write;
using fhir::base::Why;

namespace {

class DiskFaults : public OnFiles {
 protected:
  ~DiskFaults() override {
    disk_.heal();
    store_.reset();
  }
  FailingDisk disk_;
};

TEST_F(DiskFaults, a_full_disk_refuses_and_resumes_by_itself) {
  open();
  ASSERT_TRUE(commit(batchOf(write(WriteMode::Put, "Patient", "before"))).ok());
  for (int cycle = 0; cycle < 3; ++cycle) {
    disk_.fail(FailingDisk::Fault::FullOnWrite);
    auto refused = commit(batchOf(write(WriteMode::Put, "Patient", "during")));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().why, Why::Unavailable);
    EXPECT_TRUE(exists("Patient", "before")) << "reads go on";
    EXPECT_FALSE(exists("Patient", "during"));
    disk_.heal();
    EXPECT_TRUE(commit(batchOf(write(WriteMode::Put, "Patient", "after" + std::to_string(cycle)))).ok());
  }
  open();
  EXPECT_TRUE(exists("Patient", "after2"));
  EXPECT_FALSE(exists("Patient", "during"));
  EXPECT_EQ(wrongIndexRows(), 0u);
}

TEST_F(DiskFaults, after_a_failed_fsync_nothing_is_taken_until_the_next_start) {
  open();
  ASSERT_TRUE(commit(batchOf(write(WriteMode::Put, "Patient", "before"))).ok());
  disk_.fail(FailingDisk::Fault::ErrorOnSync);
  EXPECT_EQ(commit(batchOf(write(WriteMode::Put, "Patient", "during"))).error().why, Why::Unavailable);
  disk_.heal();
  EXPECT_EQ(commit(batchOf(write(WriteMode::Put, "Patient", "after"))).error().why, Why::Unavailable)
      << "a second fsync proves nothing";
  EXPECT_TRUE(exists("Patient", "before"));
  int64_t syncs = disk_.syncs();
  store_.reset();
  EXPECT_EQ(disk_.syncs(), syncs) << "the log is not moved at the end, either";
  open();
  EXPECT_TRUE(exists("Patient", "before"));
  EXPECT_FALSE(exists("Patient", "after"));
  EXPECT_TRUE(commit(batchOf(write(WriteMode::Put, "Patient", "after"))).ok());
  EXPECT_EQ(wrongIndexRows(), 0u);
}

TEST_F(DiskFaults, every_answer_comes_after_an_fsync) {
  open();
  for (int i = 0; i < 20; ++i) {
    int64_t before = disk_.syncs();
    ASSERT_TRUE(commit(batchOf(write(WriteMode::Put, "Patient", std::to_string(i)))).ok());
    EXPECT_GT(disk_.syncs(), before);
  }
}

TEST_F(DiskFaults, all_batches_of_a_failed_group_are_refused) {
  open();
  disk_.fail(FailingDisk::Fault::ErrorOnWrite);
  std::vector<std::future<fhir::base::Result<CommitResult>>> answers;
  for (int i = 0; i < 30; ++i)
    answers.push_back(store_->commit(batchOf(write(WriteMode::Put, "Patient", std::to_string(i)))));
  for (auto& answer : answers) EXPECT_FALSE(answer.get().ok());
  disk_.heal();
  for (int i = 0; i < 30; ++i) EXPECT_FALSE(exists("Patient", std::to_string(i)));
  EXPECT_TRUE(commit(batchOf(write(WriteMode::Put, "Patient", "x"))).ok());
  EXPECT_EQ(store_->figures().resources, 1u);
}

// Whatever write or fsync is the first to fail (one in nine of them; every one with ONECARD_EVERY_FAULT): what was
// acknowledged is there, what was refused is not, or, where the outcome could not be known, is there whole.
void failEach(SqliteStore::Options options, FailingDisk& disk, FailingDisk::Fault fault, contract::TestClock& clock) {
  options.checkpoint_bytes = 64 << 10;  // so that moving the log fails, too
  const int64_t stride = std::getenv("ONECARD_EVERY_FAULT") == nullptr ? 9 : 1;
  for (int64_t nth = 0;; nth += nth < 8 ? 1 : stride) {
    std::filesystem::remove_all(options.folder);
    std::vector<std::string> acknowledged, refused;
    {
      auto store = SqliteStore::open(options);
      ASSERT_TRUE(store.ok());
      disk.fail(fault, nth);
      for (int i = 0; i < 5; ++i) {
        clock.now += 1'000'000;
        auto id = std::to_string(i);
        Batch batch = batchOf(write(WriteMode::Put, "Patient", id, R"("name":[{"family":"Li"}])"),
                              write(WriteMode::Put, "Organization", "h", "\"name\":\"" + id + "\""));
        ((*store)->commit(std::move(batch)).get().ok() ? acknowledged : refused).push_back(id);
      }
    }
    bool happened = disk.hits() > 0;
    disk.heal();
    auto store = SqliteStore::open(options);
    ASSERT_TRUE(store.ok()) << "at " << nth << ": " << store.error().text();
    for (const auto& id : acknowledged) {
      ASSERT_TRUE((*store)->read(contract::typeOf("Patient"), id, contract::everything()).ok())
          << id << " at " << nth;
    }
    for (const auto& id : refused) {
      if (fault == FailingDisk::Fault::ErrorOnSync) break;
      ASSERT_FALSE((*store)->read(contract::typeOf("Patient"), id, contract::everything()).ok())
          << id << " at " << nth;
    }
    auto wrong = (*store)->reindex(true, {});
    ASSERT_TRUE(wrong.ok());
    ASSERT_EQ(*wrong, 0u) << "at " << nth;
    if (!happened) {
      EXPECT_EQ(acknowledged.size(), 5u);
      EXPECT_GT(nth, 5);
      return;
    }
  }
}

TEST_F(DiskFaults, whichever_write_finds_the_disk_full) {
  failEach(options_, disk_, FailingDisk::Fault::FullOnWrite, clock_);
}

TEST_F(DiskFaults, whichever_write_fails) { failEach(options_, disk_, FailingDisk::Fault::ErrorOnWrite, clock_); }

TEST_F(DiskFaults, whichever_fsync_fails) { failEach(options_, disk_, FailingDisk::Fault::ErrorOnSync, clock_); }

}  // namespace
}  // namespace gateway::record::store
