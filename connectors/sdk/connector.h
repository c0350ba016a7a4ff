#pragma once
// The pleasant C++ face of connector_abi.h. A connector is a class derived from Connector with three static members,
//
//     static constexpr onecard_setting kSettings[] = {...};
//     static constexpr Description kDescription = {"name", "0.1", "beta", "One sentence."};
//     static std::unique_ptr<Connector> create(Host host, const Settings& settings, std::string& error);
//
// and one exported function, written by ONECARD_CONNECTOR(Class, name). Exceptions that a connector throws end at the
// border: in create and start they become errors, in a route a 500.
//
// Text that a function is given is good during the call. Everything of Host may be called on any thread.

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/sdk/connector_abi.h"

namespace connectors::sdk {

using Pair = std::pair<std::string_view, std::string_view>;

std::string_view view(onecard_text text);
onecard_text text(std::string_view view);  // points to the same bytes

// What the host says about a message. Acknowledge only when stored(); texts live as long as the Receipt.
class Receipt {
 public:
  Receipt(const onecard_host* host, onecard_receipt receipt) : host_(host), receipt_(receipt) {}
  ~Receipt();
  Receipt(Receipt&& other) noexcept;
  Receipt& operator=(Receipt&&) = delete;
  Receipt(const Receipt&) = delete;

  onecard_outcome outcome() const { return receipt_.outcome; }
  bool stored() const { return receipt_.outcome == ONECARD_STORED; }
  bool refused() const { return receipt_.outcome == ONECARD_REFUSED; }
  bool busy() const { return receipt_.outcome == ONECARD_BUSY; }
  uint32_t retryAfterMs() const { return receipt_.retry_after_ms; }
  uint32_t httpStatus() const { return receipt_.http_status; }
  std::string_view id() const { return view(receipt_.id); }
  std::string_view reply() const { return view(receipt_.reply); }
  std::string_view replyType() const { return view(receipt_.reply_type); }

 private:
  const onecard_host* host_;
  onecard_receipt receipt_;
};

// An HTTP request on a route of the connector; good during answer().
class Request {
 public:
  explicit Request(const onecard_request& request) : request_(request) {}
  std::string_view method() const { return view(request_.method); }
  std::string_view path() const { return view(request_.path); }
  std::string_view query() const { return view(request_.query); }
  std::string_view body() const { return view(request_.body); }
  std::string_view peer() const { return view(request_.peer); }
  std::string_view header(std::string_view lower_case_name) const;  // empty when absent

 private:
  const onecard_request& request_;
};

struct Response {
  uint32_t status = 200;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

// The host, for one instance of a connector. A handle: copy it freely; good until destroy.
class Host {
 public:
  explicit Host(const onecard_host* host) : host_(host) {}

  // Blocks until the bytes are safe or refused; see connector_abi.h. After stop it returns busy at once.
  Receipt deliver(std::string_view media_type, std::string_view bytes, const std::vector<Pair>& headers = {}) const;
  // What to answer to a message that the connector turns away itself; nothing is kept. The reply may be empty.
  Receipt refuse(std::string_view media_type, std::string_view beginning, std::string_view why) const;
  // An event name and key=value fields: names, ids, counts, durations, never message content.
  void info(std::string_view event, const std::vector<Pair>& fields = {}) const { log(ONECARD_INFO, event, fields); }
  void warn(std::string_view event, const std::vector<Pair>& fields = {}) const { log(ONECARD_WARN, event, fields); }
  void error(std::string_view event, const std::vector<Pair>& fields = {}) const {
    log(ONECARD_ERROR, event, fields);
  }
  std::optional<std::string> secret(std::string_view name) const;
  std::optional<std::string> loadState(std::string_view key) const;
  bool saveState(std::string_view key, std::string_view value) const;  // true: it is durable
  void count(std::string_view name, double add = 1) const;

  const onecard_host* abi() const { return host_; }

 private:
  void log(onecard_log_level level, std::string_view event, const std::vector<Pair>& fields) const;
  const onecard_host* host_;
};

// The checked settings by name. The host has seen to kinds and choices; what they mean together is create's business.
class Settings {
 public:
  Settings(const onecard_pair* pairs, size_t count) : pairs_(pairs), count_(count) {}
  std::string_view text(std::string_view name) const;  // empty when the table does not have it
  int64_t number(std::string_view name) const;         // integers, milliseconds, bytes

 private:
  const onecard_pair* pairs_;
  size_t count_;
};

class Connector {
 public:
  virtual ~Connector() = default;
  // Begins to move bytes. On false, a sentence in error.
  virtual bool start(std::string& error) = 0;
  // Takes no more bytes, lets deliveries under way end, returns within a second. May be called twice.
  virtual void stop() = 0;
  // A request on a route declared with addRoute(); on many threads at once, until stop.
  virtual Response answer(const Request&) { return Response{404, "", "", {}}; }

 protected:
  // Within start() only. False when the path is taken. Method "*" means all of them.
  bool addRoute(const Host& host, std::string_view method, std::string_view path);
};

struct Description {
  const char* name;
  const char* version;
  const char* status;  // "stable", "beta" or "experimental"
  const char* text;
};

// ---- below here: what ONECARD_CONNECTOR is made of ------------------------------------------------------------

void writeError(std::string_view sentence, char* error, size_t error_size);
const char* unusableHost(const onecard_host* host);  // a sentence, or nullptr when it will do

template <typename Work>
bool guarded(Work work, std::string& error) {
  try {
    return work();
  } catch (const std::exception& exception) {
    error = exception.what();
  } catch (...) {
    error = "an unknown exception";
  }
  return false;
}

template <class Class>
void* createInstance(const onecard_host* host, const onecard_pair* settings, size_t count, char* error, size_t size) {
  if (const char* sentence = unusableHost(host)) {
    writeError(sentence, error, size);
    return nullptr;
  }
  std::unique_ptr<Connector> made;
  std::string sentence;
  guarded([&] { return (made = Class::create(Host(host), Settings(settings, count), sentence)) != nullptr; },
          sentence);
  if (!made) writeError(sentence.empty() ? "the settings do not fit" : sentence, error, size);
  return made.release();
}

int startInstance(void* instance, char* error, size_t error_size);
void stopInstance(void* instance);
void destroyInstance(void* instance);

template <class Class>
const onecard_connector* exported() {
  static const onecard_connector kTable = {sizeof(onecard_connector),
                                           ONECARD_ABI_VERSION,
                                           Class::kDescription.name,
                                           Class::kDescription.version,
                                           Class::kDescription.status,
                                           Class::kDescription.text,
                                           Class::kSettings,
                                           sizeof(Class::kSettings) / sizeof(Class::kSettings[0]),
                                           &createInstance<Class>,
                                           &startInstance,
                                           &stopInstance,
                                           &destroyInstance};
  return &kTable;
}

}  // namespace connectors::sdk

// At file level, outside of every namespace.
#define ONECARD_CONNECTOR(Class, name)                                        \
  extern "C" const struct onecard_connector* onecard_connector_##name(void);  \
  extern "C" const struct onecard_connector* onecard_connector_##name(void) { \
    return ::connectors::sdk::exported<Class>();                              \
  }
