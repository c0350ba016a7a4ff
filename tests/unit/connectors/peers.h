#pragma once
// How a test reaches each connector: an MLLP sender, a SOAP sender, somebody who drops files.

#include <filesystem>
#include <fstream>
#include <mutex>

#include <gtest/gtest.h>

#include "connectors/sdk/contract_test/peer.h"
#include "tests/unit/gateway/host/raw_client.h"
#include "tests/unit/gateway/host/temporary_folder.h"

extern "C" const struct onecard_connector* onecard_connector_mllp(void);
extern "C" const struct onecard_connector* onecard_connector_soap(void);
extern "C" const struct onecard_connector* onecard_connector_file(void);

namespace tests {

namespace kit = ::connectors::sdk::contract_test;

inline std::string mllpFrame(const std::string& message) { return "\x0B" + message + "\x1C\r"; }

inline uint16_t listeningPort(const kit::FakeHost& host) {
  const std::string port = host.lastField("listening", "port");
  return port.empty() ? 0 : static_cast<uint16_t>(std::stoi(port));
}

inline kit::PeerSaw saw(std::string_view answer) {
  if (answer.find("ACK ") != std::string_view::npos) return kit::PeerSaw::Acknowledged;
  return answer.find("NAK ") != std::string_view::npos ? kit::PeerSaw::Refused : kit::PeerSaw::Nothing;
}

class MllpPeer : public kit::Peer {
 public:
  kit::Running::Values settings() const override { return {{"port", "0"}, {"busy_timeout", "2000"}}; }
  kit::PeerSaw send(kit::FakeHost& host, const std::string& message) override {
    RawClient client(listeningPort(host));
    if (!client.connected() || !client.send(mllpFrame(message))) return kit::PeerSaw::Nothing;
    return saw(client.readUntil("\x1C\r", 3000));
  }
};

class SoapPeer : public kit::Peer {
 public:
  kit::Running::Values settings() const override { return {}; }
  kit::PeerSaw send(kit::FakeHost& host, const std::string& message) override {
    const auto response = host.request("POST", "/soap", message, {{"content-type", "text/xml; charset=utf-8"}});
    return saw(response.body);
  }
};

class FilePeer : public kit::Peer {
 public:
  kit::Running::Values settings() const override {
    return {{"folder", folder_.path() + "/in"}, {"settle", "20"}, {"poll", "5"}};
  }
  kit::PeerSaw send(kit::FakeHost&, const std::string& message) override {
    const std::string name = nameOf(message);
    if (!exists("in/" + name) && !exists("in/done/" + name)) {
      folder_.file("in/" + name + ".part", message);
      std::filesystem::rename(path("in/" + name + ".part"), path("in/" + name));
    }
    for (int i = 0; i < 40; ++i) {
      if (exists("in/done/" + name)) return kit::PeerSaw::Acknowledged;
      if (exists("in/refused/" + name)) return kit::PeerSaw::Refused;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return kit::PeerSaw::Nothing;
  }

 private:
  std::string nameOf(const std::string& message) {
    const std::lock_guard lock(mutex_);
    return "message" + std::to_string(names_.emplace(message, names_.size()).first->second) + ".csv";
  }
  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
  bool exists(const std::string& name) const { return std::filesystem::exists(path(name)); }

  TemporaryFolder folder_;
  std::mutex mutex_;
  std::map<std::string, size_t> names_;
};

}  // namespace tests
