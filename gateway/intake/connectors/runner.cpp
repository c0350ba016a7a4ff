#include "gateway/intake/connectors/runner.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <mutex>

namespace gateway::intake {

using fhir::base::Done;
using fhir::base::Error;
using fhir::base::Result;
using fhir::base::Why;

namespace {

std::string_view view(onecard_text text) { return {text.begin, text.size}; }
onecard_text text(std::string_view view) { return {view.data(), view.size()}; }

// What a receipt's texts point into, until release_receipt.
struct ReceiptTexts {
  std::string id, reply, type;
};

struct RequestOwner {
  host::HttpResponse response;
  bool answered = false;
};

// The receipt's texts live until release_receipt.
void fill(onecard_receipt& receipt, Answer answer) {
  auto* texts = new ReceiptTexts{std::move(answer.receipt), std::move(answer.reply), std::move(answer.reply_type)};
  switch (answer.outcome) {
    case Answer::Outcome::Stored: receipt.outcome = ONECARD_STORED; break;
    case Answer::Outcome::Refused: receipt.outcome = ONECARD_REFUSED; break;
    case Answer::Outcome::Busy: receipt.outcome = ONECARD_BUSY; break;
    case Answer::Outcome::Failed: receipt.outcome = ONECARD_FAILED; break;
  }
  receipt.retry_after_ms = answer.retry_after_ms;
  receipt.http_status = answer.http_status;
  receipt.id = text(texts->id);
  receipt.reply = text(texts->reply);
  receipt.reply_type = text(texts->type);
  receipt.owner = texts;
}

// The place of the setting that a connector's sentence names, the longest name first.
std::string placeOf(std::string_view sentence, const std::vector<ConnectorSetting>& settings,
                    const std::string& otherwise) {
  const ConnectorSetting* named = nullptr;
  for (const ConnectorSetting& setting : settings) {
    if (sentence.find(setting.name) == std::string_view::npos) continue;
    if (named == nullptr || setting.name.size() > named->name.size()) named = &setting;
  }
  return named == nullptr ? otherwise : named->where;
}

// Keys of load_state and save_state become file names.
bool isStateKey(std::string_view key) {
  return !key.empty() && key.size() <= 100 && key[0] != '.' &&
         key.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
             std::string_view::npos;
}

// Written beside, flushed, renamed: after a crash the old or the new value is there, whole.
bool writeDurably(const std::string& path, std::string_view value) {
  std::string beside = path + ".new";
  int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return false;
  bool good = true;
  while (good && !value.empty()) {
    ssize_t written = ::write(file, value.data(), value.size());
    good = written > 0;
    if (good) value.remove_prefix(static_cast<size_t>(written));
  }
  good = good && ::fsync(file) == 0;
  ::close(file);
  if (!good || std::rename(beside.c_str(), path.c_str()) != 0) return false;
  int folder = ::open(std::filesystem::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return false;
  good = ::fsync(folder) == 0;
  ::close(folder);
  return good;
}

}  // namespace

struct ConnectorRunner::Body {
  const onecard_connector* connector = nullptr;
  std::unique_ptr<SourceDoor> door;
  RunnerParts parts;
  onecard_host host{};
  void* instance = nullptr;
  bool starting = false;
  std::mutex mutex;
  std::string loaded;  // the last value that load_state gave

