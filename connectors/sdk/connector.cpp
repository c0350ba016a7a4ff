#include "connectors/sdk/connector.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace connectors::sdk {
namespace {

std::vector<onecard_pair> abiPairs(const std::vector<Pair>& pairs) {
  std::vector<onecard_pair> made;
  made.reserve(pairs.size());
  for (const auto& [name, value] : pairs) made.push_back({text(name), text(value)});
  return made;
}

Connector* connectorOf(void* instance) { return static_cast<Connector*>(instance); }

void routeRequest(void* instance, const onecard_request* request, onecard_respond respond, void* request_owner) {
  Response response;
  std::string error;
  const bool answered = guarded(
      [&] {
        response = connectorOf(instance)->answer(Request(*request));
        return true;
      },
      error);
  if (!answered) response = Response{500, "text/plain; charset=utf-8", "The request could not be answered.\n", {}};
  std::vector<onecard_pair> headers;
  for (const auto& [name, value] : response.headers) headers.push_back({text(name), text(value)});
  onecard_response passed{};
  passed.size = sizeof passed;
  passed.status = response.status;
  passed.body = text(response.body);
  passed.content_type = text(response.content_type);
  passed.headers = headers.data();
  passed.header_count = headers.size();
  respond(request_owner, &passed);
}

}  // namespace

std::string_view view(onecard_text text) {
  return text.size == 0 ? std::string_view() : std::string_view(text.begin, text.size);
}
onecard_text text(std::string_view view) { return {view.data(), view.size()}; }

Receipt::~Receipt() {
  if (host_ != nullptr) host_->release_receipt(host_->host, &receipt_);
}

Receipt::Receipt(Receipt&& other) noexcept : host_(std::exchange(other.host_, nullptr)), receipt_(other.receipt_) {}

std::string_view Request::header(std::string_view lower_case_name) const {
  for (size_t i = 0; i < request_.header_count; ++i) {
    if (view(request_.headers[i].name) == lower_case_name) return view(request_.headers[i].value);
  }
  return {};
}

Receipt Host::deliver(std::string_view media_type, std::string_view bytes, const std::vector<Pair>& headers) const {
  const std::vector<onecard_pair> pairs = abiPairs(headers);
  onecard_receipt receipt{};
  receipt.size = sizeof receipt;
  receipt.outcome = ONECARD_FAILED;
  host_->deliver(host_->host, text(media_type), text(bytes), pairs.data(), pairs.size(), &receipt);
  return Receipt(host_, receipt);
}

Receipt Host::refuse(std::string_view media_type, std::string_view beginning, std::string_view why) const {
  onecard_receipt receipt{};
  receipt.size = sizeof receipt;
  receipt.outcome = ONECARD_REFUSED;
  host_->refuse(host_->host, text(media_type), text(beginning), text(why), &receipt);
  return Receipt(host_, receipt);
}

void Host::log(onecard_log_level level, std::string_view event, const std::vector<Pair>& fields) const {
  const std::vector<onecard_pair> pairs = abiPairs(fields);
  host_->log(host_->host, level, text(event), pairs.data(), pairs.size());
}

std::optional<std::string> Host::secret(std::string_view name) const {
  onecard_text value{};
  if (host_->secret(host_->host, text(name), &value) == 0) return std::nullopt;
  return std::string(view(value));
}

std::optional<std::string> Host::loadState(std::string_view key) const {
  onecard_text value{};
  if (host_->load_state(host_->host, text(key), &value) == 0) return std::nullopt;
  return std::string(view(value));
}

bool Host::saveState(std::string_view key, std::string_view value) const {
  return host_->save_state(host_->host, text(key), text(value)) == 0;
}

void Host::count(std::string_view name, double add) const { host_->metric(host_->host, text(name), add); }

std::string_view Settings::text(std::string_view name) const {
  for (size_t i = 0; i < count_; ++i) {
    if (view(pairs_[i].name) == name) return view(pairs_[i].value);
  }
  return {};
}

int64_t Settings::number(std::string_view name) const {
  const std::string_view digits = text(name);
  int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

bool Connector::addRoute(const Host& host, std::string_view method, std::string_view path) {
  return host.abi()->route(host.abi()->host, text(method), text(path), &routeRequest, this) == 0;
}

void writeError(std::string_view sentence, char* error, size_t error_size) {
  if (error == nullptr || error_size == 0) return;
  const size_t size = std::min(sentence.size(), error_size - 1);
  std::memcpy(error, sentence.data(), size);
  error[size] = '\0';
}

const char* unusableHost(const onecard_host* host) {
  if (host == nullptr || host->size < sizeof(onecard_host)) return "the host is older than this connector";
  if (host->abi_version != ONECARD_ABI_VERSION) return "the host speaks another version of the connector ABI";
  return nullptr;
}

int startInstance(void* instance, char* error, size_t error_size) {
  std::string sentence;
  if (guarded([&] { return connectorOf(instance)->start(sentence); }, sentence)) return 0;
  writeError(sentence.empty() ? "the connector did not start" : sentence, error, error_size);
  return 1;
}

void stopInstance(void* instance) {
  std::string ignored;
  guarded([&] { return connectorOf(instance)->stop(), true; }, ignored);
}

void destroyInstance(void* instance) {
  stopInstance(instance);
  delete connectorOf(instance);
}

}  // namespace connectors::sdk
