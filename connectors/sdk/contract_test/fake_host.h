#pragma once
// A host for tests of connectors: remembers what was delivered, answers as told, keeps state over a connector's
// restarts and lets a test call the routes. Thread-safe.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "connectors/sdk/connector_abi.h"

namespace connectors::sdk::contract_test {

struct Delivered {
  std::string media_type;
  std::string bytes;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
};

struct FakeReceipt {
  onecard_outcome outcome = ONECARD_STORED;
  std::string reply;
  std::string reply_type = "text/plain";
  uint32_t http_status = 200;
  uint32_t retry_after_ms = 20;
};

struct FakeResponse {
  uint32_t status = 0;
  std::string body;
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> headers;
};

struct LoggedEvent {
  onecard_log_level level;
  std::string event;
  std::map<std::string, std::string> fields;
};

class FakeHost {
 public:
  using Decide = std::function<FakeReceipt(const Delivered&)>;

  FakeHost() {
    table_.size = sizeof table_;
    table_.abi_version = ONECARD_ABI_VERSION;
    table_.host = this;
    table_.deliver = &deliver;
    table_.release_receipt = &releaseReceipt;
    table_.route = &route;
    table_.log = &log;
    table_.secret = &secret;
    table_.load_state = &loadState;
    table_.save_state = &saveState;
    table_.metric = &metric;
    table_.refuse = &refuse;
  }

  const onecard_host* table() const { return &table_; }

  // How messages are answered from now on; by default all are stored and the reply is "ACK " and the message.
  void decide(Decide decide) {
    const std::lock_guard lock(mutex_);
    decide_ = std::move(decide);
  }
  static FakeReceipt stored(const Delivered& message) {
    FakeReceipt receipt;
    receipt.reply = "ACK " + message.bytes;
    return receipt;
  }
  static FakeReceipt refused(const Delivered&) {
    FakeReceipt receipt;
    receipt.outcome = ONECARD_REFUSED;
    receipt.http_status = 400;
    receipt.reply = "NAK refused";
    return receipt;
  }
  static FakeReceipt busy(const Delivered&) {
    FakeReceipt receipt;
    receipt.outcome = ONECARD_BUSY;
    receipt.http_status = 503;
    return receipt;
  }
  static FakeReceipt failed(const Delivered&) {
    FakeReceipt receipt;
    receipt.outcome = ONECARD_FAILED;
    receipt.http_status = 500;
    return receipt;
  }

  // As the real host does before it stops a connector: deliveries return busy at once.
  void closeDoor(bool closed = true) {
    const std::lock_guard lock(mutex_);
    closed_ = closed;
  }

  std::vector<Delivered> storedMessages() const {
    const std::lock_guard lock(mutex_);
    return stored_;
  }
  bool hasStored(std::string_view bytes) const {
    const std::lock_guard lock(mutex_);
    for (const Delivered& message : stored_) {
      if (message.bytes == bytes) return true;
    }
    return false;
  }
  size_t deliveries() const {
    const std::lock_guard lock(mutex_);
    return deliveries_;
  }
  int unreleasedReceipts() const {
    const std::lock_guard lock(mutex_);
    return unreleased_;
  }
  std::vector<LoggedEvent> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  // The field of the latest event of this name; empty when there was none.
  std::string lastField(std::string_view event, const std::string& field) const {
    const std::lock_guard lock(mutex_);
    for (auto it = events_.rbegin(); it != events_.rend(); ++it) {
      if (it->event == event) return it->fields.count(field) != 0 ? it->fields.at(field) : "";
    }
    return {};
  }
  void addSecret(const std::string& name, const std::string& value) { secrets_[name] = value; }

