#include "gateway/host/admin_socket.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/unit/gateway/host/temporary_folder.h"

namespace gateway::host {
namespace {

using fhir::base::Why;

TEST(AdminSocket, carries_words_text_and_the_exit_code) {
  tests::TemporaryFolder folder;
  const std::string path = folder.path() + "/admin.sock";
  AdminSocket socket(path, [](const std::vector<std::string>& words, const AdminOutput& out) {
    for (const std::string& word : words) out(word + "\n");
    return static_cast<int>(words.size());
  });
  ASSERT_TRUE(socket.start().ok());
  std::string text;
  const auto code =
      askAdminSocket(path, {"inbox", "list", "a \"quoted\"\n\x01 word", "王"}, [&](std::string_view part) {
        text += part;
        return true;
      });
  ASSERT_TRUE(code.ok()) << code.error().text();
  EXPECT_EQ(*code, 4);
  EXPECT_EQ(text, "inbox\nlist\na \"quoted\"\n\x01 word\n王\n");
}

TEST(AdminSocket, streams_while_the_command_runs) {
  tests::TemporaryFolder folder;
  const std::string path = folder.path() + "/admin.sock";
  std::atomic<bool> seen{false};
  AdminSocket socket(path, [&](const std::vector<std::string>&, const AdminOutput& out) {
    out("begun");
    for (int i = 0; i < 400 && !seen; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return seen ? 0 : 1;
  });
  ASSERT_TRUE(socket.start().ok());
  const auto code = askAdminSocket(path, {}, [&](std::string_view) { return seen = true; });
  EXPECT_EQ(*code, 0);
}

TEST(AdminSocket, is_for_its_owner_only_and_works_below_a_very_long_path) {
  tests::TemporaryFolder folder;
  const std::string deep = folder.path() + "/" + std::string(100, 'd') + "/" + std::string(100, 'e');
  std::filesystem::create_directories(deep);
  const std::string path = deep + "/admin.sock";
  AdminSocket socket(path, [](const std::vector<std::string>&, const AdminOutput&) { return 0; });
  ASSERT_TRUE(socket.start().ok());
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  EXPECT_TRUE(askAdminSocket(path, {"x"}, [](std::string_view) { return true; }).ok());
}

TEST(AdminSocket, says_unavailable_when_nobody_listens_and_takes_over_a_dead_socket) {
  tests::TemporaryFolder folder;
  const std::string path = folder.path() + "/admin.sock";
  const auto ask = [&] { return askAdminSocket(path, {"x"}, [](std::string_view) { return true; }); };
  EXPECT_EQ(ask().error().why, Why::Unavailable);
  const AdminHandler nothing = [](const std::vector<std::string>&, const AdminOutput&) { return 0; };
  AdminSocket first(path, nothing);
  ASSERT_TRUE(first.start().ok());
  AdminSocket second(path, nothing);
  EXPECT_EQ(second.start().error().why, Why::Conflict);
  first.stop();
  EXPECT_EQ(ask().error().why, Why::Unavailable);
  folder.file("admin.sock", "left behind");
  EXPECT_TRUE(second.start().ok());
  EXPECT_TRUE(ask().ok());
}

TEST(AdminSocket, ends_commands_whose_output_nobody_reads_when_it_stops) {
  tests::TemporaryFolder folder;
  const std::string path = folder.path() + "/admin.sock";
  std::atomic<bool> running{false};
  AdminSocket socket(path, [&](const std::vector<std::string>&, const AdminOutput& out) {
    running = true;
    while (out("more\n")) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return 0;
  });
  ASSERT_TRUE(socket.start().ok());
  fhir::base::Result<int> code = 0;
  std::thread client([&] { code = askAdminSocket(path, {"x"}, [](std::string_view) { return true; }); });
  while (!running) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  socket.stop();
  client.join();
  EXPECT_FALSE(code.ok());
}

}  // namespace
}  // namespace gateway::host
