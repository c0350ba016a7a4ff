#include "tests/support/scenario_runner.h"

#include <algorithm>
#include <optional>

namespace tests::support {

using fhir::base::Result;
using gateway::host::HttpRequest;
using gateway::host::HttpResponse;

namespace {

struct Line {
  size_t number;
  std::string_view text;
};

std::vector<Line> linesOf(std::string_view text) {
  std::vector<Line> lines;
  size_t number = 1;
  while (!text.empty()) {
    size_t end = text.find('\n');
    lines.push_back({number++, text.substr(0, end)});
    if (end == std::string_view::npos) break;
    text = text.substr(end + 1);
  }
  return lines;
}

std::string_view trimmed(std::string_view text) {
  size_t first = text.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

// A first line, headers until an empty line, then a body.
struct Part {
  Line first{0, {}};
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

Result<Part> readPart(const std::vector<Line>& lines, size_t from, size_t to) {
  Part part;
  while (from < to && (trimmed(lines[from].text).empty() || lines[from].text.starts_with('#'))) ++from;
  if (from == to) return fhir::base::invalid("something is expected here", std::to_string(lines[to - 1].number));
  part.first = lines[from++];
  for (; from < to && !trimmed(lines[from].text).empty(); ++from) {
    if (lines[from].text.starts_with('#')) continue;
    size_t colon = lines[from].text.find(':');
    if (colon == std::string_view::npos)
      return fhir::base::invalid("a header has a colon; a body follows an empty line",
                                 std::to_string(lines[from].number));
    part.headers.emplace_back(trimmed(lines[from].text.substr(0, colon)),
                              trimmed(lines[from].text.substr(colon + 1)));
  }
  for (; from < to; ++from) {
    if (part.body.empty() && trimmed(lines[from].text).empty()) continue;
    part.body += lines[from].text;
    part.body += '\n';
  }
  part.body = trimmed(part.body);
  while (part.body.ends_with('\n')) part.body.pop_back();
  return part;
}

Result<ScenarioStep> readStep(const std::vector<Line>& lines, size_t from, size_t middle, size_t to) {
  ASSIGN_OR_RETURN(Part request, readPart(lines, from, middle));
  ASSIGN_OR_RETURN(Part answer, readPart(lines, middle + 1, to));
  ScenarioStep step;
  step.line = request.first.number;
  std::string_view first = trimmed(request.first.text);
  size_t blank = first.find(' ');
  if (blank == std::string_view::npos)
    return fhir::base::invalid("a request is METHOD /path", std::to_string(step.line));
  step.method = first.substr(0, blank);
  step.target = trimmed(first.substr(blank));
  step.headers = std::move(request.headers);
  step.body = std::move(request.body);
  step.status = trimmed(answer.first.text);
  step.expected_headers = std::move(answer.headers);
  step.expected_body = std::move(answer.body);
  return step;
}

HttpRequest makeRequest(const ScenarioStep& step, std::string_view path_prefix, const Variables& variables) {
  HttpRequest request;
  request.method = step.method;
  std::string target = filled(step.target, variables);
  bool is_url = target.starts_with("http://") || target.starts_with("https://");  // a link from an answer
  target = is_url ? target.substr(target.find('/', target.find("://") + 3)) : std::string(path_prefix) + target;
  size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  request.body = filled(step.body, variables);
  request.peer = "127.0.0.1";
  request.request_id = "request-" + std::to_string(step.line);
  bool has_type = false;
  for (const auto& [name, value] : step.headers) {
    bool is_type = lowered(name) == "content-type";
    has_type |= is_type;
    if (is_type && value == "(none)") continue;
    request.headers.emplace_back(lowered(name), filled(value, variables));
  }
  if (!has_type && request.body.starts_with('{'))
    request.headers.emplace_back("content-type", "application/fhir+json");
  return request;
}

std::optional<std::string> headerOf(const HttpResponse& response, std::string_view name) {
  if (lowered(name) == "content-type")
    return response.content_type.empty() ? std::nullopt : std::optional(response.content_type);
  for (const auto& [key, value] : response.headers)
    if (lowered(key) == lowered(name)) return value;
  return std::nullopt;
}

std::string compareHeaders(const ScenarioStep& step, const HttpResponse& response, Variables& variables) {
  for (const auto& [name, pattern] : step.expected_headers) {
    auto value = headerOf(response, name);
    if (pattern == "<absent>") {
      if (value) return "header " + name + " is there: " + *value;
      continue;
    }
    if (!value) return "header " + name + " is missing";
    if (!matches(pattern, *value, variables))
      return "header " + name + " is " + *value + ", expected " + filled(pattern, variables);
  }
  return {};
}

std::string compareBody(const ScenarioStep& step, const HttpResponse& response, Variables& variables) {
  if (step.expected_body.empty()) return {};
  if (step.expected_body == "<empty>") return response.body.empty() ? "" : "there is a body";
  if (step.expected_body.starts_with('<')) {
    if (matches(step.expected_body, response.body, variables)) return {};
    return "the body is not the expected text";
  }
  auto expected = readJsonTree(step.expected_body);
  if (!expected.ok()) return "the expected body is not JSON: " + expected.error().text();
  auto actual = readJsonTree(response.body);
  if (!actual.ok()) return "the body is not JSON: " + actual.error().text();
  return differenceOf(*expected, *actual, variables);
}

}  // namespace

Result<Scenario> readScenario(std::string_view text) {
  std::vector<Line> lines = linesOf(text);
  Scenario scenario;
  if (lines.empty() || trimmed(lines[0].text).empty())
    return fhir::base::invalid("the first line says the behaviour", "1");
  scenario.behaviour = trimmed(lines[0].text);
  size_t from = 1, middle = 0;
  for (size_t i = 1; i <= lines.size(); ++i) {
    bool end = i == lines.size();
    if (!end && lines[i].text == "----") {
      if (middle != 0) return fhir::base::invalid("steps are separated by ====", std::to_string(lines[i].number));
      middle = i;
    }
    if (!end && lines[i].text != "====") continue;
    if (middle == 0) return fhir::base::invalid("a step has ---- before its answer", std::to_string(i));
    ASSIGN_OR_RETURN(ScenarioStep step, readStep(lines, from, middle, i));
    scenario.steps.push_back(std::move(step));
    from = i + 1;
    middle = 0;
  }
  return scenario;
}

std::string runScenario(const Scenario& scenario, const Answerer& answer, std::string_view path_prefix,
                        Variables variables, const std::function<void()>& before_step) {
  for (const auto& step : scenario.steps) {
    before_step();
    HttpResponse response = answer(makeRequest(step, path_prefix, variables));
    std::string difference;
    if (std::to_string(response.status) != step.status)
      difference = "status is " + std::to_string(response.status) + ", expected " + step.status;
    if (difference.empty()) difference = compareHeaders(step, response, variables);
    if (difference.empty()) difference = compareBody(step, response, variables);
    if (!difference.empty())
      return "line " + std::to_string(step.line) + ": " + difference + "\nthe whole answer: " + response.body;
  }
  return {};
}

}  // namespace tests::support