  // Calls a route as the host's HTTP listener would. Status 0: there is no such route.
  FakeResponse request(std::string_view method, std::string_view path, std::string_view body,
                       const std::vector<std::pair<std::string, std::string>>& headers = {},
                       std::string_view query = {}) {
    const std::shared_lock calling(routes_mutex_);
    Route found;
    {
      const std::lock_guard lock(mutex_);
      const auto it = routes_.find(std::string(path));
      if (it == routes_.end()) return {};
      found = it->second;
    }
    std::vector<onecard_pair> pairs;
    for (const auto& [name, value] : headers) pairs.push_back({textOf(name), textOf(value)});
    onecard_request passed{};
    passed.size = sizeof passed;
    passed.method = textOf(method);
    passed.path = textOf(path);
    passed.query = textOf(query);
    passed.body = textOf(body);
    passed.headers = pairs.data();
    passed.header_count = pairs.size();
    passed.peer = textOf("127.0.0.1");
    FakeResponse response;
    found.handler(found.instance, &passed, &respond, &response);
    return response;
  }

  // As the real host's listener does between stop and destroy: waits for requests under way and takes no more.
  void forgetRoutes() {
    const std::unique_lock quiet(routes_mutex_);
    const std::lock_guard lock(mutex_);
    routes_.clear();
  }

 private:
  struct Route {
    onecard_route handler = nullptr;
    void* instance = nullptr;
  };

  static onecard_text textOf(std::string_view view) { return {view.data(), view.size()}; }
  static std::string stringOf(onecard_text text) { return text.size == 0 ? "" : std::string(text.begin, text.size); }
  static FakeHost& self(void* host) { return *static_cast<FakeHost*>(host); }

  static void deliver(void* host, onecard_text media_type, onecard_text bytes, const onecard_pair* headers,
                      size_t count, onecard_receipt* receipt) {
    FakeHost& here = self(host);
    Delivered message{stringOf(media_type), stringOf(bytes), {}};
    for (size_t i = 0; i < count; ++i)
      message.headers.emplace_back(stringOf(headers[i].name), stringOf(headers[i].value));
    Decide decide;
    bool closed = false;
    {
      const std::lock_guard lock(here.mutex_);
      ++here.deliveries_;
      ++here.unreleased_;
      decide = here.decide_;
      closed = here.closed_;
    }
    auto* answer = new FakeReceipt(closed ? busy(message) : decide ? decide(message) : stored(message));
    if (answer->outcome == ONECARD_STORED) {
      const std::lock_guard lock(here.mutex_);
      here.stored_.push_back(message);
    }
    receipt->outcome = answer->outcome;
    receipt->retry_after_ms = answer->retry_after_ms;
    receipt->http_status = answer->http_status;
    receipt->id = textOf("receipt-1");
    receipt->reply = textOf(answer->reply);
    receipt->reply_type = textOf(answer->reply_type);
    receipt->owner = answer;
  }
  // The reply is "NAK ", the sentence and the first ten bytes.
  static void refuse(void* host, onecard_text, onecard_text beginning, onecard_text why, onecard_receipt* receipt) {
    {
      const std::lock_guard lock(self(host).mutex_);
      ++self(host).unreleased_;
    }
    auto* answer = new FakeReceipt;
    answer->reply = "NAK " + stringOf(why) + ": " + stringOf(beginning).substr(0, 10);
    receipt->outcome = ONECARD_REFUSED;
    receipt->reply = textOf(answer->reply);
    receipt->reply_type = textOf(answer->reply_type);
    receipt->owner = answer;
  }
  static void releaseReceipt(void* host, onecard_receipt* receipt) {
    delete static_cast<FakeReceipt*>(receipt->owner);
    const std::lock_guard lock(self(host).mutex_);
    --self(host).unreleased_;
  }
  static int route(void* host, onecard_text, onecard_text path, onecard_route handler, void* instance) {
    const std::lock_guard lock(self(host).mutex_);
    self(host).routes_[stringOf(path)] = {handler, instance};
    return 0;
  }
  static void log(void* host, onecard_log_level level, onecard_text event, const onecard_pair* fields, size_t count) {
    LoggedEvent logged{level, stringOf(event), {}};
    for (size_t i = 0; i < count; ++i) logged.fields[stringOf(fields[i].name)] = stringOf(fields[i].value);
    const std::lock_guard lock(self(host).mutex_);
    self(host).events_.push_back(std::move(logged));
  }
  static int secret(void* host, onecard_text name, onecard_text* value) {
    const auto found = self(host).secrets_.find(stringOf(name));
    if (found == self(host).secrets_.end()) return 0;
    *value = textOf(found->second);
    return 1;
  }
  static int loadState(void* host, onecard_text key, onecard_text* value) {
    const std::lock_guard lock(self(host).mutex_);
    const auto found = self(host).state_.find(stringOf(key));
    if (found == self(host).state_.end()) return 0;
    *value = textOf(found->second);
    return 1;
  }
  static int saveState(void* host, onecard_text key, onecard_text value) {
    const std::lock_guard lock(self(host).mutex_);
    self(host).state_[stringOf(key)] = stringOf(value);
    return 0;
  }
  static void metric(void*, onecard_text, double) {}
  static void respond(void* owner, const onecard_response* response) {
    auto& filled = *static_cast<FakeResponse*>(owner);
    filled.status = response->status;
    filled.body = stringOf(response->body);
    filled.content_type = stringOf(response->content_type);
    for (size_t i = 0; i < response->header_count; ++i) {
      filled.headers.emplace_back(stringOf(response->headers[i].name), stringOf(response->headers[i].value));
    }
  }

