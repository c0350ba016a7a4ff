// What a source's policy does, in a real gateway: a laboratory sends a report, an operator looks and mends the
// policy.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/demo_county/http_client.h"
#include "tests/demo_county/mllp_client.h"
#include "tests/support/gateway_process.h"

namespace {

using support::CommandResult;
using support::GatewayProcess;
using support::TemporaryFolder;

// The resources made of it have no narrative (dom-6), and the institution no name, which the county's profile
// demands.
std::string report(const std::string& number) {
  return "MSH|^~\\&|LIS|QSX|MHUB|QSX|20250306113005||ORU^R01|LIS" + number + "|P|2.4\r" + "PID|1||88" + number +
         "^^^HIS^PI||Li||19760825|F\r" + "OBR|1|SQ" + number + "|BG" + number +
         "|XCG^CBC^L|||20250306090512|||||||||||||||20250306112830|||F\r"
         "OBX|1|NM|WBC^WBC^L||11.32|10^9/L|3.5-9.5||||F\r";
}

class ValidationPolicy : public testing::Test {
 protected:
  void start(const std::string& policy) {
    std::filesystem::create_directories(folder_.path() + "/policies");
    write(policy);
    const std::string config = folder_.path() + "/site.yaml";
    const std::string source = ONECARD_SOURCE_DIR;
    std::ofstream(config) << "include: [" << source << "/conf/demo.yaml]\nmappings:\n  folder: " << source
                          << "/mappings\nartefacts:\n  folder: " << source
                          << "/conf/artefacts\nsources:\n  county_lis:\n    ack: committed\n    validation: "
                             "policies/lab.yaml\n";
    GatewayProcess::Options options;
    options.config = config;
    gateway_ = std::make_unique<GatewayProcess>(folder_.path() + "/data", options);
    ASSERT_TRUE(gateway_->start()) << gateway_->log();
  }
  void write(const std::string& policy) const { std::ofstream(folder_.path() + "/policies/lab.yaml") << policy; }

  // The code of the acknowledgement: AA, AE or AR, and its text.
  std::string send(const std::string& message) {
    auto client = demo_county::MllpClient::connect("127.0.0.1", gateway_->mllpPort());
    if (!client.ok()) return client.error().text();
    auto answer = client->exchange(message);
    if (!answer.ok()) return answer.error().text();
    const size_t at = answer->find("MSA|");
    return at == std::string::npos ? *answer : answer->substr(at + 4);
  }
  std::string page(const std::string& path) const {
    demo_county::HttpClient http;
    auto answer = http.get(gateway_->root() + path);
    return answer.ok() ? answer->body : answer.error().text();
  }
  std::string inbox(std::vector<std::string> words) const {
    words.insert(words.begin(), "inbox");
    const CommandResult result = gateway_->onecard(std::move(words));
    return result.out + result.err;
  }
  std::string reports() const { return page("/fhir/DiagnosticReport?_summary=count"); }

