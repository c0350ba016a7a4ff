// What a sender hears, and when: the ACK points and reply templates over a real inbox and pipeline.

#include <gtest/gtest.h>

#include "tests/unit/gateway/intake/trial_intake.h"

namespace gateway::intake {
namespace {

using fhir::base::Why;

ReplySettings templateReply(AckPoint ack, const std::string& accepted, const std::string& refused = "no: %{reason}") {
  ReplySettings reply;
  reply.ack = ack;
  reply.style = ReplyStyle::Template;
  reply.media_type = "text/xml";
  reply.accepted = accepted;
  reply.refused = refused;
  return reply;
}

ReplySettings hl7v2Reply(AckPoint ack) {
  ReplySettings reply;
  reply.ack = ack;
  reply.style = ReplyStyle::Hl7v2;
  return reply;
}

TEST(CheckReply, refuses_fields_that_a_later_ack_point_would_know) {
  EXPECT_TRUE(checkReply(templateReply(AckPoint::Stored, "%{receipt} %{received}")).ok());
  EXPECT_TRUE(checkReply(templateReply(AckPoint::Committed, "%{id:patient}")).ok());
  for (const AckPoint ack : {AckPoint::Stored, AckPoint::Read}) {
    const auto refused = checkReply(templateReply(ack, "%{id:patient}"));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().why, Why::Invalid);
    EXPECT_EQ(refused.error().where, "reply_accepted");
    EXPECT_NE(refused.error().what.find("set ack: committed"), std::string::npos);
  }
  EXPECT_EQ(checkReply(templateReply(AckPoint::Read, "yes", "%{id:patient}")).error().where, "reply_refused");
  EXPECT_FALSE(checkReply(templateReply(AckPoint::Stored, "%{reason}")).ok());
  EXPECT_TRUE(checkReply(templateReply(AckPoint::Stored, "yes", "%{reason}")).ok());  // of what is too large
}

TEST(CheckReply, refuses_unknown_fields_and_missing_templates) {
  EXPECT_NE(checkReply(templateReply(AckPoint::Stored, "%{reciept}")).error().what.find("known are receipt"),
            std::string::npos);
  EXPECT_EQ(checkReply(templateReply(AckPoint::Stored, "")).error().where, "reply");
  EXPECT_TRUE(checkReply(templateReply(AckPoint::Stored, "yes", "")).ok());
  EXPECT_EQ(checkReply(templateReply(AckPoint::Read, "yes", "")).error().where, "reply");
}

class SourceDoorTest : public testing::Test {
 protected:
  void SetUp() override { intake_.open(); }
  Answer deliver(SourceDoor& door, const std::string& bytes) { return door.deliver("text/plain", {}, bytes); }
  TrialIntake intake_;
};

TEST_F(SourceDoorTest, says_yes_to_anything_whole_once_its_bytes_are_safe) {
  auto door = intake_.door(TrialIntake::laboratory(), hl7v2Reply(AckPoint::Stored));
  const Answer answer = deliver(*door, "no HL7 at all");
  EXPECT_EQ(answer.outcome, Answer::Outcome::Stored);
  EXPECT_NE(answer.reply.find("\rMSA|AA|"), std::string::npos);
  EXPECT_EQ(intake_.inbox->read(answer.receipt)->bytes, "no HL7 at all");
}

TEST_F(SourceDoorTest, gives_a_repeated_message_the_same_bytes_at_every_ack_point) {
  for (const AckPoint ack : {AckPoint::Stored, AckPoint::Read, AckPoint::Committed}) {
    for (const bool good : {true, false}) {
      auto door = intake_.door(TrialIntake::laboratory(), hl7v2Reply(ack));
      const std::string bytes = laboratoryReport(std::to_string(int(ack)) + (good ? "1" : "2"), good);
      const Answer first = deliver(*door, bytes);
      intake_.clock.now += 3'600'000'000;
      EXPECT_EQ(deliver(*door, bytes).reply, first.reply);
      intake_.close();
      intake_.open();
      auto door_after_restart = intake_.door(TrialIntake::laboratory(), hl7v2Reply(ack));
      EXPECT_EQ(deliver(*door_after_restart, bytes).reply, first.reply) << "after a restart";
    }
  }
}

TEST_F(SourceDoorTest, says_why_a_message_cannot_be_read_at_the_ack_point_read) {
  auto door = intake_.door(TrialIntake::laboratory(), hl7v2Reply(AckPoint::Read));
  EXPECT_NE(deliver(*door, laboratoryReport("1")).reply.find("\rMSA|AA|LIS1\r"), std::string::npos);
  const Answer answer = deliver(*door, "no HL7 at all");
  EXPECT_NE(answer.reply.find("\rMSA|AE||byte 0: the message does not begin with MSH\r"), std::string::npos)
      << answer.reply;
  EXPECT_EQ(answer.outcome, Answer::Outcome::Stored) << "its bytes are kept";
}

TEST_F(SourceDoorTest, names_the_resource_that_a_committed_message_became) {
  auto door = intake_.door(TrialIntake::laboratory(),
                           templateReply(AckPoint::Committed, "<id>%{id:patient}</id><r>%{receipt}</r>"));
  const Answer answer = deliver(*door, laboratoryReport("1"));
  const std::string id = answer.reply.substr(4, answer.reply.find("</id>") - 4);
  EXPECT_FALSE(id.empty());
  EXPECT_EQ(id.find('/'), std::string::npos);
  EXPECT_NE(answer.reply.find("<r>" + answer.receipt + "</r>"), std::string::npos);
  EXPECT_NE(deliver(*door, laboratoryReport("2", false)).reply.find("no: "), std::string::npos);
}

TEST_F(SourceDoorTest, escapes_a_reason_for_the_media_type_of_the_reply) {
  Source source = TrialIntake::laboratory();
  source.mappings = {};
  source.name = "<lab & \"co\">";
  auto door = intake_.door(source, templateReply(AckPoint::Read, "yes"));
  EXPECT_EQ(deliver(*door, "x").reply, "no: &lt;lab &amp; \"co\"&gt;: no mapping is configured for the source");
  ReplySettings json = templateReply(AckPoint::Read, "yes", "{\"why\":\"%{reason}\"}");
  json.media_type = "application/json";
  EXPECT_EQ(deliver(*intake_.door(source, json), "y").reply,
            "{\"why\":\"<lab & \\\"co\\\">: no mapping is configured for the source\"}");
}

TEST_F(SourceDoorTest, refuses_what_is_too_large_with_the_limit_and_keeps_nothing) {
  intake_.close();
  intake_.openRecord();
  intake_.openInbox(1000);
  intake_.openPipeline();
  auto door = intake_.door(TrialIntake::laboratory(), hl7v2Reply(AckPoint::Stored));
  const std::string bytes = laboratoryReport("1") + std::string(1000, 'x');
  const Answer answer = deliver(*door, bytes);
  EXPECT_EQ(answer.outcome, Answer::Outcome::Refused);
  EXPECT_EQ(answer.http_status, 413u);
  EXPECT_NE(answer.reply.find("\rMSA|AR|LIS1|message is larger than 1000 bytes\r"), std::string::npos)
      << answer.reply;
  EXPECT_EQ(deliver(*door, bytes).reply, answer.reply);
  EXPECT_EQ(intake_.inbox->lastSequence(), 0u);
}

TEST_F(SourceDoorTest, is_busy_when_it_is_stopped_and_when_a_commit_takes_too_long) {
  ReplySettings impatient = hl7v2Reply(AckPoint::Committed);
  impatient.wait_ms = 0;
  auto door = intake_.door(TrialIntake::laboratory(), impatient);
  intake_.pipeline->stop();  // nothing will be final
  const Answer late = deliver(*door, laboratoryReport("1"));
  EXPECT_EQ(late.outcome, Answer::Outcome::Busy);
  EXPECT_GT(late.retry_after_ms, 0u);
  EXPECT_TRUE(late.reply.empty());
  EXPECT_TRUE(intake_.inbox->holds(late.receipt).value()) << "its bytes are kept: the repeat will find it done";
  door->stop();
  EXPECT_EQ(deliver(*door, laboratoryReport("2")).outcome, Answer::Outcome::Busy);
  EXPECT_EQ(intake_.inbox->lastSequence(), 1u);
}

}  // namespace
}  // namespace gateway::intake
