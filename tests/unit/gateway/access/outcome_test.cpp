#include "gateway/access/rest/outcome.h"

#include <gtest/gtest.h>

#include "tests/support/json_tree.h"

namespace gateway::access::rest {
namespace {

using fhir::base::Error;
using fhir::base::Finding;
using fhir::base::Findings;
using fhir::base::Severity;
using fhir::base::Why;

tests::support::JsonTree outcomeOf(const Answer& answer) {
  auto tree = tests::support::readJsonTree(operationOutcome(answer.issues));
  EXPECT_TRUE(tree.ok());
  return tree.ok() ? *tree : tests::support::JsonTree{};
}

TEST(Outcome, each_reason_has_its_status) {
  EXPECT_EQ(statusOf(Why::Invalid), 400);
  EXPECT_EQ(statusOf(Why::NotFound), 404);
  EXPECT_EQ(statusOf(Why::Gone), 410);
  EXPECT_EQ(statusOf(Why::Conflict), 409);
  EXPECT_EQ(statusOf(Why::Forbidden), 403);
  EXPECT_EQ(statusOf(Why::Unsupported), 400);
  EXPECT_EQ(statusOf(Why::TooCostly), 400);
  EXPECT_EQ(statusOf(Why::Busy), 503);
  EXPECT_EQ(statusOf(Why::Unavailable), 503);
  EXPECT_EQ(statusOf(Why::Fault), 500);
  EXPECT_EQ(statusOf(Refusal::NotAuthenticated), 401);
  EXPECT_EQ(statusOf(Refusal::WrongMethod), 405);
  EXPECT_EQ(statusOf(Refusal::NotAcceptable), 406);
  EXPECT_EQ(statusOf(Refusal::VersionMismatch), 412);
  EXPECT_EQ(statusOf(Refusal::UnsupportedMediaType), 415);
  EXPECT_EQ(statusOf(Refusal::PatchFails), 422);
  EXPECT_EQ(statusOf(Refusal::TooManyEntries), 413);
}

TEST(Outcome, says_code_details_and_place) {
  auto tree = outcomeOf(refuse(Refusal::IdMismatch, "they differ", "Patient.id"));
  EXPECT_EQ(tree.at("resourceType").text, "OperationOutcome");
  EXPECT_EQ(tree.at("issue.0.severity").text, "error");
  EXPECT_EQ(tree.at("issue.0.code").text, "invalid");
  EXPECT_EQ(tree.at("issue.0.details.coding.0.system").text,
            "http://terminology.hl7.org/CodeSystem/operation-outcome");
  EXPECT_EQ(tree.at("issue.0.details.coding.0.code").text, "MSG_RESOURCE_ID_MISMATCH");
  EXPECT_EQ(tree.at("issue.0.diagnostics").text, "they differ");
  EXPECT_EQ(tree.at("issue.0.expression.0").text, "Patient.id");
}

TEST(Outcome, a_place_in_the_body_is_told_in_the_sentence_and_a_parameter_as_location) {
  EXPECT_EQ(outcomeOf(refuse(Error{Why::Invalid, "a comma is missing", "12:5"})).at("issue.0.diagnostics").text,
            "12:5: a comma is missing");
  EXPECT_EQ(outcomeOf(refuse(Error{Why::Invalid, "no date", "http.birthdate"})).at("issue.0.location.0").text,
            "http.birthdate");
}

TEST(Outcome, a_fault_keeps_its_cause_for_the_log) {
  Answer answer = refuse(Error{Why::Fault, "the index is torn", {}});
  EXPECT_EQ(operationOutcome(answer.issues).find("torn"), std::string::npos);
  EXPECT_EQ(answer.fault, "the index is torn");
  EXPECT_EQ(answer.status, 500);
}

TEST(Outcome, findings_of_severity_error_become_issues_and_warnings_do_not) {
  Findings findings;
  findings.add({Severity::Warning, "structure", "odd", "Patient.name[0]", "", ""});
  findings.add({Severity::Error, "structure", "unknown member", "Patient.nam", "", ""});
  findings.add({Severity::Error, "no such code", "a code of ours", "Patient.x", "", ""});
  Answer answer = refuse(findings);
  ASSERT_EQ(answer.issues.size(), 2u);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.issues[0].code, "structure");
  EXPECT_EQ(answer.issues[0].expression, "Patient.nam");
  EXPECT_EQ(answer.issues[1].code, "invalid");
}

TEST(Outcome, busy_says_when_to_come_back) {
  EXPECT_GT(refuse(Error{Why::Busy, "the queue is full", {}}).retry_after_seconds, 0);
  EXPECT_EQ(refuse(413, "the body is too large").issues[0].code, "too-long");
}

}  // namespace
}  // namespace gateway::access::rest
