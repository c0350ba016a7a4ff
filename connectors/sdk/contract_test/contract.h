#pragma once
// What every connector must keep, whatever its transport. A connector's test program says how to reach it,
//
//     INSTANTIATE_TEST_SUITE_P(mllp, ConnectorContract, testing::Values(Subject{...}));
//
// and GoogleTest runs the promises below on it, over its real transport, against a fake host. To be included by one
// source file of a test program only.

#include <dirent.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "connectors/sdk/contract_test/fake_host.h"
#include "connectors/sdk/contract_test/peer.h"

namespace connectors::sdk::contract_test {

struct Subject {
  const char* name;
  const onecard_connector* (*connector)();
  std::function<std::unique_ptr<Peer>()> peer;
  std::vector<std::pair<std::string, std::string>> bad_settings;  // each alone makes create refuse
};
inline std::ostream& operator<<(std::ostream& out, const Subject& subject) { return out << subject.name; }

class ConnectorContract : public testing::TestWithParam<Subject> {
 protected:
  void SetUp() override {
    connector_ = GetParam().connector();
    peer_ = GetParam().peer();
  }

  std::unique_ptr<Running> started() {
    auto running = std::make_unique<Running>(host_, connector_, peer_->settings());
    EXPECT_TRUE(running->created()) << running->error();
    EXPECT_TRUE(running->created() && running->start()) << running->error();
    return running;
  }

  // Senders repeat what was not acknowledged.
  bool sendUntilAcknowledged(const std::string& message, int attempts = 50) {
    for (int i = 0; i < attempts; ++i) {
      if (peer_->send(host_, message) == PeerSaw::Acknowledged) return true;
    }
    return false;
  }

  static int openSockets() {
    int sockets = 0;
    DIR* folder = ::opendir("/proc/self/fd");
    while (const dirent* entry = ::readdir(folder)) {
      char target[64];
      const std::string path = std::string("/proc/self/fd/") + entry->d_name;
      const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
      if (size > 7 && std::string_view(target, 7) == "socket:") ++sockets;
    }
    ::closedir(folder);
    return sockets;
  }

  static int64_t millisecondsOf(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
  }

