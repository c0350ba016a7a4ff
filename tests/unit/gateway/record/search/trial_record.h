#pragma once
// A real record in a temporary folder, filled from JSON and searched by query strings. For tests.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "fhir/index/extractor.h"
#include "fhir/model/document.h"
#include "gateway/host/clock.h"
#include "gateway/record/search/query_parser.h"
#include "gateway/record/store/sqlite/sqlite_search.h"
#include "gateway/record/store/sqlite/sqlite_store.h"
#include "gateway/record/store/sqlite/token_system_table.h"

namespace gateway::record::search {

// Each commit is one second after the one before, so that times are the same in every run.
class TrialClock : public host::Clock {
 public:
  int64_t nowMicroseconds() override { return now; }
  int64_t monotonicMicroseconds() override { return host::SystemClock().monotonicMicroseconds(); }
  int64_t now = 1'700'000'000'000'000;
};

inline const fhir::index::Extractor& trialExtractor() {
  static const auto extractor = fhir::index::Extractor::create(fhir::definitions::r4());
  return *extractor;
}

class TrialRecord {
 public:
  TrialRecord() {
    std::string pattern = std::filesystem::temp_directory_path() / "onecard_search_XXXXXX";
    folder_ = mkdtemp(pattern.data());
    store::SqliteStoreOptions options;
    options.folder = folder_;
    options.clock = &clock;
    options.extractor = &trialExtractor();
    options.readers = 1;
    auto opened = store::SqliteStore::open(options);
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().text());
    store_ = std::move(*opened);
  }
  ~TrialRecord() {
    versions_.reset();
    connection_.reset();
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TrialRecord(const TrialRecord&) = delete;
  TrialRecord& operator=(const TrialRecord&) = delete;

  store::ResourceStore& store() { return *store_; }
  std::string file() const { return folder_ + "/record.db"; }

  // One commit, each resource under its own id.
  void put(const std::vector<std::string>& resources) {
    store::Batch batch;
    for (const auto& json : resources) {
      fhir::base::Findings findings;
      auto document = fhir::model::Document::readResource(json, findings);
      ASSERT_TRUE(document.ok()) << document.error().text() << ": " << json;
      store::Write write;
      write.type = document->type();
      write.id = document->id();
      write.document = std::move(*document);
      batch.writes.push_back(std::move(write));
    }
    commit(std::move(batch));
  }
  void remove(std::string_view type, std::string_view id) {
    store::Batch batch;
    store::Write write;
    write.mode = store::WriteMode::Delete;
    write.type = fhir::definitions::r4().type(type)->number;
    write.id = id;
    batch.writes.push_back(std::move(write));
    commit(std::move(batch));
  }

  // "Patient?name=a".
  static fhir::base::Result<SearchQuery> parse(std::string_view search, const ParseOptions& options = {}) {
    size_t question = search.find('?');
    const auto* type = fhir::definitions::r4().type(search.substr(0, question));
    std::string_view query = question == std::string_view::npos ? std::string_view() : search.substr(question + 1);
    ASSIGN_OR_RETURN(auto parameters, decodeForm(query));
    return parseQuery(type->number, parameters, fhir::definitions::r4(), options);
  }
  fhir::base::Result<store::SearchPage> search(std::string_view search, const Rights& rights = Rights::all("test"),
                                               std::optional<uint64_t> as_of = {}, std::string_view after_key = {}) {
    ASSIGN_OR_RETURN(auto query, parse(search));
    return store_->search(query, rights, as_of, after_key);
  }

  // The same, on a connection of the test's own, with other limits than the store's.
  fhir::base::Result<store::SearchPage> searchWith(const store::SearchLimits& limits, const SearchQuery& query,
                                                   const Rights& rights, std::optional<uint64_t> as_of = {},
                                                   std::string_view after_key = {}) {
    if (!connection_) {
      sql::Connection::Options reader;
      reader.use = sql::Connection::Use::Reader;
      ASSIGN_OR_RETURN(connection_, sql::Connection::open(file(), reader));
      RETURN_IF_ERROR(store::loadTokenSystems(*connection_, systems_));
      versions_ = std::make_unique<store::VersionReader>(*connection_, 480);
    }
    ASSIGN_OR_RETURN(uint64_t latest, store_->latestSequence(rights));
    return store::searchSqlite(*connection_, *versions_, systems_, query, rights, as_of.value_or(latest), after_key,
                               limits);
  }

  // The ids of all pages, in order.
  std::vector<std::string> idsOf(std::string_view search, const Rights& rights = Rights::all("test")) {
    std::vector<std::string> ids;
    std::optional<uint64_t> as_of;
    std::string after;
    do {
      auto page = this->search(search, rights, as_of, after);
      EXPECT_TRUE(page.ok()) << search << ": " << (page.ok() ? "" : page.error().text());
      if (!page.ok()) return ids;
      for (const auto& match : page->matches) ids.push_back(match.id);
      as_of = page->sequence;
      after = page->next_key;
    } while (!after.empty());
    return ids;
  }

  TrialClock clock;

 private:
  void commit(store::Batch batch) {
    clock.now += 1'000'000;
    auto result = store_->commit(std::move(batch)).get();
    ASSERT_TRUE(result.ok()) << result.error().text();
  }

  std::string folder_;
  TokenSystems systems_;
  std::unique_ptr<store::SqliteStore> store_;
  std::unique_ptr<sql::Connection> connection_;
  std::unique_ptr<store::VersionReader> versions_;
};

}  // namespace gateway::record::search
