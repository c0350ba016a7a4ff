// The MLLP connector over real sockets: frames, answers in order, and peers that are slow, silent, many or confused.

#include "tests/unit/connectors/peers.h"
#include "tests/unit/gateway/host/resident_memory.h"

namespace tests {
namespace {

using kit::eventually;
using kit::FakeHost;

class Mllp : public testing::Test {
 protected:
  void begin(kit::Running::Values values = {}) {
    values.emplace("port", "0");
    running_ = std::make_unique<kit::Running>(host_, onecard_connector_mllp(), values);
    ASSERT_TRUE(running_->created()) << running_->error();
    ASSERT_TRUE(running_->start()) << running_->error();
    port_ = listeningPort(host_);
  }
  std::string answerOf(RawClient& client, int milliseconds = 3000) {
    return client.readUntil("\x1C\r", milliseconds);
  }
  bool logged(const std::string& event) {
    return eventually([&] {
      for (const auto& one : host_.events()) {
        if (one.event == event) return true;
      }
      return false;
    });
  }

  FakeHost host_;
  std::unique_ptr<kit::Running> running_;
  uint16_t port_ = 0;
};

TEST_F(Mllp, answers_a_frame_with_the_framed_reply_and_tells_the_media_type_and_the_peer) {
  begin();
  RawClient client(port_);
  client.send(mllpFrame("MSH|^~\\&|A"));
  EXPECT_EQ(answerOf(client), mllpFrame("ACK MSH|^~\\&|A"));
  const auto stored = host_.storedMessages();
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].media_type, "x-application/hl7-v2+er7");
  EXPECT_EQ(stored[0].header("peer"), "127.0.0.1");
}

