#pragma once
// Scenarios: stories of requests and answers as plain text (tests/scenarios/*.scn; tests/scenarios/README.md shows
// one). They know HTTP and nothing of the server, so they run on every store.

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"
#include "gateway/host/http_server.h"
#include "tests/support/json_tree.h"

namespace tests::support {

struct ScenarioStep {
  size_t line = 0;  // where the step begins, from 1
  std::string method, target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string status;
  std::vector<std::pair<std::string, std::string>> expected_headers;
  std::string expected_body;
};

struct Scenario {
  std::string behaviour;  // the first line
  std::vector<ScenarioStep> steps;
};

// Why::Invalid with the line.
fhir::base::Result<Scenario> readScenario(std::string_view text);

using Answerer = std::function<gateway::host::HttpResponse(const gateway::host::HttpRequest&)>;

// `variables` are known from the beginning ("base"). `before_step` may move the clock. Returns the first thing that
// differs, with its line; empty: the story went as told.
std::string runScenario(const Scenario& scenario, const Answerer& answer, std::string_view path_prefix,
                        Variables variables, const std::function<void()>& before_step);

}  // namespace tests::support
