#include "gateway/host/log.h"

#include <gtest/gtest.h>

namespace gateway::host {
namespace {

template <typename Work>
std::string standardError(Work work) {
  testing::internal::CaptureStderr();
  work();
  return testing::internal::GetCapturedStderr();
}

TEST(Log, writes_one_line_of_time_level_event_and_fields) {
  const std::string line = standardError([] {
    Log log;
    log.info("message_stored", {{"source", "lis"}, {"bytes", 12}, {"what", "two words"}});
  });
  EXPECT_EQ(line.substr(23), "Z info message_stored source=lis bytes=12 what=\"two words\"\n");
  EXPECT_EQ(line[10], 'T');
}

TEST(Log, keeps_a_value_from_forging_a_line_or_a_field) {
  const std::string line = standardError([] {
    Log log;
    log.warn("bad_client", {{"peer", "x\n2026 error forged"}, {"name", "a\" level=\"b"}});
  });
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_NE(line.find("peer=\"x\\u000a2026 error forged\""), std::string::npos);
  EXPECT_NE(line.find("name=\"a\\\" level=\\\"b\""), std::string::npos);
}

TEST(Log, writes_json_lines_when_asked) {
  const std::string line = standardError([] {
    Log log(Log::Format::Json);
    log.error("disk_full", {{"free", 0}});
  });
  EXPECT_EQ(line.rfind("{\"time\":\"", 0), 0u);
  EXPECT_NE(line.find("\"level\":\"error\",\"event\":\"disk_full\",\"free\":\"0\"}\n"), std::string::npos);
}

}  // namespace
}  // namespace gateway::host
