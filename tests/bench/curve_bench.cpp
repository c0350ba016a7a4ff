// How ingest holds up while the record grows: resources per second of each tenth, straight into the store.

#include <atomic>
#include <thread>

#include "fhir/index/extractor.h"
#include "gateway/host/clock.h"
#include "gateway/record/store/sqlite/sqlite_store.h"
#include "tests/bench/bench.h"
#include "tests/bench/resources.h"

namespace bench {

using gateway::record::store::Batch;
using gateway::record::store::CommitResult;
using gateway::record::store::SqliteStore;
using gateway::record::store::Write;

namespace {

constexpr uint64_t kBatch = 110;
constexpr size_t kUnderWay = 40;

Batch madeBatch(uint64_t n) {
  Batch batch;
  batch.lane = gateway::record::store::Lane::Bulk;
  for (uint64_t i = 0; i < kBatch; ++i) {
    MadeResource made = madeResource(n + i);
    fhir::base::Findings findings;
    auto document = fhir::model::Document::readResource(std::move(made.json), findings);
    Write write;
    write.type = document->type();
    write.id = made.id;
    write.document = std::move(document).value();
    batch.writes.push_back(std::move(write));
  }
  return batch;
}

}  // namespace

void benchCurve(const Options& options) {
  gateway::host::SystemClock clock;
  auto extractor = fhir::index::Extractor::create(fhir::definitions::r4());
  SqliteStore::Options store_options;
  store_options.folder = options.folder + "/data";
  store_options.clock = &clock;
  store_options.extractor = &*extractor;
  store_options.cache_bytes = 1 << 30;
  auto store = SqliteStore::open(store_options);
  if (!store.ok()) {
    std::printf("  %s\n", store.error().text().c_str());
    return;
  }
  const uint64_t step = std::max<uint64_t>(options.curve / 20, kBatch);
  double first = 0, slowest = 1e18;
  for (uint64_t done = 0; done < options.curve;) {
    Stopwatch watch;
    uint64_t until = std::min(done + step, options.curve), begun = done;
    std::vector<std::thread> threads;
    std::atomic<uint64_t> next{done};
    for (int t = 0; t < 2; ++t) {
      threads.emplace_back([&] {
        std::vector<std::future<fhir::base::Result<CommitResult>>> waiting;
        for (uint64_t n = next.fetch_add(kBatch); n < until; n = next.fetch_add(kBatch)) {
          waiting.push_back((*store)->commit(madeBatch(n)));
          if (waiting.size() < kUnderWay) continue;
          for (auto& one : waiting) {
            auto result = one.get();
            if (!result.ok()) std::printf("  %s\n", result.error().text().c_str());
          }
          waiting.clear();
        }
        for (auto& one : waiting) (void)one.get().ok();
      });
    }
    for (auto& thread : threads) thread.join();
    done = until;
    double rate = static_cast<double>(done - begun) / watch.seconds();
    if (first == 0) first = rate;
    slowest = std::min(slowest, rate);
    auto figures = (*store)->figures();
    std::printf("  to %8llu resources: %8.0f /s, group commits %llu, file %.0f MB, %.0f bytes a resource\n",
                static_cast<unsigned long long>(done), rate, static_cast<unsigned long long>(figures.group_commits),
                static_cast<double>(figures.file_bytes) / 1e6,
                static_cast<double>(figures.file_bytes) / static_cast<double>(done));
    std::fflush(stdout);
  }
  std::printf("  slowest step beside the first: %.2f\n", slowest / first);
}

}  // namespace bench