  void buildHost();
  static void deliver(void* host, onecard_text media_type, onecard_text bytes, const onecard_pair* headers,
                      size_t header_count, onecard_receipt* receipt);
  static void refuse(void* host, onecard_text media_type, onecard_text beginning, onecard_text why,
                     onecard_receipt* receipt);
  static void releaseReceipt(void* host, onecard_receipt* receipt);
  static int route(void* host, onecard_text method, onecard_text path, onecard_route handler, void* instance);
  static void log(void* host, onecard_log_level level, onecard_text event, const onecard_pair* fields, size_t count);
  static int secret(void* host, onecard_text name, onecard_text* value);
  static int loadState(void* host, onecard_text key, onecard_text* value);
  static int saveState(void* host, onecard_text key, onecard_text value);
  static void metric(void* host, onecard_text name, double add);
};

void ConnectorRunner::Body::deliver(void* host, onecard_text media_type, onecard_text bytes,
                                    const onecard_pair* headers, size_t header_count, onecard_receipt* receipt) {
  auto& body = *static_cast<Body*>(host);
  Headers pairs;
  for (size_t i = 0; i < header_count; ++i) pairs.emplace_back(view(headers[i].name), view(headers[i].value));
  fill(*receipt, body.door->deliver(view(media_type), pairs, view(bytes)));
}

void ConnectorRunner::Body::refuse(void* host, onecard_text, onecard_text beginning, onecard_text why,
                                   onecard_receipt* receipt) {
  fill(*receipt, static_cast<Body*>(host)->door->refuse(view(beginning), view(why)));
}

void ConnectorRunner::Body::releaseReceipt(void*, onecard_receipt* receipt) {
  delete static_cast<ReceiptTexts*>(receipt->owner);
  receipt->owner = nullptr;
}

int ConnectorRunner::Body::route(void* host, onecard_text method, onecard_text path, onecard_route handler,
                                 void* instance) {
  auto& body = *static_cast<Body*>(host);
  if (!body.starting || body.parts.http == nullptr) return 1;
  std::string only(view(method));
  auto serve = [handler, instance, only](const host::HttpRequest& request) {
    if (!only.empty() && only != "*" && request.method != only) {
      host::HttpResponse refused;
      refused.status = 405;
      refused.headers.emplace_back("Allow", only);
      return refused;
    }
    std::vector<onecard_pair> headers;
    for (const auto& [name, value] : request.headers) headers.push_back({text(name), text(value)});
    onecard_request passed{sizeof(onecard_request), text(request.method), text(request.path), text(request.query),
                           text(request.body),      headers.data(),       headers.size(),     text(request.peer)};
    RequestOwner owner;
    owner.response.status = 500;
    handler(
        instance, &passed,
        [](void* request_owner, const onecard_response* response) {
          auto& filled = *static_cast<RequestOwner*>(request_owner);
          filled.answered = true;
          filled.response.status = static_cast<int>(response->status);
          filled.response.body = view(response->body);
          filled.response.content_type = view(response->content_type);
          for (size_t i = 0; i < response->header_count; ++i) {
            filled.response.headers.emplace_back(view(response->headers[i].name), view(response->headers[i].value));
          }
        },
        &owner);
    return std::move(owner.response);
  };
  body.parts.http->route(view(path), serve);
  return 0;
}

void ConnectorRunner::Body::log(void* host, onecard_log_level level, onecard_text event, const onecard_pair* fields,
                                size_t count) {
  auto& body = *static_cast<Body*>(host);
  std::string joined;
  for (size_t i = 0; i < count; ++i) {
    joined += (i == 0 ? "" : " ") + std::string(view(fields[i].name)) + "=" + std::string(view(fields[i].value));
  }
  std::string name = std::string(body.connector->name) + "." + std::string(view(event));
  const std::string& source = body.door->source().name;
  if (level == ONECARD_INFO) body.parts.log->info(name, {{"source", source}, {"detail", joined}});
  if (level == ONECARD_WARN) body.parts.log->warn(name, {{"source", source}, {"detail", joined}});
  if (level == ONECARD_ERROR) body.parts.log->error(name, {{"source", source}, {"detail", joined}});
}

int ConnectorRunner::Body::secret(void* host, onecard_text name, onecard_text* value) {
  auto& body = *static_cast<Body*>(host);
  const std::string* found = body.parts.secret ? body.parts.secret(view(name)) : nullptr;
  if (found == nullptr) return 0;
  *value = text(*found);
  return 1;
}

int ConnectorRunner::Body::loadState(void* host, onecard_text key, onecard_text* value) {
  auto& body = *static_cast<Body*>(host);
  if (!isStateKey(view(key))) return 0;
  std::lock_guard lock(body.mutex);
  std::ifstream file(body.parts.state_folder + "/" + std::string(view(key)), std::ios::binary);
  if (!file) return 0;
  body.loaded.assign(std::istreambuf_iterator<char>(file), {});
  *value = text(body.loaded);
  return 1;
}

int ConnectorRunner::Body::saveState(void* host, onecard_text key, onecard_text value) {
  auto& body = *static_cast<Body*>(host);
  if (!isStateKey(view(key))) return 1;
  std::lock_guard lock(body.mutex);
  std::error_code failed;
  std::filesystem::create_directories(body.parts.state_folder, failed);
  return writeDurably(body.parts.state_folder + "/" + std::string(view(key)), view(value)) ? 0 : 1;
}

void ConnectorRunner::Body::metric(void* host, onecard_text name, double add) {
  auto& body = *static_cast<Body*>(host);
  if (add < 0) return;
  body.parts.metrics
      ->counter("onecard_connector_" + std::string(view(name)), "counted by a connector",
                "source=\"" + body.door->source().name + "\"")
      .add(static_cast<uint64_t>(add));
}

void ConnectorRunner::Body::buildHost() {
  host.size = sizeof host;
  host.abi_version = ONECARD_ABI_VERSION;
  host.host = this;
  host.deliver = &deliver;
  host.release_receipt = &releaseReceipt;
  host.route = &route;
  host.log = &log;
  host.secret = &secret;
  host.load_state = &loadState;
  host.save_state = &saveState;
  host.metric = &metric;
  host.refuse = &refuse;
}

ConnectorRunner::ConnectorRunner(std::unique_ptr<Body> body) : body_(std::move(body)) {}

Result<std::unique_ptr<ConnectorRunner>> ConnectorRunner::create(const onecard_connector& connector,
                                                                 std::unique_ptr<SourceDoor> door,
                                                                 const std::vector<ConnectorSetting>& settings,
                                                                 RunnerParts parts) {
  ASSIGN_OR_RETURN(auto checked, checkedSettings(connector, settings, parts.data_folder));
  auto body = std::make_unique<Body>();
  body->connector = &connector;
  body->door = std::move(door);
  body->parts = std::move(parts);
  body->buildHost();
  std::vector<onecard_pair> pairs;
  for (const auto& [name, value] : checked) pairs.push_back({text(name), text(value)});
  char error[512] = "";
  body->instance = connector.create(&body->host, pairs.data(), pairs.size(), error, sizeof error);
  if (body->instance == nullptr) {
    return Error{Why::Invalid, error, placeOf(error, settings, "source " + body->door->source().name)};
  }
  return std::unique_ptr<ConnectorRunner>(new ConnectorRunner(std::move(body)));
}

ConnectorRunner::~ConnectorRunner() {
  stop();
  body_->connector->destroy(body_->instance);
}

Done ConnectorRunner::start() {
  char error[512] = "";
  body_->starting = true;
  int failed = body_->connector->start(body_->instance, error, sizeof error);
  body_->starting = false;
  if (failed != 0) return Error{Why::Unavailable, error, "source " + body_->door->source().name};
  return {};
}

void ConnectorRunner::stop() {
  body_->door->stop();
  body_->connector->stop(body_->instance);
}

const SourceDoor& ConnectorRunner::door() const { return *body_->door; }

}  // namespace gateway::intake
