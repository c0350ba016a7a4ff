// The file connector on a real folder.

#include <sys/stat.h>

#include "tests/unit/connectors/peers.h"

namespace tests {
namespace {

using kit::eventually;
using kit::FakeHost;

class FileDrop : public testing::Test {
 protected:
  void begin(kit::Running::Values values = {}) {
    values.emplace("folder", folder_.path());
    values.emplace("settle", "30");
    values.emplace("poll", "5");
    running_ = std::make_unique<kit::Running>(host_, onecard_connector_file(), values);
    ASSERT_TRUE(running_->created()) << running_->error();
    ASSERT_TRUE(running_->start()) << running_->error();
  }
  bool exists(const std::string& name) const { return std::filesystem::exists(folder_.path() + "/" + name); }
  bool comes(const std::string& name) const {
    return eventually([&] { return exists(name); });
  }
  std::string textOf(const std::string& name) const {
    std::ifstream in(folder_.path() + "/" + name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  static void wait(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

  TemporaryFolder folder_;
  FakeHost host_;
  std::unique_ptr<kit::Running> running_;
};

TEST_F(FileDrop, hands_a_complete_file_over_with_its_name_and_moves_it_to_done) {
  begin();
  folder_.file("people.csv", "a,b\r\n\xC0\xEE,1\r\n");
  EXPECT_TRUE(comes("done/people.csv"));
  EXPECT_FALSE(exists("people.csv"));
  const auto stored = host_.storedMessages();
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].bytes, "a,b\r\n\xC0\xEE,1\r\n");
  EXPECT_EQ(stored[0].media_type, "text/csv");
  EXPECT_EQ(stored[0].header("file-name"), "people.csv");
  EXPECT_EQ(textOf("done/people.csv"), stored[0].bytes);
}

// The writer replaces a file while it is handed over: the new one must not go away with the old one's name.
TEST_F(FileDrop, hands_over_a_file_that_took_the_name_of_another_meanwhile) {
  for (const std::string after : {"move", "delete"}) {
    const std::string name = after + ".csv", first = "first of " + after, second = "second of " + after;
    FakeHost host;
    std::atomic<bool> replaced{false};
    host.decide([&](const kit::Delivered& message) {
      if (!replaced.exchange(true)) {
        folder_.file(name + ".part", second);
        std::filesystem::rename(folder_.path() + "/" + name + ".part", folder_.path() + "/" + name);
      }
      return FakeHost::stored(message);
    });
    kit::Running running(
        host, onecard_connector_file(),
        {{"folder", folder_.path()}, {"settle", "30"}, {"poll", "5"}, {"after", after}, {"pattern", name}});
    ASSERT_TRUE(running.created() && running.start()) << running.error();
    folder_.file(name, first);
    EXPECT_TRUE(eventually([&] { return host.hasStored(second); })) << after;
    EXPECT_TRUE(host.hasStored(first)) << after;
    EXPECT_TRUE(eventually([&] { return !exists(name); })) << after;
  }
}

TEST_F(FileDrop, does_not_put_a_file_aside_that_took_the_name_of_a_refused_one) {
  std::atomic<bool> replaced{false};
  host_.decide([&](const kit::Delivered& message) {
    if (replaced.exchange(true)) return FakeHost::stored(message);
    folder_.file("a.csv.part", "good");
    std::filesystem::rename(folder_.path() + "/a.csv.part", folder_.path() + "/a.csv");
    return FakeHost::refused(message);
  });
  begin();
  folder_.file("a.csv", "bad");
  EXPECT_TRUE(eventually([&] { return host_.hasStored("good"); }));
}

TEST_F(FileDrop, leaves_files_alone_that_are_temporary_hidden_or_do_not_match) {
  begin({{"pattern", "*.csv"}});
  for (const char* name : {"a.csv.tmp", "b.csv.part", ".c.csv", "d.txt"}) folder_.file(name, "x");
  std::filesystem::create_directories(folder_.path() + "/e.csv");
  std::filesystem::create_symlink("/etc/hostname", folder_.path() + "/f.csv");
  folder_.file("G.CSV", "good");
  EXPECT_TRUE(comes("done/G.CSV"));
  wait(80);
  EXPECT_EQ(host_.deliveries(), 1u);
  for (const char* name : {"a.csv.tmp", "b.csv.part", ".c.csv", "d.txt", "e.csv", "f.csv"})
    EXPECT_TRUE(exists(name)) << name;
}

TEST_F(FileDrop, waits_until_a_growing_file_stands_still) {
  begin({{"settle", "150"}});
  std::ofstream growing(folder_.path() + "/slow.csv");
  for (int i = 0; i < 10; ++i) {
    growing << "line " << i << "\n" << std::flush;
    wait(30);
  }
  EXPECT_EQ(host_.deliveries(), 0u);
  growing << "end\n" << std::flush;
  EXPECT_TRUE(comes("done/slow.csv"));
  ASSERT_EQ(host_.storedMessages().size(), 1u);
  EXPECT_NE(host_.storedMessages()[0].bytes.find("end\n"), std::string::npos);
}

TEST_F(FileDrop, moves_refused_files_aside_with_the_reason) {
  host_.decide(&FakeHost::refused);
  begin();
  folder_.file("bad.csv", "x");
  EXPECT_TRUE(comes("refused/bad.csv"));
  EXPECT_EQ(textOf("refused/bad.csv.reason"), "NAK refused");
  EXPECT_FALSE(exists("bad.csv"));
}

TEST_F(FileDrop, refuses_files_beyond_the_cap_without_handing_them_over) {
  begin({{"max_bytes", "10"}});
  folder_.file("large.csv", "12345678901");
  folder_.file("small.csv", "1234567890");
  EXPECT_TRUE(comes("refused/large.csv"));
  EXPECT_NE(textOf("refused/large.csv.reason").find("larger than max_bytes"), std::string::npos);
  EXPECT_TRUE(comes("done/small.csv"));
  EXPECT_EQ(host_.deliveries(), 1u);
}

TEST_F(FileDrop, leaves_a_file_while_the_host_is_busy_and_offers_it_again) {
  std::atomic<int> attempts{0};
  host_.decide([&](const kit::Delivered& message) {
    return attempts++ < 3 ? FakeHost::busy(message) : FakeHost::stored(message);
  });
  begin();
  folder_.file("a.csv", "x");
  EXPECT_TRUE(comes("done/a.csv"));
  EXPECT_EQ(attempts, 4);
}

TEST_F(FileDrop, hands_older_files_over_first_even_when_the_first_must_wait) {
  folder_.file("b.csv", "older");
  wait(20);
  folder_.file("a.csv", "newer");
  std::atomic<int> attempts{0};
  host_.decide([&](const kit::Delivered& message) {
    return attempts++ < 2 ? FakeHost::busy(message) : FakeHost::stored(message);
  });
  begin();
  EXPECT_TRUE(comes("done/a.csv"));
  const auto stored = host_.storedMessages();
  ASSERT_EQ(stored.size(), 2u);
  EXPECT_EQ(stored[0].bytes, "older");
  EXPECT_EQ(stored[1].bytes, "newer");
}

TEST_F(FileDrop, deletes_when_told_to) {
  begin({{"after", "delete"}});
  folder_.file("a.csv", "x");
  EXPECT_TRUE(eventually([&] { return !exists("a.csv"); }));
  EXPECT_TRUE(host_.hasStored("x"));
  EXPECT_FALSE(exists("done/a.csv"));
}

TEST_F(FileDrop, keeps_both_when_a_name_comes_again) {
  begin();
  folder_.file("a.csv", "first");
  EXPECT_TRUE(comes("done/a.csv"));
  folder_.file("a.csv", "second");
  EXPECT_TRUE(comes("done/a.csv.1"));
  EXPECT_EQ(textOf("done/a.csv"), "first");
  EXPECT_EQ(textOf("done/a.csv.1"), "second");
}

TEST_F(FileDrop, hands_a_file_over_again_that_was_not_moved_before_a_crash) {
  // What a crash between "stored" and "moved" leaves behind: the file, still in its place.
  folder_.file("a.csv", "same bytes");
  begin();
  EXPECT_TRUE(comes("done/a.csv"));
  running_.reset();
  folder_.file("a.csv", "same bytes");
  begin();
  EXPECT_TRUE(comes("done/a.csv.1"));
  EXPECT_EQ(host_.storedMessages().size(), 2u);
}

TEST_F(FileDrop, does_not_start_in_a_folder_it_cannot_make) {
  const std::string file = folder_.file("plain", "x");
  kit::Running running(host_, onecard_connector_file(), {{"folder", file}});
  ASSERT_TRUE(running.created());
  EXPECT_FALSE(running.start());
  EXPECT_NE(running.error().find("cannot make the folder"), std::string::npos);
}

}  // namespace
}  // namespace tests
