#pragma once
// An inbox, a record and a pipeline with the repository's mappings in a folder of their own, with a clock that the
// test sets. open() after close() is a restart.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "fhir/definitions/lookup.h"
#include "fhir/index/extractor.h"
#include "gateway/host/clock.h"
#include "gateway/host/log.h"
#include "gateway/host/metrics.h"
#include "gateway/intake/connectors/receipts.h"
#include "gateway/intake/inbox/inbox.h"
#include "gateway/intake/pipeline/pipeline.h"
#include "gateway/record/store/sqlite/sqlite_store.h"
#include "tests/unit/gateway/host/temporary_folder.h"

namespace gateway::intake {

class SetClock : public host::Clock {
 public:
  int64_t nowMicroseconds() override { return now; }
  int64_t monotonicMicroseconds() override { return now; }
  std::atomic<int64_t> now{1'741'220'128'000'000};  // 2025-03-06T08:15:28+08:00
};

inline constexpr int64_t kDay = int64_t{86'400} * 1'000'000;

class TrialIntake {
 public:
  TrialIntake() : library_(loadMappings()) {}
  ~TrialIntake() { close(); }

  static Source laboratory() { return {"lab", "I1", "hl7v2", "", {"hl7v2/oru_r01"}}; }
  static Source clinic() { return {"clinic", "I2", "delimited", "UTF-8", {"delimited/follow_up"}}; }

  void openRecord() {
    record::store::SqliteStore::Options options;
    options.folder = folder_.path();
    options.clock = &clock;
    options.extractor = &extractor();
    store = std::move(record::store::SqliteStore::open(options)).value();
  }
  void openInbox(size_t largest = 64u << 20) {
    PartLedger ledger(*store);
    ASSERT_TRUE(ledger.createTables().ok());
    Inbox::Options options;
    options.folder = folder_.path() + "/inbox";
    options.clock = &clock;
    options.max_message_bytes = largest;
    options.first_sequence = ledger.lastSequence().value() + 1;
    options.known = [this](std::string_view id) -> std::optional<KnownMessage> {
      auto state = PartLedger(*store).message(id);
      if (!state.ok() || !state->has_value()) return {};
      return KnownMessage{(*state)->received, (*state)->sequence};
    };
    inbox = std::move(Inbox::open(std::move(options))).value();
  }
  void openPipeline(Pipeline::Options options = {}) {
    options.store = store.get();
    options.inbox = inbox.get();
    options.library = &library_;
    options.clock = &clock;
    options.log = &log;
    options.metrics = &metrics;
    options.sources = {laboratory(), clinic()};
    pipeline = std::make_unique<Pipeline>(std::move(options));
    ASSERT_TRUE(pipeline->start().ok());
  }
  void open(Pipeline::Options options = {}) {
    openRecord();
    openInbox();
    openPipeline(std::move(options));
  }
  void close() {
    if (pipeline) pipeline->stop();
    pipeline.reset();
    inbox.reset();
    store.reset();
  }
  std::unique_ptr<SourceDoor> door(Source source, ReplySettings reply) {
    return std::make_unique<SourceDoor>(std::move(source), std::move(reply),
                                        SourceDoor::Parts{inbox.get(), pipeline.get(), &metrics, 480});
  }
  const std::string& folder() const { return folder_.path(); }

  SetClock clock;
  host::Log log{host::Log::Format::Text};
  host::Metrics metrics;
  std::unique_ptr<record::store::SqliteStore> store;
  std::unique_ptr<Inbox> inbox;
  std::unique_ptr<Pipeline> pipeline;

 private:
  static mappings::engine::MapLibrary loadMappings() {
    mappings::engine::MapLibrary::Options options;
    options.folder = std::string(ONECARD_SOURCE_DIR) + "/mappings";
    options.site_key = "a key for tests";
    options.canonical_base = "http://onecard.example/";
    return std::move(mappings::engine::MapLibrary::load(options)).value();
  }
  static const fhir::index::Extractor& extractor() {
    static const fhir::index::Extractor kExtractor =
        std::move(fhir::index::Extractor::create(fhir::definitions::r4())).value();
    return kExtractor;
  }

  tests::TemporaryFolder folder_;
  mappings::engine::MapLibrary library_;
};

inline std::string laboratoryReport(const std::string& number, bool with_patient = true) {
  return "MSH|^~\\&|LIS|QSX|MHUB|QSX|20250306113005||ORU^R01|LIS" + number + "|P|2.4\r" +
         (with_patient ? "PID|1||88" + number + "^^^HIS^PI||Li||19760825|F\r" : "") + "OBR|1|SQ" + number + "|BG" +
         number +
         "|XCG^CBC^L|||20250306090512|||||||||||||||20250306112830|||F\r"
         "OBX|1|NM|WBC^WBC^L||11.32|10^9/L|3.5-9.5||||F\r";
}

// A woman's identity number with a valid check character (GB 11643).
inline std::string idCard(int n) {
  constexpr int kWeights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  char text[48];
  std::snprintf(text, sizeof text, "9901211976%02d%02d%03d", 1 + n / 14'000 % 12, 1 + n / 500 % 28, n % 500 * 2);
  int sum = 0;
  for (int i = 0; i < 17; ++i) sum += (text[i] - '0') * kWeights[i];
  return std::string(text, 17) + "10X98765432"[sum % 11];
}

// Rows about as many people; every hundredth has a column too many.
inline std::string followUps(int rows) {
  std::string text = "序号,姓名,性别,身份证号,随访日期,收缩压,舒张压\r\n";
  for (int i = 1; i <= rows; ++i) {
    text += std::to_string(i) + ",李秀英,女," + idCard(i) + ",2025/3/6,140,90" + (i % 100 == 0 ? ",x" : "") + "\r\n";
  }
  return text;
}

}  // namespace gateway::intake
