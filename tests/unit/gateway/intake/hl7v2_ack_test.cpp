#include <gtest/gtest.h>

#include "gateway/intake/connectors/receipts.h"
#include "mappings/source/encodings.h"

namespace gateway::intake {
namespace {

constexpr int kZone = 480;

Receipt receipt() {
  Receipt given;
  given.id = "abcdefghijklmnopqrstuvwxyz";
  given.received = 1'741'220'128'000'000;  // 2025-03-06T08:15:28+08:00
  return given;
}

TEST(Hl7v2Ack, exchanges_the_sides_and_repeats_the_control_id) {
  const std::string message = "MSH|^~\\&|LIS|HOSP|HUB|COUNTY|20250306113005||ORU^R01|C1|T|2.5.1\rPID|1\r";
  EXPECT_EQ(hl7v2Ack(message, "", "AA", "", receipt(), kZone),
            "MSH|^~\\&|HUB|COUNTY|LIS|HOSP|20250306081528+0800||ACK^R01|abcdefghijklmnopqrst|T|2.5.1\r"
            "MSA|AA|C1\r");
}

TEST(Hl7v2Ack, is_the_same_each_time) {
  const std::string message = "MSH|^~\\&|A|B|C|D|||ADT^A01|C1|P|2.4\r";
  EXPECT_EQ(hl7v2Ack(message, "", "AA", "", receipt(), kZone), hl7v2Ack(message, "", "AA", "", receipt(), kZone));
}

TEST(Hl7v2Ack, keeps_separators_and_encoding_of_the_message) {
  const std::string message =
      mappings::source::encode("MSH#*~\\&#检验科#医院###20250306##ORU*R01#C7#P#2.4######GB18030\r", "GB18030")
          .value();
  const std::string ack = hl7v2Ack(message, "GB18030", "AE", "坏*了#", receipt(), kZone);
  EXPECT_EQ(mappings::source::decode(ack, "GB18030")->text,
            "MSH#*~\\&###检验科#医院#20250306081528+0800##ACK*R01#abcdefghijklmnopqrst#P#2.4######GB18030\r"
            "MSA#AE#C7#坏 了 \r");
}

TEST(Hl7v2Ack, answers_what_is_no_HL7_with_the_usual_separators) {
  for (const std::string message : {"", "garbage", "MSH", "MSH|^~", "\xFF\xFE\r"}) {
    const std::string ack = hl7v2Ack(message, "", "AE", "why", receipt(), kZone);
    EXPECT_EQ(ack.rfind("MSH|^~\\&|||||20250306081528+0800||ACK|", 0), 0u) << ack;
    EXPECT_NE(ack.find("\rMSA|AE||why\r"), std::string::npos) << ack;
  }
}

TEST(Hl7v2Ack, cuts_a_long_reason_between_characters_and_never_lets_it_begin_a_segment) {
  std::string reason = "a\rMSA|AA|forged\n";
  for (int i = 0; i < 100; ++i) reason += "李";
  const std::string ack = hl7v2Ack("MSH|^~\\&|A|B|C|D|||ADT^A01|C1|P|2.4\r", "", "AE", reason, receipt(), kZone);
  const std::string text = ack.substr(ack.find("MSA|AE|C1|") + 10);
  EXPECT_LE(text.size(), 201u);
  EXPECT_EQ(ack.find("\rMSA|AA"), std::string::npos);
  EXPECT_TRUE(mappings::source::decode(ack, "UTF-8").ok()) << ack;
}

// What is echoed must not end the frame in which the answer travels.
TEST(Hl7v2Ack, holds_no_byte_of_the_framing) {
  const std::string ack =
      hl7v2Ack("MSH|^~\\&|A\x0B|B|C|D|||ADT^A01|C1\x1C|P|2.4\r", "", "AE", "why\x1C", receipt(), kZone);
  EXPECT_EQ(ack.find_first_of("\x0B\x1C"), std::string::npos) << ack;
  EXPECT_NE(ack.find("MSA|AE|C1|why\r"), std::string::npos) << ack;
}

TEST(Hl7v2Ack, has_no_time_when_nothing_was_received) {
  Receipt none;
  none.id = "abc";
  EXPECT_EQ(hl7v2Ack("MSH|^~\\&|A|B|C|D|||ADT^A01|C1|P|2.4\r", "", "AR", "too large", none, kZone),
            "MSH|^~\\&|C|D|A|B|||ACK^A01|abc|P|2.4\rMSA|AR|C1|too large\r");
}

}  // namespace
}  // namespace gateway::intake
