#pragma once
// What a SqliteStore is made of. Its functions are spread over files by what they do: commits (sqlite_store.cpp),
// reads (reads.cpp, moments.cpp), dump.cpp, reindex.cpp, housekeeping (housekeeping.cpp).

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "gateway/record/sql/folder_lock.h"
#include "gateway/record/store/sqlite/content.h"
#include "gateway/record/store/sqlite/dictionaries.h"
#include "gateway/record/store/sqlite/reader_pool.h"
#include "gateway/record/store/sqlite/sqlite_store.h"
#include "gateway/record/store/sqlite/token_system_table.h"
#include "gateway/record/store/sqlite/writer.h"

namespace gateway::record::store {

struct SqliteStore::Body {
  explicit Body(Options options_in);
  ~Body();
  fhir::base::Done open();

  // Finishes the rows of a batch on the calling thread.
  fhir::base::Done finish(SqliteStore& store, CommitJob& job);
  fhir::base::Result<FinishedWrite> finishWrite(const Write& write);
  fhir::base::Done prepareMerge(const Write& write, FinishedWrite& finished);
  fhir::base::Done holdConditions(SqliteStore& store, CommitJob& job);

  fhir::base::Result<uint64_t> latest(const Rights& rights);
  // The sequence that a search reads, after checking that its index rows are still there.
  fhir::base::Result<uint64_t> searchable(const Rights& rights, std::optional<uint64_t> as_of);

  void keepHouse(std::stop_token stop);
  fhir::base::Done trainDictionaries();
  fhir::base::Done purge();
  fhir::base::Result<bool> purgeSome(int64_t before);

  const Options options;
  const std::string path;
  std::unique_ptr<sql::FolderLock> lock;
  Dictionaries dictionaries;
  ContentMaker maker;
  search::TokenSystems systems;
  std::vector<CommitParticipant*> participants;
  // In this order: the writer's connection is opened first and closed last.
  std::unique_ptr<sql::Connection> connection;
  std::unique_ptr<Writer> writer;
  std::unique_ptr<ReaderPool> readers;
  std::atomic<uint64_t> purged_through{0};  // index rows are whole for every sequence from here on
  std::mutex house_mutex;
  std::condition_variable_any house_wakes;
  std::mutex purge_mutex;  // one purge or reindex at a time
  std::jthread housekeeper;
};

}  // namespace gateway::record::store
