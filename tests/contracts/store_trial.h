#pragma once
// The promise of ResourceStore as tests: every implementation includes this file in one test program and instantiates
// StoreContract with a way to open itself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "fhir/index/extractor.h"
#include "gateway/host/clock.h"
#include "gateway/record/search/query_parser.h"
#include "gateway/record/store/resource_store.h"

namespace gateway::record::store::contract {

using fhir::base::Result;
using fhir::base::Why;

class TestClock : public host::Clock {
 public:
  int64_t nowMicroseconds() override { return now.load(); }
  int64_t monotonicMicroseconds() override { return now.load(); }
  std::atomic<int64_t> now{1'741'220'128'000'000};  // 2025-03-06T08:15:28+08:00
};

inline const fhir::index::Extractor& extractor() {
  static const fhir::index::Extractor kExtractor =
      std::move(fhir::index::Extractor::create(fhir::definitions::r4())).value();
  return kExtractor;
}

inline TypeNumber typeOf(std::string_view name) { return fhir::definitions::r4().type(name)->number; }

inline fhir::model::Document document(std::string json) {
  fhir::base::Findings findings;
  auto read = fhir::model::Document::readResource(std::move(json), findings);
  EXPECT_TRUE(read.ok()) << (read.ok() ? "" : read.error().text());
  return std::move(read).value();
}

inline Write write(WriteMode mode, std::string_view type, std::string_view id, std::string_view rest = "") {
  Write out;
  out.mode = mode;
  out.type = typeOf(type);
  out.id = id;
  if (mode != WriteMode::Delete) {
    out.document = document("{\"resourceType\":\"" + std::string(type) + "\",\"id\":\"" + std::string(id) + "\"" +
                            (rest.empty() ? "" : "," + std::string(rest)) + "}");
  }
  return out;
}

inline Write ordered(Write write, std::string order, uint64_t tie = 0) {
  write.order = std::move(order);
  write.order_tie = tie;
  return write;
}

template <typename... Writes>
Batch batchOf(Writes... writes) {
  Batch batch;
  (batch.writes.push_back(std::move(writes)), ...);
  return batch;
}

inline Rights everything() { return Rights::all("test"); }
inline Rights only(std::vector<std::string> patients) { return Rights::ofPatients(std::move(patients)); }

inline search::SearchQuery query(std::string_view type, const search::QueryParameters& parameters) {
  auto parsed = search::parseQuery(typeOf(type), parameters, fhir::definitions::r4(), {});
  EXPECT_TRUE(parsed.ok()) << (parsed.ok() ? "" : parsed.error().text());
  return std::move(parsed).value();
}

// Opens the store under test on a folder; a second opening of the same folder finds what the first one left.
struct Opener {
  std::string name;
  std::function<std::unique_ptr<ResourceStore>(const std::string& folder, TestClock& clock,
                                               int64_t retention_seconds)>
      open;
};

class StoreContract : public testing::TestWithParam<Opener> {
 protected:
  StoreContract() {
    char name[] = "/tmp/onecard_store_XXXXXX";
    folder_ = mkdtemp(name);
    open();
  }
  ~StoreContract() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  void open(int64_t retention_seconds = 3'600) {
    store_.reset();
    store_ = GetParam().open(folder_, clock_, retention_seconds);
    ASSERT_NE(store_, nullptr);
  }

  Result<CommitResult> commit(Batch batch) { return store_->commit(std::move(batch)).get(); }
  CommitResult done(Batch batch) {
    auto result = commit(std::move(batch));
    EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().text());
    return result.ok() ? std::move(result).value() : CommitResult{0, {WriteOutcome{}}};
  }
  WriteOutcome one(Write write) { return done(batchOf(std::move(write))).outcomes.at(0); }
  Effect effect(Write write) { return one(std::move(write)).effect; }
  Why refused(Write write) {
    auto result = commit(batchOf(std::move(write)));
    EXPECT_FALSE(result.ok());
    return result.ok() ? Why::Fault : result.error().why;
  }

  Result<Version> read(std::string_view type, std::string_view id, const Rights& rights = everything(),
                       std::optional<uint64_t> as_of = {}) {
    return store_->read(typeOf(type), id, rights, as_of);
  }
  std::string json(std::string_view type, std::string_view id) {
    auto version = read(type, id);
    return version.ok() ? version->json : std::string(toString(version.error().why));
  }
  std::vector<uint64_t> versions(std::string_view type, std::string_view id, const Rights& rights = everything()) {
    std::vector<uint64_t> numbers;
    auto page = store_->history(typeOf(type), id, rights, 100, {}, "");
    if (page.ok()) {
      for (const auto& version : page->versions) numbers.push_back(version.version);
    }
    return numbers;
  }
  std::vector<std::string> found(std::string_view type, const search::QueryParameters& parameters,
                                 const Rights& rights = everything(), std::optional<uint64_t> as_of = {}) {
    auto page = store_->search(query(type, parameters), rights, as_of, "");
    if (!page.ok()) return {std::string(toString(page.error().why))};
    std::vector<std::string> ids;
    for (const auto& version : page->matches) ids.push_back(version.id);
    std::sort(ids.begin(), ids.end());
    return ids;
  }
  std::vector<std::string> dump() {
    std::vector<std::string> lines;
    auto dumped = store_->dump([&](std::string_view line) { return lines.emplace_back(line), true; });
    EXPECT_TRUE(dumped.ok()) << (dumped.ok() ? "" : dumped.error().text());
    return lines;
  }
  uint64_t wrongIndexRows() {
    auto wrong = store_->reindex(true, {});
    EXPECT_TRUE(wrong.ok()) << (wrong.ok() ? "" : wrong.error().text());
    return wrong.ok() ? *wrong : UINT64_MAX;
  }
  std::vector<std::string> rows(std::string sql, std::vector<sql::Value> values = {}) {
    std::vector<std::string> out;
    auto read = store_->query({std::move(sql), std::move(values)},
                              [&](const sql::Statement& row) { return out.emplace_back(row.text(0)), true; });
    EXPECT_TRUE(read.ok()) << (read.ok() ? "" : read.error().text());
    return out;
  }

  std::string folder_;
  TestClock clock_;
  std::unique_ptr<ResourceStore> store_;
};

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Reading what was written

}  // namespace gateway::record::store::contract
