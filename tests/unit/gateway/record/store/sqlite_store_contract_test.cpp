#include "gateway/record/store/sqlite/sqlite_store.h"
#include "tests/contracts/store_contract.h"

namespace gateway::record::store::contract {

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract,
                         testing::Values(Opener{"sqlite",
                                                [](const std::string& folder, TestClock& clock, int64_t retention) {
                                                  SqliteStore::Options options;
                                                  options.folder = folder;
                                                  options.clock = &clock;
                                                  options.extractor = &extractor();
                                                  options.retention_seconds = retention;
                                                  options.housekeeping_milliseconds = 20;
                                                  auto store = SqliteStore::open(options);
                                                  EXPECT_TRUE(store.ok()) << (store.ok() ? "" : store.error().text());
                                                  return store.ok() ? std::move(store).value() : nullptr;
                                                }}),
                         [](const auto& info) { return info.param.name; });

}  // namespace gateway::record::store::contract
