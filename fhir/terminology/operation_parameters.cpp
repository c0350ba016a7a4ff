#include "fhir/terminology/operation_parameters.h"

#include <algorithm>

#include "fhir/model/json_writer.h"
#include "fhir/terminology/operations.h"
#include "fhir/terminology/resource_reading.h"

namespace fhir::terminology {

using model::Document;
using path::Node;

base::Result<OperationInput> OperationInput::read(const Document& parameters,
                                                  std::span<const std::string_view> known) {
  if (parameters.resourceType() != "Parameters") {
    return base::invalid("a Parameters resource is wanted here", std::string(parameters.resourceType()));
  }
  OperationInput input;
  for (Node parameter : childrenNamed(parameters.root(), "parameter")) {
    std::string_view name = textOf(parameter, "name");
    bool fits = false, repeats = false;
    for (std::string_view one : known) {
      repeats = one[0] == '*';
      if (repeats) one.remove_prefix(1);
      fits = one == name;
      if (fits) break;
    }
    if (!fits) return base::invalid("the operation has no such parameter", std::string(name));
    if (!repeats && input.has(name)) return base::invalid("the parameter is given twice", std::string(name));
    input.parameters_.push_back(parameter);
  }
  return input;
}

Node OperationInput::find(std::string_view name) const {
  for (Node parameter : parameters_) {
    if (textOf(parameter, "name") == name) return parameter;
  }
  return {};
}

std::vector<Node> OperationInput::all(std::string_view name) const {
  std::vector<Node> out;
  for (Node parameter : parameters_) {
    if (textOf(parameter, "name") == name) out.push_back(parameter);
  }
  return out;
}

std::string_view OperationInput::text(std::string_view name) const {
  Node found = value(name);
  return found.tree ? Document::text(found) : std::string_view();
}

std::vector<std::string_view> OperationInput::texts(std::string_view name) const {
  std::vector<std::string_view> out;
  for (Node parameter : all(name)) out.push_back(textOf(parameter, "value"));
  return out;
}

Node OperationInput::value(std::string_view name) const {
  Node parameter = find(name);
  return parameter.tree ? Document::child(parameter, "value") : Node{};
}

Node OperationInput::resource(std::string_view name) const {
  Node parameter = find(name);
  return parameter.tree ? Document::child(parameter, "resource") : Node{};
}

base::Result<bool> OperationInput::flag(std::string_view name, bool otherwise) const {
  if (!has(name)) return otherwise;
  std::string_view written = text(name);
  if (written == "true") return true;
  if (written == "false") return false;
  return base::invalid("true or false is wanted", std::string(name));
}

base::Result<uint64_t> OperationInput::number(std::string_view name) const {
  std::string_view written = text(name);
  bool digits = std::all_of(written.begin(), written.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (written.empty() || written.size() > 9 || !digits) {
    return base::invalid("a whole number from 0 is wanted", std::string(name));
  }
  return static_cast<uint64_t>(std::stoul(std::string(written)));
}

Coding OperationInput::codingOf(Node coding) {
  return {textOf(coding, "system"), textOf(coding, "version"), textOf(coding, "code"), textOf(coding, "display")};
}

std::vector<Coding> OperationInput::codingsOf(Node codeable_concept) {
  std::vector<Coding> out;
  for (Node coding : childrenNamed(codeable_concept, "coding")) out.push_back(codingOf(coding));
  return out;
}

void appendMember(std::string& json, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (json.back() != '{') json += ',';
  json.append("\"").append(name).append("\":");
  model::appendJsonString(json, value);
}

std::string codingJson(std::string_view system, std::string_view version, std::string_view code,
                       std::string_view display) {
  std::string out = "{";
  appendMember(out, "system", system);
  appendMember(out, "version", version);
  appendMember(out, "code", code);
  appendMember(out, "display", display);
  return out + "}";
}

void OperationOutput::item(std::string_view name) {
  if (json_.back() != '[') json_ += ',';
  json_ += '{';
  appendMember(json_, "name", name);
}

OperationOutput& OperationOutput::add(std::string_view name, std::string_view type, std::string_view value) {
  if (value.empty()) return *this;
  item(name);
  std::string member = "value" + std::string(type);
  if (type == "Boolean" || type == "Integer" || type == "Decimal") {
    json_.append(",\"").append(member).append("\":").append(value);
  } else {
    appendMember(json_, member, value);
  }
  json_ += '}';
  return *this;
}

OperationOutput& OperationOutput::addCoding(std::string_view name, std::string_view system, std::string_view version,
                                            std::string_view code, std::string_view display) {
  return addRaw(name, "valueCoding", codingJson(system, version, code, display));
}

OperationOutput& OperationOutput::addRaw(std::string_view name, std::string_view member, std::string_view json) {
  item(name);
  json_.append(",\"").append(member).append("\":").append(json).append("}");
  return *this;
}

OperationOutput& OperationOutput::begin(std::string_view name) {
  item(name);
  json_ += ",\"part\":[";
  return *this;
}

OperationOutput& OperationOutput::end() {
  json_ += "]}";
  return *this;
}

std::string OperationOutput::finish() {
  json_ += "]}";
  return std::move(json_);
}

base::Result<std::string> parametersFromPairs(const std::vector<std::pair<std::string, std::string>>& pairs) {
  if (pairs.empty()) return std::string(R"({"resourceType":"Parameters"})");
  std::string json = R"({"resourceType":"Parameters","parameter":[)";
  for (const auto& [name, value] : pairs) {
    bool complex = name == "codeableConcept" || name == "valueSet" || name == "codeSystem" || name == "conceptMap" ||
                   name == "tx-resource" || name == "dependency";
    if (complex) return base::invalid("the parameter needs a Parameters resource in the body", name);
    if (json.back() != '[') json += ',';
    json += '{';
    appendMember(json, "name", name);
    if (name == "coding" || name == "codingA" || name == "codingB") {
      size_t bar = value.rfind('|');
      if (bar == std::string::npos) return base::invalid("a coding is written system|code here", name);
      std::string_view text = value;
      json += ",\"valueCoding\":" + codingJson(text.substr(0, bar), {}, text.substr(bar + 1), {});
    } else {
      appendMember(json, "valueString", value);
    }
    json += '}';
  }
  return json + "]}";
}

}  // namespace fhir::terminology
