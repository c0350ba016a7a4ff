// What the store does by itself in the background: trains dictionaries, and removes the index rows of versions that
// have not been current for longer than the retention (design decision 9).

#include <chrono>

#include "gateway/host/threads.h"
#include "gateway/record/store/sqlite/index_writer.h"
#include "gateway/record/store/sqlite/store_body.h"

namespace gateway::record::store {

using fhir::base::Done;
using fhir::base::Result;

namespace {

constexpr int64_t kVersionsAtATime = 200;

struct Outdated {
  int64_t to_seq;
  int64_t vkey;
  TypeNumber type;
  ContentPtr content;
};

}  // namespace

void SqliteStore::Body::keepHouse(std::stop_token stop) {
  host::nameThisThread("housekeeping");
  host::deferThisThread();
  std::unique_lock lock(house_mutex);
  while (!stop.stop_requested()) {
    house_wakes.wait_for(lock, stop, std::chrono::milliseconds(options.housekeeping_milliseconds),
                         [] { return false; });
    if (stop.stop_requested()) return;
    // What fails here is tried again the next time.
    Done trained = trainDictionaries();
    Done purged = purge();
    (void)trained;
    (void)purged;
  }
}

Done SqliteStore::Body::trainDictionaries() {
  while (auto trained = dictionaries.train()) {
    int64_t number = 0;
    RETURN_IF_ERROR(writer->run([&](sql::Connection& to) -> Done {
      ASSIGN_OR_RETURN(auto insert, to.prepare("INSERT INTO dictionary(family, bytes) VALUES(?1, ?2)"));
      insert.bind(1, trained->family).bindBlob(2, trained->bytes);
      RETURN_IF_ERROR(insert.run());
      number = to.lastRowId();
      return {};
    }));
    // Only now may a body be compressed with it.
    dictionaries.add(number, trained->family, trained->bytes);
  }
  return {};
}

Done SqliteStore::Body::purge() {
  std::lock_guard one_at_a_time(purge_mutex);
  int64_t before = options.clock->nowMicroseconds() - options.retention_seconds * 1'000'000;
  while (true) {
    ASSIGN_OR_RETURN(bool more, purgeSome(before));
    if (!more) return {};
  }
}

// The rows are found by making them again from the body: an index row has no other way back from its version.
Result<bool> SqliteStore::Body::purgeSome(int64_t before) {
  std::vector<Outdated> outdated;
  {
    ASSIGN_OR_RETURN(auto reader, readers->take(true));
    ASSIGN_OR_RETURN(auto select, reader->connection->prepare(
                                      "SELECT s.to_seq, s.vkey, v.type, v.id FROM superseded AS s "
                                      "JOIN version AS v ON v.vkey=s.vkey WHERE s.at<?1 ORDER BY s.to_seq LIMIT ?2"));
    select.bind(1, before).bind(2, kVersionsAtATime);
    while (true) {
      ASSIGN_OR_RETURN(bool row, select.step());
      if (!row) break;
      ASSIGN_OR_RETURN(std::string stored, reader->bodies.ofVersion(select.integer(1)));
      ASSIGN_OR_RETURN(ContentPtr content, maker.ofStored(select.text(3), std::move(stored), false));
      outdated.push_back({select.integer(0), select.integer(1), static_cast<TypeNumber>(select.integer(2)), content});
    }
  }
  if (outdated.empty()) return false;
  // First nobody may begin to read as of then, and then the rows go.
  purged_through = static_cast<uint64_t>(outdated.back().to_seq);
  RETURN_IF_ERROR(writer->run([&](sql::Connection& to) -> Done {
    IndexWriter rows(to, systems);
    for (const auto& version : outdated) rows.add(version.content, version.type, version.vkey, 0);
    RETURN_IF_ERROR(rows.remove());
    ASSIGN_OR_RETURN(auto forget, to.prepare("DELETE FROM superseded WHERE to_seq=?1 AND vkey=?2"));
    for (const auto& version : outdated) {
      forget.bind(1, version.to_seq).bind(2, version.vkey);
      RETURN_IF_ERROR(forget.run());
    }
    ASSIGN_OR_RETURN(auto meta, to.prepare("INSERT OR REPLACE INTO record_meta VALUES('purged_through', ?1)"));
    meta.bind(1, std::string_view(std::to_string(purged_through)));
    return meta.run();
  }));
  return outdated.size() == static_cast<size_t>(kVersionsAtATime);
}

Done SqliteStore::tidy() {
  RETURN_IF_ERROR(body_->trainDictionaries());
  RETURN_IF_ERROR(body_->purge());
  return body_->writer->emptyLog();
}

}  // namespace gateway::record::store
