// kill -9 while threads commit: what was acknowledged is there, nothing is there twice, the index is whole.
// ONECARD_CRASHES says how many random kills (default 12); the named points come on top.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "sqlite_store_fixture.h"

namespace gateway::record::store {

using contract::batchOf;
using contract::ordered;
using contract::write;

namespace {

constexpr int kThreads = 3;

class Crash : public OnFiles {
 protected:
  // In the child: commits until it is killed, and tells each acknowledged id through the pipe.
  [[noreturn]] void work(int pipe, int run) {
    auto store = SqliteStore::open(options_);
    if (!store.ok()) _exit(1);
    if (!(*store)->ensureTables("ledger", "CREATE TABLE ledger(id TEXT)").ok()) _exit(2);
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0;; ++i) {
          std::string number = std::to_string(1'000'000 + i);
          std::string id = std::to_string(run) + "-" + std::to_string(thread) + "-" + number;
          std::string shared = "h-" + std::to_string(run) + "-" + std::to_string(thread);
          Batch batch =
              batchOf(write(WriteMode::Create, "Patient", id, R"("name":[{"family":"Li"}],"gender":"male")"),
                      ordered(write(WriteMode::Newer, "Organization", shared, "\"name\":\"" + id + "\""), number));
          batch.also.push_back({"INSERT INTO ledger VALUES(?1)", {id}});
          if (!(*store)->commit(std::move(batch)).get().ok()) _exit(3);
          id += '\n';
          if (::write(pipe, id.data(), id.size()) < 0) _exit(4);
        }
      });
    }
    threads.clear();
    _exit(5);
  }

  // Runs the child, kills it after a time (or waits until it has killed itself), and returns what it acknowledged.
  std::set<std::string> runAndKill(int run, std::optional<int> milliseconds) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      work(ends[1], run);
    }
    close(ends[1]);
    std::jthread killer([&] {
      if (!milliseconds) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(*milliseconds));
      kill(child, SIGKILL);
    });
    std::string text;
    char buffer[4096];
    for (ssize_t size; (size = ::read(ends[0], buffer, sizeof(buffer))) > 0;)
      text.append(buffer, static_cast<size_t>(size));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);
    std::set<std::string> acknowledged;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) acknowledged.insert(line);
    return acknowledged;
  }

  void check(const std::set<std::string>& acknowledged) {
    open();
    auto texts = [&](const std::string& sql) {
      std::vector<std::string> out;
      auto read =
          store_->query({sql, {}}, [&](const sql::Statement& row) { return out.emplace_back(row.text(0)), true; });
      EXPECT_TRUE(read.ok()) << read.error().text();
      return out;
    };
    auto there = texts("SELECT id FROM version WHERE type=" + std::to_string(contract::typeOf("Patient")));
    std::set<std::string> ids(there.begin(), there.end());
    EXPECT_EQ(ids.size(), there.size()) << "twice";
    for (const auto& id : acknowledged) EXPECT_TRUE(ids.contains(id)) << "lost " << id;
    if (ids.empty()) {
      store_.reset();  // killed before anything was there
      return;
    }
    auto ledger = texts("SELECT id FROM ledger");
    EXPECT_EQ(std::set<std::string>(ledger.begin(), ledger.end()), ids) << "a batch is there in part";
    EXPECT_EQ(ledger.size(), ids.size());
    std::map<std::string, int> batches;
    for (const auto& id : ids) ++batches["h-" + id.substr(0, id.rfind('-'))];
    for (const auto& [id, count] : batches) {
      EXPECT_EQ(store_->read(contract::typeOf("Organization"), id, contract::everything())->version, uint64_t(count));
    }
    EXPECT_EQ(store_->figures().resources, ids.size() + batches.size());
    EXPECT_EQ(wrongIndexRows(), 0u);
    EXPECT_EQ(texts("PRAGMA integrity_check"), std::vector<std::string>{"ok"});
    store_.reset();
  }
};

TEST_F(Crash, at_a_random_moment_loses_nothing_that_was_acknowledged) {
  const char* wanted = std::getenv("ONECARD_CRASHES");
  int crashes = wanted == nullptr ? 12 : std::atoi(wanted);
  options_.checkpoint_bytes = 256 << 10;
  std::mt19937 random(20250306);
  std::set<std::string> acknowledged;
  for (int run = 0; run < crashes; ++run) {
    acknowledged.merge(runAndKill(run, 20 + static_cast<int>(random() % 180)));
    check(acknowledged);
    ASSERT_FALSE(HasFailure()) << "run " << run;
  }
  EXPECT_FALSE(acknowledged.empty());
}

TEST_F(Crash, at_a_named_point_loses_nothing_that_was_acknowledged) {
  options_.checkpoint_bytes = 64 << 10;
  std::set<std::string> acknowledged;
  int run = 0;
  for (std::string point : {"before record commit", "after record commit", "before checkpoint", "after checkpoint"}) {
    for (int nth : {1, 4}) {
      auto passed = std::make_shared<int>(0);
      options_.hook = [=](std::string_view name) {
        if (name == point && ++*passed == nth) kill(getpid(), SIGKILL);
      };
      acknowledged.merge(runAndKill(run++, {}));
      options_.hook = {};
      check(acknowledged);
      ASSERT_FALSE(HasFailure()) << point << " " << nth;
    }
  }
  EXPECT_FALSE(acknowledged.empty());
}

}  // namespace
}  // namespace gateway::record::store
