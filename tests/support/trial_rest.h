#pragma once
// A whole REST interface for tests: Rest over a real SqliteStore in a folder of its own, with a clock that stands
// still and ids that count. The folder goes with it.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/index/extractor.h"
#include "gateway/access/rest/rest.h"
#include "gateway/access/security/access_tokens.h"
#include "gateway/host/clock.h"
#include "gateway/record/store/sqlite/sqlite_store.h"

namespace tests::support {

class TrialClock : public gateway::host::Clock {
 public:
  int64_t nowMicroseconds() override { return now_; }
  int64_t monotonicMicroseconds() override { return now_; }
  void advanceSeconds(int64_t seconds) { now_ += seconds * 1'000'000; }
  void setSeconds(int64_t since_start) { now_ = kStart + since_start * 1'000'000; }

 private:
  static constexpr int64_t kStart = 1'741'220'128'000'000;  // 2025-03-06T08:15:28+08:00
  std::atomic<int64_t> now_{kStart};
};

class TrialRest {
 public:
  // Tokens: "token-of-anna" sees Patient anna, "token-of-nobody" sees nothing; without a token, everything.
  explicit TrialRest(gateway::access::rest::WriteCheck writes = gateway::access::rest::WriteCheck::Form);
  ~TrialRest();

  gateway::host::HttpResponse handle(const gateway::host::HttpRequest& request) { return rest_->handle(request); }
  // `target`: "/Patient/1?_summary=true", below the base.
  gateway::host::HttpResponse ask(std::string_view method, std::string_view target, std::string_view body = {},
                                  const std::vector<std::pair<std::string, std::string>>& headers = {});

  static constexpr const char* kBase = "http://example.org/fhir";
  TrialClock& clock() { return clock_; }
  gateway::record::store::ResourceStore& store() { return *store_; }

 private:
  TrialClock clock_;
  std::string folder_;
  std::unique_ptr<gateway::record::store::SqliteStore> store_;
  std::unique_ptr<gateway::access::security::AccessTokens> tokens_;
  std::unique_ptr<gateway::access::rest::Rest> rest_;
  std::atomic<uint64_t> ids_{0};
};

}  // namespace tests::support