TEST_F(Mllp, understands_a_frame_however_the_network_cuts_it) {
  begin();
  RawClient client(port_);
  const std::string frames = mllpFrame("one") + mllpFrame("two");
  for (const char byte : frames) {
    client.send(std::string_view(&byte, 1));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(answerOf(client), mllpFrame("ACK one"));
  EXPECT_EQ(answerOf(client), mllpFrame("ACK two"));
}

TEST_F(Mllp, answers_messages_sent_ahead_in_their_order) {
  begin();
  RawClient client(port_);
  std::string frames;
  for (int i = 0; i < 200; ++i) frames += mllpFrame("message " + std::to_string(i)) + "\r\n";
  client.send(frames);
  for (int i = 0; i < 200; ++i) ASSERT_EQ(answerOf(client), mllpFrame("ACK message " + std::to_string(i)));
}

TEST_F(Mllp, keeps_a_lone_end_byte_inside_a_message) {
  begin();
  RawClient client(port_);
  client.send(
      mllpFrame("a\x1C"
                "b"));
  ASSERT_TRUE(eventually([&] { return !host_.storedMessages().empty(); }));
  EXPECT_EQ(host_.storedMessages()[0].bytes,
            "a\x1C"
            "b");
}

TEST_F(Mllp, answers_a_sender_that_has_closed_its_sending_half) {
  begin();
  RawClient client(port_);
  client.send(mllpFrame("last words"));
  client.halfClose();
  EXPECT_EQ(answerOf(client), mllpFrame("ACK last words"));
}

TEST_F(Mllp, drops_a_frame_that_was_cut_off_and_says_so_in_the_log) {
  begin();
  {
    RawClient client(port_);
    client.send("\x0BMSH|half of a mess");
  }
  EXPECT_TRUE(logged("frame_truncated"));
  EXPECT_EQ(host_.deliveries(), 0u);
}

TEST_F(Mllp, never_joins_a_broken_off_frame_with_the_next_one) {
  begin();
  RawClient client(port_);
  client.send("\x0BMSH|first half" + mllpFrame("MSH|again"));
  EXPECT_EQ(answerOf(client), mllpFrame("ACK MSH|again"));
  EXPECT_EQ(host_.deliveries(), 1u);
  EXPECT_TRUE(logged("frame_restarted"));
}

TEST_F(Mllp, passes_over_line_ends_between_frames_but_closes_on_noise) {
  begin();
  RawClient client(port_);
  client.send("\r\n\r\n" + mllpFrame("fine"));
  EXPECT_EQ(answerOf(client), mllpFrame("ACK fine"));
  RawClient stranger(port_);
  stranger.send(std::string(10'000, 'x'));
  bool closed = false;
  EXPECT_EQ(stranger.readAll(closed), "");
  EXPECT_TRUE(closed);
  EXPECT_TRUE(logged("not_mllp"));
}

TEST_F(Mllp, answers_a_frame_beyond_the_cap_with_the_refusal_and_closes) {
  begin({{"max_frame", "2048"}, {"max_buffered", "1000000"}});
  RawClient fits(port_);
  fits.send(mllpFrame(std::string(2048, 'x')));
  EXPECT_NE(answerOf(fits), "");
  for (const size_t size : {size_t{2049}, size_t{500'000}}) {
    RawClient client(port_);
    client.send(mllpFrame(std::string(size, 'x')));
    bool closed = false;
    client.halfClose();
    EXPECT_EQ(client.readAll(closed),
              mllpFrame("NAK the message is larger than the 2048 bytes allowed here: xxxxxxxxxx"));
    EXPECT_TRUE(closed);
  }
  EXPECT_TRUE(logged("frame_too_large"));
  EXPECT_EQ(host_.deliveries(), 1u);
}

TEST_F(Mllp, lets_go_of_a_sender_that_goes_on_after_its_refusal) {
  begin({{"max_frame", "2048"}, {"max_buffered", "1000000"}});
  RawClient client(port_);
  client.send("\x0B" + std::string(100'000, 'x'));
  EXPECT_NE(answerOf(client), "");
  const auto began = std::chrono::steady_clock::now();
  while (client.send("more and more")) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(9));
}

TEST_F(Mllp, is_not_held_up_by_a_peer_that_begins_a_frame_with_every_byte) {
  begin({{"max_frame", "2048"}, {"max_buffered", "100000000"}});
  RawClient client(port_);
  const auto began = std::chrono::steady_clock::now();
  client.send(std::string(4'000'000, '\x0B'));
  client.send("last" + std::string("\x1C\r"));
  EXPECT_EQ(answerOf(client), mllpFrame("ACK last"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(3));
}

TEST_F(Mllp, bounds_the_memory_of_all_unfinished_frames_together) {
  begin({{"max_frame", "1000000"}, {"max_buffered", "1500000"}});
  RawClient first(port_);
  first.send("\x0B" + std::string(900'000, 'x'));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  RawClient second(port_);
  second.send("\x0B" + std::string(900'000, 'x'));
  EXPECT_TRUE(logged("frames_too_large_together"));
}

TEST_F(Mllp, does_not_acknowledge_what_the_host_failed_to_store_and_closes) {
  host_.decide(&FakeHost::failed);
  begin();
  RawClient client(port_);
  client.send(mllpFrame("lost?"));
  bool closed = false;
  EXPECT_EQ(client.readAll(closed), "");
  EXPECT_TRUE(closed);
  EXPECT_TRUE(logged("not_acknowledged"));
}

TEST_F(Mllp, sends_the_reply_of_a_refusal_and_goes_on) {
  host_.decide([](const kit::Delivered& message) {
    return message.bytes == "bad" ? FakeHost::refused(message) : FakeHost::stored(message);
  });
  begin();
  RawClient client(port_);
  client.send(mllpFrame("bad") + mllpFrame("good"));
  EXPECT_EQ(answerOf(client), mllpFrame("NAK refused"));
  EXPECT_EQ(answerOf(client), mllpFrame("ACK good"));
}

TEST_F(Mllp, holds_a_message_while_the_host_is_busy_and_answers_it_later) {
  std::atomic<int> attempts{0};
  host_.decide([&](const kit::Delivered& message) {
    return attempts++ < 3 ? FakeHost::busy(message) : FakeHost::stored(message);
  });
  begin();
  RawClient client(port_);
  client.send(mllpFrame("one") + mllpFrame("two"));
  EXPECT_EQ(answerOf(client), mllpFrame("ACK one"));
  EXPECT_EQ(answerOf(client), mllpFrame("ACK two"));
  EXPECT_EQ(attempts, 5);
}

TEST_F(Mllp, closes_without_an_answer_when_the_host_stays_busy) {
  host_.decide(&FakeHost::busy);
  begin({{"busy_timeout", "300"}});
  RawClient client(port_);
  client.send(mllpFrame("one"));
  bool closed = false;
  EXPECT_EQ(client.readAll(closed), "");
  EXPECT_TRUE(closed);
  EXPECT_TRUE(logged("host_busy_too_long"));
}

TEST_F(Mllp, ends_a_frame_that_trickles_in_and_a_connection_that_is_silent) {
  begin({{"frame_timeout", "200"}, {"idle_timeout", "300"}});
  RawClient trickler(port_), silent(port_);
  trickler.send("\x0B");
  for (int i = 0; i < 100 && trickler.send("a"); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_TRUE(logged("frame_too_slow"));
  bool closed = false;
  EXPECT_EQ(silent.readAll(closed), "");
  EXPECT_TRUE(closed);
}

TEST_F(Mllp, closes_those_who_are_too_many_and_lets_them_in_later) {
  begin({{"max_connections", "2"}});
  {
    RawClient one(port_), two(port_);
    one.send(mllpFrame("1"));
    two.send(mllpFrame("2"));
    EXPECT_NE(answerOf(one), "");
    EXPECT_NE(answerOf(two), "");
    RawClient three(port_);
    bool closed = false;
    three.readAll(closed);
    EXPECT_TRUE(closed);
  }
  EXPECT_TRUE(eventually([&] {
    RawClient again(port_);
    return again.send(mllpFrame("3")) && answerOf(again) != "";
  }));
}

TEST_F(Mllp, serves_a_steady_sender_beside_tricklers_and_idle_connections) {
  begin();
  const size_t before = residentMemory();
  std::vector<RawClient> idle, tricklers;
  for (int i = 0; i < 1000; ++i) idle.emplace_back(port_);
  for (int i = 0; i < 500; ++i) {
    tricklers.emplace_back(port_);
    tricklers.back().send("\x0BMSH|");
  }
  std::atomic<bool> over{false};
  std::thread trickling([&] {
    while (!over) {
      for (RawClient& one : tricklers) one.send("a");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  RawClient steady(port_);
  int answered = 0;
  for (int i = 0; i < 200; ++i) {
    steady.send(mllpFrame("steady " + std::to_string(i)));
    answered += answerOf(steady).empty() ? 0 : 1;
  }
  over = true;
  trickling.join();
  EXPECT_EQ(answered, 200);
  EXPECT_LT(residentMemory(), before + (64u << 20));
}

TEST_F(Mllp, lets_a_delivery_under_way_end_with_its_answer_when_it_stops) {
  std::atomic<bool> inside{false};
  host_.decide([&](const kit::Delivered& message) {
    inside = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return FakeHost::stored(message);
  });
  begin();
  RawClient client(port_);
  client.send(mllpFrame("under way"));
  ASSERT_TRUE(eventually([&] { return inside.load(); }));
  running_->stop();
  EXPECT_EQ(answerOf(client), mllpFrame("ACK under way"));
}

TEST_F(Mllp, says_why_when_the_port_is_taken) {
  begin();
  kit::Running second(host_, onecard_connector_mllp(), {{"port", std::to_string(port_)}});
  ASSERT_TRUE(second.created());
  EXPECT_FALSE(second.start());
  EXPECT_NE(second.error().find("cannot listen on 127.0.0.1 port"), std::string::npos);
}

}  // namespace
}  // namespace tests
