// A connector to copy: over TCP, a message ends in a NUL byte, and so does its answer. What to change is marked
// "yours:".

#include "connectors/sdk/connector.h"
#include "connectors/sdk/tcp_server.h"

namespace connectors::example {  // yours: connectors::<name>
namespace {

constexpr char kEnd = '\0';
constexpr size_t kLongestMessage = 1u << 20;
constexpr int64_t kPatience_ms = 60'000;

// One peer's conversation: a message in, an answer out.
class Session : public sdk::TcpSession {
 public:
  Session(int socket, sdk::Host host) : socket_(socket), host_(host), since_(sdk::monotonicMilliseconds()) {}

  // Never blocks: says what to wait for.
  Step step(int64_t now, bool stopping) override {
    for (;;) {
      if (broken_ || (stopping && out_.empty())) return Step::Close;
      if (!out_.empty()) {
        const sdk::Transfer sending = sdk::sendSome(socket_, out_, sent_);
        if (sending == sdk::Transfer::Nothing) return Step::WaitForRoom;
        if (sending == sdk::Transfer::Ended) return Step::Close;
        out_.clear();
        since_ = now;
        continue;
      }
      end_ = in_.find(kEnd);
      if (end_ != std::string::npos) return resume_at_ > now ? Step::WaitForTime : Step::Work;
      if (in_.size() > kLongestMessage) return Step::Close;
      switch (sdk::receiveSome(socket_, in_)) {
        case sdk::Transfer::Some: since_ = now; break;
        case sdk::Transfer::Nothing: return Step::WaitForBytes;
        case sdk::Transfer::Ended: return Step::Close;
      }
    }
  }

  // May block. Acknowledges only what the receipt allows.
  void work() override {
    const sdk::Receipt receipt =
        host_.deliver("text/plain", std::string_view(in_).substr(0, end_));  // yours: media type
    if (receipt.busy()) {
      resume_at_ = sdk::monotonicMilliseconds() + receipt.retryAfterMs();  // kept, and offered again
      return;
    }
    resume_at_ = 0;
    broken_ = !receipt.stored() && !receipt.refused();  // failed: no answer, the peer sends it again
    out_ = broken_ ? "" : std::string(receipt.reply()) + kEnd;
    sent_ = 0;
    in_.erase(0, end_ + 1);
  }

  int64_t deadline() const override { return resume_at_ != 0 ? resume_at_ : since_ + kPatience_ms; }
  Step expire(int64_t) override { return resume_at_ != 0 ? Step::Work : Step::Close; }

 private:
  const int socket_;
  const sdk::Host host_;
  std::string in_;
  size_t end_ = std::string::npos;
  std::string out_;
  size_t sent_ = 0;
  int64_t since_;
  int64_t resume_at_ = 0;
  bool broken_ = false;
};

class Template : public sdk::Connector {
 public:
  static constexpr sdk::Description kDescription = {
      "template", "0.1", "experimental",
      "Takes messages that end in a NUL byte over TCP; there to be copied."};  // yours
  static constexpr onecard_setting kSettings[] = {
      {"port", ONECARD_INTEGER, "0", nullptr, "TCP port on this machine; 0 takes any free one."}};  // yours

  // Checks what the settings mean together. Touches no network and no files.
  static std::unique_ptr<sdk::Connector> create(sdk::Host host, const sdk::Settings& settings, std::string& error) {
    const int64_t port = settings.number("port");
    if (port < 0 || port > 65535) {
      error = "port must be between 0 and 65535";
      return nullptr;
    }
    return std::make_unique<Template>(host, static_cast<uint16_t>(port));
  }

  Template(sdk::Host host, uint16_t port)
      : host_(host), server_(options(port), [host](int socket, const std::string&) {
          return std::make_unique<Session>(socket, host);
        }) {}

  bool start(std::string& error) override {
    if (!server_.start(error)) return false;
    const std::string port = std::to_string(server_.port());
    host_.info("listening", {{"port", port}});
    return true;
  }

  void stop() override { server_.stop(); }

 private:
  static sdk::TcpServer::Options options(uint16_t port) {
    sdk::TcpServer::Options options;
    options.port = port;
    return options;
  }

  const sdk::Host host_;
  sdk::TcpServer server_;
};

}  // namespace
}  // namespace connectors::example

ONECARD_CONNECTOR(connectors::example::Template, template)  // yours: the name of the folder
