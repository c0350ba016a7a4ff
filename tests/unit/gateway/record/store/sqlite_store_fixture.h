#pragma once
// A SqliteStore on real files in a folder of its own, for tests of what only this store does.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "gateway/record/store/sqlite/sqlite_store.h"
#include "tests/contracts/store_trial.h"

namespace gateway::record::store {

class OnFiles : public testing::Test {
 protected:
  OnFiles() {
    char name[] = "/tmp/onecard_store_XXXXXX";
    folder_ = mkdtemp(name);
    options_.folder = folder_;
    options_.clock = &clock_;
    options_.extractor = &contract::extractor();
    options_.housekeeping_milliseconds = 3'600'000;
  }
  ~OnFiles() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void open() {
    store_.reset();
    auto store = SqliteStore::open(options_);
    ASSERT_TRUE(store.ok()) << (store.ok() ? "" : store.error().text());
    store_ = std::move(store).value();
  }
  fhir::base::Result<CommitResult> commit(Batch batch) { return store_->commit(std::move(batch)).get(); }
  bool exists(std::string_view type, std::string_view id) {
    return store_->read(contract::typeOf(type), id, contract::everything()).ok();
  }
  uint64_t wrongIndexRows() {
    auto wrong = store_->reindex(true, {});
    EXPECT_TRUE(wrong.ok()) << (wrong.ok() ? "" : wrong.error().text());
    return wrong.ok() ? *wrong : UINT64_MAX;
  }
  // Runs SQL on the writer's connection, as damage from outside.
  void tamper(std::string sql) {
    Batch batch;
    batch.also.push_back({std::move(sql), {}});
    auto result = commit(std::move(batch));
    ASSERT_TRUE(result.ok()) << (result.ok() ? "" : result.error().text());
  }

  std::string folder_;
  contract::TestClock clock_;
  SqliteStore::Options options_;
  std::unique_ptr<SqliteStore> store_;
};

}  // namespace gateway::record::store
