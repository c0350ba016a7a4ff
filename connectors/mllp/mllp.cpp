// The MLLP connector: listens, and hands every connection a Session (session.h) that does the talking.

#include "connectors/mllp/session.h"

namespace connectors::mllp {
namespace {

class Mllp : public sdk::Connector {
 public:
  static constexpr sdk::Description kDescription = {
      "mllp", "0.1", "stable", "Receives HL7 v2 messages over MLLP and answers each on its connection."};
  static constexpr onecard_setting kSettings[] = {
      {"address", ONECARD_TEXT, "127.0.0.1", nullptr,
       "Address to listen on; 0.0.0.0 or :: for all of the machine's."},
      {"port", ONECARD_INTEGER, "2575", nullptr, "TCP port; 0 takes any free one."},
      {"max_frame", ONECARD_BYTES, "16MiB", nullptr,
       "Largest message; a larger one is refused and the connection closed."},
      {"max_buffered", ONECARD_BYTES, "256MiB", nullptr, "Memory for all unfinished messages together."},
      {"max_connections", ONECARD_INTEGER, "4096", nullptr, "Connections at once."},
      {"max_connections_per_address", ONECARD_INTEGER, "256", nullptr,
       "Connections at once from one address; this machine's own are not counted."},
      {"workers", ONECARD_INTEGER, "64", nullptr, "Messages handed over at once, over all connections."},
      {"frame_timeout", ONECARD_DURATION, "60s", nullptr, "A message must be complete so long after its first byte."},
      {"idle_timeout", ONECARD_DURATION, "12h", nullptr, "A connection without messages is closed after so long."},
      {"busy_timeout", ONECARD_DURATION, "60s", nullptr,
       "While the gateway is busy the message waits so long; then the connection is closed without an answer."}};

  static std::unique_ptr<sdk::Connector> create(sdk::Host host, const sdk::Settings& settings, std::string& error) {
    error = trouble(settings);
    return error.empty() ? std::make_unique<Mllp>(host, settings) : nullptr;
  }

  Mllp(sdk::Host host, const sdk::Settings& settings) : host_(host) {
    limits_.max_frame = static_cast<size_t>(settings.number("max_frame"));
    limits_.max_buffered = static_cast<size_t>(settings.number("max_buffered"));
    limits_.frame_timeout_ms = settings.number("frame_timeout");
    limits_.idle_timeout_ms = settings.number("idle_timeout");
    limits_.busy_timeout_ms = settings.number("busy_timeout");
    sdk::TcpServer::Options options;
    options.address = settings.text("address");
    options.port = static_cast<uint16_t>(settings.number("port"));
    options.connections = static_cast<int>(settings.number("max_connections"));
    options.connections_per_address = static_cast<int>(settings.number("max_connections_per_address"));
    options.workers = static_cast<int>(settings.number("workers"));
    server_ = std::make_unique<sdk::TcpServer>(options, [this](int socket, const std::string& peer) {
      return std::make_unique<Session>(socket, peer, limits_, host_, buffered_);
    });
  }

  bool start(std::string& error) override {
    if (!server_->start(error)) return false;
    const std::string port = std::to_string(server_->port());
    host_.info("listening", {{"port", port}});
    return true;
  }

  void stop() override { server_->stop(); }

 private:
  static std::string trouble(const sdk::Settings& settings) {
    if (settings.text("address").empty()) return "address must not be empty";
    if (settings.number("port") < 0 || settings.number("port") > 65535) return "port must be between 0 and 65535";
    if (settings.number("max_frame") < 1024) return "max_frame must be at least 1KiB";
    if (settings.number("max_buffered") < settings.number("max_frame"))
      return "max_buffered must not be below max_frame";
    if (outside(settings.number("max_connections"), 1, 65'536)) return "max_connections must be between 1 and 65536";
    if (settings.number("max_connections_per_address") < 1) return "max_connections_per_address must be at least 1";
    if (outside(settings.number("workers"), 1, 1024)) return "workers must be between 1 and 1024";
    for (const char* name : {"frame_timeout", "idle_timeout", "busy_timeout"}) {
      if (settings.number(name) < 1) return std::string(name) + " must be longer than nothing";
    }
    return "";
  }
  static bool outside(int64_t number, int64_t low, int64_t high) { return number < low || number > high; }

  const sdk::Host host_;
  Limits limits_;
  std::atomic<size_t> buffered_{0};
  std::unique_ptr<sdk::TcpServer> server_;  // last: its sessions use what is above
};

}  // namespace
}  // namespace connectors::mllp

ONECARD_CONNECTOR(connectors::mllp::Mllp, mllp)