  TemporaryFolder folder_;
  std::unique_ptr<GatewayProcess> gateway_;
};

TEST_F(ValidationPolicy, what_is_accepted_is_written_noted_and_counted) {
  start("default:\n  warning: ignore\nrules:\n  - {rule: dom-6, at: DiagnosticReport, grade: accept}\n");
  EXPECT_EQ(send(report("1")).substr(0, 2), "AA");
  EXPECT_NE(reports().find("\"total\":1"), std::string::npos) << reports();
  const std::string list = inbox({"list"});
  const std::string trace = gateway_->onecard({"trace", list.substr(0, list.find(' '))}).out;
  EXPECT_NE(trace.find("note: report DiagnosticReport: warning dom-6"), std::string::npos) << trace;
  EXPECT_EQ(trace.find("Patient: warning"), std::string::npos) << trace;
  EXPECT_NE(page("/metrics")
                .find("onecard_validation_findings_total{source=\"county_lis\",rule=\"dom-6\","
                      "severity=\"warning\",grade=\"accept\"} 1"),
            std::string::npos)
      << page("/metrics");
  EXPECT_EQ(gateway_->log().find("part.noted"), std::string::npos) << "every message would fill the log";
}

TEST_F(ValidationPolicy, what_is_rejected_is_told_to_the_sender_and_waits_for_nobody) {
  start("rules:\n  - {rule: dom-6, at: DiagnosticReport, grade: reject}\n  - {rule: '*', grade: ignore}\n");
  const std::string answer = send(report("1"));
  EXPECT_EQ(answer.substr(0, 2), "AR") << answer;
  EXPECT_NE(answer.find("report DiagnosticReport: warning dom-6"), std::string::npos) << answer;
  EXPECT_NE(reports().find("\"total\":0"), std::string::npos) << reports();
  EXPECT_EQ(inbox({"list", "--parked"}), "0 parts parked\n");
  EXPECT_NE(inbox({"list", "--refused"}).find("rejected by the policy: report DiagnosticReport"), std::string::npos)
      << inbox({"list", "--refused"});
  EXPECT_NE(inbox({"list"}).find("1 part, 1 refused"), std::string::npos) << inbox({"list"});
}

TEST_F(ValidationPolicy, what_is_quarantined_goes_in_after_a_fix_without_a_restart) {
  start(
      "rules:\n  - {rule: cardinality, at: Organization, grade: quarantine}\n  - {rule: '*', grade: ignore}\n"
      "profiles:\n  Organization: http://onecard.example/StructureDefinition/county-organization\n");
  const std::string answer = send(report("1"));
  EXPECT_EQ(answer.substr(0, 2), "AE") << answer;
  const std::string parked = inbox({"list", "--parked"});
  EXPECT_NE(parked.find("quarantined by the policy: organization Organization: error cardinality"), std::string::npos)
      << parked;
  // The place and the rule, and nothing of the person.
  EXPECT_EQ(parked.find("1976"), std::string::npos) << parked;
  EXPECT_NE(reports().find("\"total\":0"), std::string::npos) << reports();

  write("rules:\n  - {rule: cardinality, grade: forgive}\n");
  const std::string broken = inbox({"replay", "--parked"});
  EXPECT_NE(broken.find("lab.yaml:2:32"), std::string::npos) << broken;
  write("default:\n  error: accept\n  warning: ignore\n");
  EXPECT_NE(inbox({"replay", "--parked"}).find("1 parts done, 0 parked"), std::string::npos);
  EXPECT_NE(reports().find("\"total\":1"), std::string::npos) << reports();
}

TEST_F(ValidationPolicy, the_demo_county_accepts_what_it_writes_without_a_note) {
  gateway_ = std::make_unique<GatewayProcess>(folder_.path() + "/data");
  ASSERT_TRUE(gateway_->start()) << gateway_->log();
  EXPECT_EQ(send(report("1")).substr(0, 2), "AA");
  gateway_->processed();
  EXPECT_NE(reports().find("\"total\":1"), std::string::npos) << reports();
  const std::string list = inbox({"list"});
  const std::string trace = gateway_->onecard({"trace", list.substr(0, list.find(' '))}).out;
  EXPECT_EQ(trace.find("note:"), std::string::npos) << trace;
}

TEST_F(ValidationPolicy, the_countys_profiles_are_asked_by_the_operation_too) {
  gateway_ = std::make_unique<GatewayProcess>(folder_.path() + "/data");
  ASSERT_TRUE(gateway_->start()) << gateway_->log();
  demo_county::HttpClient http;
  auto answer = http.post(gateway_->base() +
                              "/Organization/$validate?profile=http://onecard.example/StructureDefinition/"
                              "county-organization",
                          R"({"resourceType":"Organization","name":"x"})", {"Content-Type: application/fhir+json"});
  ASSERT_TRUE(answer.ok()) << answer.error().text();
  EXPECT_EQ(answer->status, 200);
  EXPECT_NE(answer->body.find("the profile demands 'active'"), std::string::npos) << answer->body;
  EXPECT_NE(page("/fhir/metadata").find("OperationDefinition/Resource-validate"), std::string::npos);
}

TEST_F(ValidationPolicy, writes_are_checked_where_the_setting_says_so) {
  GatewayProcess::Options options;
  options.settings = {"access.check_writes=all"};
  gateway_ = std::make_unique<GatewayProcess>(folder_.path() + "/data", options);
  ASSERT_TRUE(gateway_->start()) << gateway_->log();
  demo_county::HttpClient http;
  auto answer = http.post(gateway_->base() + "/Observation", R"({"resourceType":"Observation","status":"final"})",
                          {"Content-Type: application/fhir+json"});
  ASSERT_TRUE(answer.ok()) << answer.error().text();
  EXPECT_EQ(answer->status, 422) << answer->body;
  // The intake has its own policies.
  EXPECT_EQ(send(report("1")).substr(0, 2), "AA");
}

}  // namespace