  onecard_host table_{};
  std::shared_mutex routes_mutex_;  // held shared while a route is called
  mutable std::mutex mutex_;
  Decide decide_;
  bool closed_ = false;
  size_t deliveries_ = 0;
  int unreleased_ = 0;
  std::vector<Delivered> stored_;
  std::vector<LoggedEvent> events_;
  std::map<std::string, Route> routes_;
  std::map<std::string, std::string> state_;
  std::map<std::string, std::string> secrets_;
};

// A connector's instance in a test: settings by name over the table's defaults, started, stopped and gone in the end.
class Running {
 public:
  using Values = std::map<std::string, std::string>;

  Running(FakeHost& host, const onecard_connector* connector, const Values& values)
      : host_(host), connector_(connector) {
    std::vector<std::string> texts;
    for (size_t i = 0; i < connector->setting_count; ++i) {
      const onecard_setting& setting = connector->settings[i];
      const auto given = values.find(setting.name);
      texts.push_back(given != values.end()              ? given->second
                      : setting.default_value != nullptr ? plain(setting)
                                                         : std::string());
    }
    std::vector<onecard_pair> pairs;
    for (size_t i = 0; i < texts.size(); ++i) {
      const std::string_view name = connector->settings[i].name;
      pairs.push_back({{name.data(), name.size()}, {texts[i].data(), texts[i].size()}});
    }
    char error[256] = "";
    instance_ = connector->create(host.table(), pairs.data(), pairs.size(), error, sizeof error);
    error_ = error;
  }
  ~Running() {
    if (instance_ == nullptr) return;
    connector_->stop(instance_);
    host_.forgetRoutes();
    connector_->destroy(instance_);
  }
  Running(const Running&) = delete;

  bool created() const { return instance_ != nullptr; }
  bool start() {
    char error[256] = "";
    const bool started = connector_->start(instance_, error, sizeof error) == 0;
    error_ = error;
    return started;
  }
  void stop() { connector_->stop(instance_); }
  const std::string& error() const { return error_; }

 private:
  // As the host passes them on: durations in milliseconds, sizes in bytes.
  static std::string plain(const onecard_setting& setting) {
    const std::string written = setting.default_value;
    if (setting.kind != ONECARD_DURATION && setting.kind != ONECARD_BYTES) return written;
    static const std::map<std::string, long long> kUnits = {
        {"", 1},   {"B", 1},    {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
        {"ms", 1}, {"s", 1000}, {"m", 60'000},    {"h", 3'600'000}, {"d", 86'400'000}};
    size_t digits = 0;
    const long long number = std::stoll(written, &digits);
    return std::to_string(number * kUnits.at(written.substr(digits)));
  }

  FakeHost& host_;
  const onecard_connector* connector_;
  void* instance_ = nullptr;
  std::string error_;
};

// Waits up to `milliseconds` until `holds`.
template <typename Condition>
bool eventually(Condition holds, int milliseconds = 5000) {
  for (int waited = 0; waited < milliseconds; waited += 5) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return holds();
}

}  // namespace connectors::sdk::contract_test