  FakeHost host_;
  const onecard_connector* connector_ = nullptr;
  std::unique_ptr<Peer> peer_;
};

TEST_P(ConnectorContract, describes_itself_and_every_setting) {
  EXPECT_EQ(connector_->size, sizeof(onecard_connector));
  EXPECT_EQ(connector_->abi_version, ONECARD_ABI_VERSION);
  EXPECT_STREQ(connector_->name, GetParam().name);
  EXPECT_NE(std::string(connector_->text), "");
  const std::string status = connector_->status;
  EXPECT_TRUE(status == "stable" || status == "beta" || status == "experimental") << status;
  for (size_t i = 0; i < connector_->setting_count; ++i) {
    const onecard_setting& setting = connector_->settings[i];
    EXPECT_NE(std::string(setting.text), "") << setting.name;
    EXPECT_EQ(setting.kind == ONECARD_CHOICE, setting.choices != nullptr) << setting.name;
  }
}

TEST_P(ConnectorContract, hands_over_the_bytes_unchanged_and_acknowledges_when_they_are_stored) {
  const auto running = started();
  const std::string message = "MSH|^~\\&|one \xB0\xA1\xFE\xA0 \xE7\x8E\x8B <a>&amp;</a>\r\nline\ttwo\r";
  EXPECT_EQ(peer_->send(host_, message), PeerSaw::Acknowledged);
  ASSERT_EQ(host_.storedMessages().size(), 1u);
  EXPECT_EQ(host_.storedMessages()[0].bytes, message);
  EXPECT_NE(host_.storedMessages()[0].media_type, "");
}

TEST_P(ConnectorContract, never_acknowledges_what_failed_or_was_refused) {
  const auto running = started();
  host_.decide(&FakeHost::failed);
  EXPECT_EQ(peer_->send(host_, "first"), PeerSaw::Nothing);
  host_.decide(&FakeHost::refused);
  PeerSaw second = PeerSaw::Nothing;
  for (int i = 0; i < 10 && second == PeerSaw::Nothing; ++i) second = peer_->send(host_, "second");
  EXPECT_EQ(second, PeerSaw::Refused);
  EXPECT_TRUE(host_.storedMessages().empty());
}

TEST_P(ConnectorContract, slows_down_while_the_host_is_busy_and_loses_nothing) {
  const auto running = started();
  std::atomic<int> turned_away{0};
  host_.decide([&](const Delivered& message) {
    return turned_away++ < 3 ? FakeHost::busy(message) : FakeHost::stored(message);
  });
  EXPECT_TRUE(sendUntilAcknowledged("patience"));
  EXPECT_TRUE(host_.hasStored("patience"));
  EXPECT_GE(turned_away, 4);
}

TEST_P(ConnectorContract, loses_no_acknowledged_message_over_restarts) {
  std::vector<std::string> acknowledged;
  for (int round = 0; round < 4; ++round) {
    host_.closeDoor(false);
    auto running = started();
    const size_t before = host_.storedMessages().size();
    std::atomic<bool> over{false};
    std::thread sender([&] {
      for (int i = 0; !over && i < 50; ++i) {
        const std::string message = std::to_string(round) + "/" + std::to_string(i);
        if (peer_->send(host_, message) == PeerSaw::Acknowledged) acknowledged.push_back(message);
      }
    });
    EXPECT_TRUE(eventually([&] { return host_.storedMessages().size() >= before + 2; }));
    over = true;
    host_.closeDoor();
    running.reset();
    sender.join();
  }
  EXPECT_GE(acknowledged.size(), 4u);
  for (const std::string& message : acknowledged) EXPECT_TRUE(host_.hasStored(message)) << message;
  EXPECT_EQ(host_.unreleasedReceipts(), 0);
}

TEST_P(ConnectorContract, stops_within_a_second_idle_or_in_the_middle_of_a_delivery) {
  auto running = started();
  EXPECT_LT(millisecondsOf([&] { running->stop(); }), 1000);
  EXPECT_LT(millisecondsOf([&] { running->stop(); }), 1000);
  running.reset();

  running = started();
  std::atomic<bool> inside{false}, released{false};
  host_.decide([&](const Delivered& message) {
    inside = true;
    eventually([&] { return released.load(); }, 3000);
    return FakeHost::stored(message);
  });
  std::thread sender([&] { peer_->send(host_, "slow"); });
  EXPECT_TRUE(eventually([&] { return inside.load(); }));
  EXPECT_LT(millisecondsOf([&] { running->stop(); }), 1000);
  released = true;
  running.reset();
  sender.join();
}

TEST_P(ConnectorContract, refuses_bad_settings_in_create_with_a_sentence) {
  for (const auto& [name, value] : GetParam().bad_settings) {
    SCOPED_TRACE(name + "=" + value);
    Running::Values values = peer_->settings();
    values[name] = value;
    const Running running(host_, connector_, values);
    EXPECT_FALSE(running.created());
    EXPECT_NE(running.error().find(name), std::string::npos) << running.error();
  }
}

TEST_P(ConnectorContract, touches_no_network_in_create) {
  const int before = openSockets();
  const Running running(host_, connector_, peer_->settings());
  ASSERT_TRUE(running.created()) << running.error();
  EXPECT_EQ(openSockets(), before);
}

TEST_P(ConnectorContract, refuses_a_host_of_another_abi_version) {
  onecard_host other = *host_.table();
  other.abi_version = ONECARD_ABI_VERSION + 1;
  char error[128] = "";
  EXPECT_EQ(connector_->create(&other, nullptr, 0, error, sizeof error), nullptr);
  EXPECT_NE(std::string(error), "");
}

TEST_P(ConnectorContract, serves_many_senders_while_the_host_is_slow) {
  const auto running = started();
  host_.decide([](const Delivered& message) {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    return FakeHost::stored(message);
  });
  std::atomic<int> acknowledged{0};
  std::vector<std::thread> senders;
  for (int i = 0; i < 8; ++i) {
    senders.emplace_back([&, i] {
      for (int j = 0; j < 3; ++j) {
        if (sendUntilAcknowledged("sender " + std::to_string(i) + " message " + std::to_string(j))) ++acknowledged;
      }
    });
  }
  for (std::thread& sender : senders) sender.join();
  EXPECT_EQ(acknowledged, 24);
  EXPECT_EQ(host_.unreleasedReceipts(), 0);
}

}  // namespace connectors::sdk::contract_test
