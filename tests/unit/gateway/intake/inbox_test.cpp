#include "gateway/intake/inbox/inbox.h"

#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "gateway/record/sql/sqlite.h"
#include "tests/unit/gateway/intake/trial_intake.h"

namespace gateway::intake {
namespace {

using fhir::base::Why;
using ::testing::ElementsAre;

class InboxTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open(std::function<std::optional<KnownMessage>(std::string_view)> known = {}) {
    inbox_.reset();
    Inbox::Options options;
    options.folder = folder_.path();
    options.clock = &clock_;
    options.max_message_bytes = 1000;
    options.known = std::move(known);
    auto opened = Inbox::open(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    inbox_ = std::move(opened).value();
  }
  Receipt accept(const std::string& bytes, const std::string& source = "lab") {
    auto receipt = inbox_->accept(source, "text/plain", {{"peer", "10.0.0.1"}}, bytes);
    EXPECT_TRUE(receipt.ok()) << receipt.error().text();
    return receipt.ok() ? *receipt : Receipt();
  }
  std::vector<std::string> bytesInOrder(uint64_t after = 0) {
    std::vector<std::string> all;
    EXPECT_TRUE(inbox_
                    ->scan(after, true,
                           [&](Message&& message) {
                             all.push_back(message.bytes);
                             return true;
                           })
                    .ok());
    return all;
  }
  size_t files() const {
    size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      count += entry.path().extension() == ".db" ? 1 : 0;
    return count;
  }

  tests::TemporaryFolder folder_;
  SetClock clock_;
  std::unique_ptr<Inbox> inbox_;
};

TEST_F(InboxTest, gives_back_what_it_accepted_byte_for_byte) {
  const std::string bytes("MSH|\0\xFF\r\n", 8);
  const Receipt receipt = accept(bytes);
  EXPECT_EQ(receipt.id.size(), 26u);
  EXPECT_FALSE(receipt.repeated);
  auto message = inbox_->read(receipt.id);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->bytes, bytes);
  EXPECT_EQ(message->source, "lab");
  EXPECT_EQ(message->media_type, "text/plain");
  EXPECT_EQ(message->received, clock_.now);
  ASSERT_EQ(message->headers.size(), 1u);
  EXPECT_EQ(message->headers[0].second, "10.0.0.1");
  EXPECT_TRUE(inbox_->holds(receipt.id).value());
  EXPECT_FALSE(inbox_->holds("nobody").value());
  EXPECT_EQ(inbox_->read("nobody").error().why, Why::NotFound);
}

TEST_F(InboxTest, gives_the_same_bytes_of_a_source_their_first_receipt_again) {
  const Receipt first = accept("a");
  clock_.now += 5'000'000;
  const Receipt again = accept("a");
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.received, first.received);
  EXPECT_EQ(again.sequence, first.sequence);
  EXPECT_TRUE(again.repeated);
  EXPECT_NE(accept("a", "another source").id, first.id);
  EXPECT_THAT(bytesInOrder(), ElementsAre("a", "a"));
  EXPECT_EQ(inbox_->figures().repeats, 1u);
}

TEST_F(InboxTest, begins_a_file_each_day_and_still_knows_the_messages_of_yesterday) {
  const Receipt first = accept("a");
  clock_.now += kDay;
  EXPECT_TRUE(accept("a").repeated);
  accept("b");
  EXPECT_EQ(files(), 2u);
  EXPECT_THAT(bytesInOrder(), ElementsAre("a", "b"));
  EXPECT_THAT(bytesInOrder(first.sequence), ElementsAre("b"));
}

