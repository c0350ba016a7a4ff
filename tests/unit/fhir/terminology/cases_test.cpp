// Runs tests/cases/terminology/*.json: a README there says how cases are written.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "fhir/model/document.h"
#include "fhir/model/json_writer.h"
#include "fhir/terminology/operations.h"
#include "fhir/terminology/resource_reading.h"

namespace fhir::terminology {
namespace {

namespace fs = std::filesystem;
using model::Document;
using path::Node;

const fs::path kFolder = fs::path(ONECARD_SOURCE_DIR) / "tests/cases/terminology";

std::string readFile(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string_view tail(std::string_view url) { return url.substr(url.rfind('/') + 1); }

// --- a case's parameters ---

std::string valueMember(Node node, std::string_view& member) {
  bool object = Document::navigator().scalar(node).kind == path::ScalarKind::None;
  if (object && Document::child(node, "resourceType").tree)
    member = "resource";
  else if (object && Document::child(node, "coding").tree)
    member = "valueCodeableConcept";
  else if (object && Document::child(node, "code").tree)
    member = "valueCoding";
  else if (object)
    member = "part";
  else
    member = "valueString";
  return model::writeJson(node);
}

void appendParameter(std::string& json, std::string_view name, Node node) {
  std::string_view member;
  std::string value = valueMember(node, member);
  if (json.back() != '[') json += ',';
  json.append("{\"name\":\"").append(name).append("\",\"").append(member).append("\":");
  if (member == "part") {
    json += '[';
    for (Node part : childrenOf(node)) appendParameter(json, nameOf(part), part);
    json += ']';
  } else if (member == "valueString" && value[0] != '"') {
    json += '"' + value + '"';
  } else {
    json += value;
  }
  json += '}';
}

// --- an answer's lines ---

std::string codingText(Node coding) {
  std::string out(tail(textOf(coding, "system")));
  out.append("#").append(textOf(coding, "code"));
  if (!textOf(coding, "display").empty()) out.append(" \"").append(textOf(coding, "display")).append("\"");
  return out;
}

std::string valueText(Node value) {
  if (Document::child(value, "coding").tree) {
    std::string out;
    for (Node coding : childrenNamed(value, "coding")) out += (out.empty() ? "" : ", ") + codingText(coding);
    return out;
  }
  if (Document::child(value, "code").tree) return codingText(value);
  return std::string(Document::text(value));
}

void issueLines(Node outcome, std::vector<std::string>& out) {
  for (Node issue : childrenNamed(outcome, "issue")) {
    Node details = Document::child(issue, "details");
    std::string line = "issue: ";
    line.append(textOf(issue, "severity")).append(" ");
    line.append(textOf(Document::child(details, "coding"), "code")).append(" ");
    line.append(textOf(issue, "expression")).append(": ").append(textOf(details, "text"));
    out.push_back(line);
  }
}

void parameterLines(Node root, std::vector<std::string>& out) {
  for (Node parameter : childrenNamed(root, "parameter")) {
    std::string name(textOf(parameter, "name"));
    if (Node resource = Document::child(parameter, "resource"); resource.tree) {
      issueLines(resource, out);
    } else if (Node value = Document::child(parameter, "value"); value.tree) {
      out.push_back(name + " = " + valueText(value));
    } else {
      std::string line;
      for (Node part : childrenNamed(parameter, "part")) {
        line += line.empty() ? name + ": " : ", ";
        line += std::string(textOf(part, "name")) + " = ";
        Node part_value = Document::child(part, "value");
        if (part_value.tree) {
          line += valueText(part_value);
          continue;
        }
        line += "(";
        for (Node inner : childrenNamed(part, "part")) line += " " + valueText(Document::child(inner, "value"));
        line += " )";
      }
      out.push_back(line);
    }
  }
}

void containsLines(Node parent, size_t depth, std::vector<std::string>& out) {
  for (Node one : childrenNamed(parent, "contains")) {
    std::string line(depth * 2, ' ');
    line += codingText(one);
    if (textOf(one, "abstract") == "true") line += " (abstract)";
    if (textOf(one, "inactive") == "true") line += " (inactive)";
    for (Node designation : childrenNamed(one, "designation")) {
      line.append(" @").append(textOf(designation, "language"));
      if (Node use = Document::child(designation, "use"); use.tree) line.append(" ").append(textOf(use, "code"));
      line.append(" \"").append(textOf(designation, "value")).append("\"");
    }
    for (Node extension : childrenNamed(one, "extension")) {
      std::string_view separator = " ";
      for (Node part : childrenNamed(extension, "extension")) {
        line.append(separator).append(valueText(Document::child(part, "value")));
        separator = "=";
      }
    }
    out.push_back(line);
    containsLines(one, depth + 1, out);
  }
}

std::vector<std::string> linesOf(const Document& answer) {
  std::vector<std::string> out;
  if (answer.resourceType() != "ValueSet") {
    parameterLines(answer.root(), out);
    return out;
  }
  Node expansion = Document::child(answer.root(), "expansion");
  EXPECT_FALSE(textOf(expansion, "identifier").empty());
  EXPECT_EQ(textOf(expansion, "timestamp"), "2025-03-06T08:15:28+08:00");
  out.push_back("total " + std::string(textOf(expansion, "total")));
  containsLines(expansion, 0, out);
  return out;
}

std::vector<std::string> answerOf(Node one) {
  LoadedTerminology::Builder builder(LoadedTerminology::r4());
  for (Node name : childrenNamed(one, "load")) {
    std::string file = std::string(Document::text(name)) + ".json";
    bool is_file = !Document::text(name).empty();
    auto added = is_file ? builder.addJson(readFile(kFolder / "resources" / file), file)
                         : builder.addJson(model::writeJson(name), "");
    if (!added) {
      return {"error " + std::string(base::toString(added.error().why)) + " " + added.error().text()};
    }
  }
  auto terminology = builder.build();
  std::string json = "{\"resourceType\":\"Parameters\",\"parameter\":[";
  for (Node parameter : childrenOf(Document::child(one, "in"))) appendParameter(json, nameOf(parameter), parameter);
  base::Findings findings;
  auto parameters = Document::readResource(json + "]}", findings);
  EXPECT_TRUE(parameters) << json << parameters.error().text();
  std::string_view operation = textOf(one, "operation");
  size_t slash = operation.find("/$");
  OperationCall call;
  call.resource_type = operation.substr(0, slash);
  call.operation = operation.substr(slash + 2);
  call.parameters = &*parameters;
  call.accept_language = textOf(one, "language");
  call.timestamp = "2025-03-06T08:15:28+08:00";
  auto answer = runOperation(terminology, call);
  if (!answer) return {"error " + std::string(base::toString(answer.error().why)) + " " + answer.error().text()};
  base::Findings answer_findings;
  auto document = Document::readResource(*answer, answer_findings);
  EXPECT_TRUE(document) << *answer;
  for (const base::Finding& finding : answer_findings.list()) ADD_FAILURE() << finding.expression << finding.what;
  return linesOf(*document);
}

bool sameLine(const std::string& got, const std::string& wanted) {
  if (wanted.ends_with("...")) return got.starts_with(wanted.substr(0, wanted.size() - 3));
  return got == wanted;
}

TEST(TerminologyCases, give_the_answers_that_the_files_say) {
  size_t cases = 0;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    auto document = Document::readPlain("{\"cases\":" + readFile(file) + "}");
    ASSERT_TRUE(document) << file << " " << document.error().text();
    for (Node one : childrenNamed(document->root(), "cases")) {
      ++cases;
      std::vector<std::string> wanted, got = answerOf(one);
      for (Node line : childrenNamed(one, "out")) wanted.emplace_back(Document::text(line));
      bool same = std::equal(got.begin(), got.end(), wanted.begin(), wanted.end(), sameLine);
      std::string all;
      for (const std::string& line : got) all += "    \"" + line + "\",\n";
      EXPECT_TRUE(same) << file.filename() << ": " << textOf(one, "name") << "\n  the answer is\n" << all;
    }
  }
  EXPECT_GT(cases, 50u);
}

}  // namespace
}  // namespace fhir::terminology