TEST_F(InboxTest, keeps_the_order_of_its_messages_when_the_clock_is_set_back_over_midnight) {
  accept("1");
  clock_.now += kDay;
  accept("2");
  accept("3");
  clock_.now -= kDay;
  accept("4");
  clock_.now += kDay;
  accept("5");
  EXPECT_THAT(bytesInOrder(), ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_THAT(bytesInOrder(2), ElementsAre("3", "4", "5"));
}

TEST_F(InboxTest, goes_on_after_a_restart_where_it_was) {
  const Receipt first = accept("a");
  open();
  EXPECT_EQ(inbox_->lastSequence(), first.sequence);
  EXPECT_TRUE(accept("a").repeated);
  EXPECT_GT(accept("b").sequence, first.sequence);
}

TEST_F(InboxTest, gives_a_message_whose_file_is_gone_the_time_of_its_first_receipt) {
  const Receipt first = accept("a");
  inbox_.reset();
  std::filesystem::remove_all(folder_.path());
  clock_.now += kDay;
  open([&](std::string_view id) -> std::optional<KnownMessage> {
    if (id != first.id) return {};
    return KnownMessage{first.received, first.sequence};
  });
  const Receipt again = accept("a");
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.received, first.received);
  EXPECT_TRUE(again.repeated);
  EXPECT_FALSE(accept("b").repeated);
}

TEST_F(InboxTest, refuses_what_is_too_large_and_keeps_nothing_of_it) {
  auto refused = inbox_->accept("lab", "text/plain", {}, std::string(1001, 'x'));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().why, Why::TooCostly);
  EXPECT_NE(refused.error().what.find("1000 bytes"), std::string::npos);
  EXPECT_TRUE(bytesInOrder().empty());
}

TEST_F(InboxTest, takes_many_senders_at_once_with_a_place_for_each) {
  constexpr int kSenders = 16, kEach = 25;
  std::vector<std::thread> senders;
  std::vector<std::vector<Receipt>> receipts(kSenders);
  for (int s = 0; s < kSenders; ++s) {
    senders.emplace_back([&, s] {
      // Every other message is one that all of them send.
      for (int i = 0; i < kEach; ++i)
        receipts[s].push_back(
            accept(i % 2 == 0 ? "same " + std::to_string(i) : std::to_string(s) + " " + std::to_string(i)));
    });
  }
  for (auto& sender : senders) sender.join();
  std::set<std::string> ids;
  std::set<uint64_t> sequences;
  for (const auto& list : receipts) {
    for (const auto& receipt : list) {
      ids.insert(receipt.id);
      sequences.insert(receipt.sequence);
    }
  }
  const size_t different = kSenders * (kEach / 2) + (kEach + 1) / 2;
  EXPECT_EQ(ids.size(), different);
  EXPECT_EQ(sequences.size(), different);
  EXPECT_EQ(bytesInOrder().size(), different);
  EXPECT_EQ(inbox_->figures().messages, different);
  EXPECT_EQ(inbox_->figures().repeats, kSenders * kEach - different);
  EXPECT_LT(inbox_->figures().commits, different) << "no commit was shared";
}

TEST_F(InboxTest, lets_a_reader_stop_and_accept_meanwhile) {
  for (int i = 0; i < 600; ++i) accept(std::to_string(i));
  int seen = 0;
  ASSERT_TRUE(inbox_
                  ->scan(0, false,
                         [&](Message&& message) {
                           EXPECT_TRUE(message.bytes.empty());
                           if (seen == 0) accept("while somebody reads");
                           EXPECT_TRUE(inbox_->holds(message.id).value());
                           return ++seen < 10;
                         })
                  .ok());
  EXPECT_EQ(seen, 10);
}

TEST_F(InboxTest, refuses_a_file_of_a_newer_program) {
  accept("a");
  inbox_.reset();
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    if (entry.path().extension() != ".db") continue;
    auto file = record::sql::Connection::open(entry.path().string(), {});
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->exec("PRAGMA user_version=99").ok());
  }
  Inbox::Options options;
  options.folder = folder_.path();
  options.clock = &clock_;
  auto opened = Inbox::open(std::move(options));
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().why, Why::Unsupported);
  EXPECT_NE(opened.error().text().find(".db"), std::string::npos) << opened.error().text();
}

}  // namespace
}  // namespace gateway::intake
