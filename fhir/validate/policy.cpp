#include "fhir/validate/policy.h"

#include <algorithm>

#include "fhir/definitions/lookup.h"

namespace fhir::validate {

using base::Finding;
using base::Findings;
using base::Result;
using base::Severity;
using base::YamlNode;

namespace {

std::string placeOf(const YamlNode& node, std::string_view file) {
  return std::string(file) + ":" + std::to_string(node.line) + ":" + std::to_string(node.column);
}

base::Error wrong(const YamlNode& node, std::string_view file, std::string what) {
  return base::invalid(std::move(what), placeOf(node, file));
}

Result<Grade> gradeAt(const YamlNode& node, std::string_view file) {
  for (Grade grade : {Grade::Ignore, Grade::Accept, Grade::Quarantine, Grade::Reject})
    if (node.kind == YamlNode::Kind::Scalar && node.text == toString(grade)) return grade;
  return wrong(node, file, "a grade is reject, quarantine, accept or ignore");
}

Result<Severity> severityAt(const YamlNode& node, std::string_view file) {
  for (Severity severity : {Severity::Information, Severity::Warning, Severity::Error})
    if (node.kind == YamlNode::Kind::Scalar && node.text == base::toString(severity)) return severity;
  return wrong(node, file, "a severity is error, warning or information");
}

std::string withoutIndexes(std::string_view place) {
  std::string out;
  bool inside = false;
  for (char c : place) {
    if (c == '[') inside = true;
    if (!inside) out += c;
    if (c == ']') inside = false;
  }
  return out;
}

bool isAtOrBelow(std::string_view place, std::string_view at) {
  return place.starts_with(at) && (place.size() == at.size() || place[at.size()] == '.');
}

}  // namespace

std::string_view toString(Grade grade) {
  switch (grade) {
    case Grade::Ignore: return "ignore";
    case Grade::Accept: return "accept";
    case Grade::Quarantine: return "quarantine";
    case Grade::Reject: return "reject";
  }
  return "reject";
}

Result<Policy> Policy::read(std::string_view yaml, std::string_view file) {
  ASSIGN_OR_RETURN(YamlNode table, base::readYaml(yaml, file));
  return read(table, file);
}

Result<Policy> Policy::read(const YamlNode& table, std::string_view file) {
  Policy policy;
  if (table.kind == YamlNode::Kind::Null) return policy;
  if (table.kind != YamlNode::Kind::Map)
    return wrong(table, file, "a policy is a table of default, rules and profiles");
  for (const auto& [key, value] : table.members) {
    if (key.text == "default") {
      RETURN_IF_ERROR(policy.readDefault(value, file));
    } else if (key.text == "rules") {
      RETURN_IF_ERROR(policy.readRules(value, file));
    } else if (key.text == "profiles") {
      RETURN_IF_ERROR(policy.readProfiles(value, file));
    } else {
      return wrong(key, file, "a policy has default, rules and profiles");
    }
  }
  return policy;
}

base::Done Policy::readDefault(const YamlNode& table, std::string_view file) {
  if (table.kind != YamlNode::Kind::Map) return wrong(table, file, "default is a table of severities");
  for (const auto& [name, node] : table.members) {
    ASSIGN_OR_RETURN(const Severity severity, severityAt(name, file));
    ASSIGN_OR_RETURN(const Grade grade, gradeAt(node, file));
    (severity == Severity::Error ? error_ : severity == Severity::Warning ? warning_ : information_) = grade;
  }
  return {};
}

base::Done Policy::readRules(const YamlNode& list, std::string_view file) {
  if (list.kind != YamlNode::Kind::Sequence) return wrong(list, file, "rules is a list");
  for (const YamlNode& item : list.items) {
    if (item.kind != YamlNode::Kind::Map) return wrong(item, file, "a rule is a table of rule, at, severity, grade");
    Rule rule;
    for (const auto& [name, node] : item.members) {
      if (name.text == "rule") {
        rule.rule = node.text;
      } else if (name.text == "at") {
        rule.at = node.text;
      } else if (name.text == "severity") {
        ASSIGN_OR_RETURN(rule.severity, severityAt(node, file));
      } else if (name.text == "grade") {
        ASSIGN_OR_RETURN(rule.grade, gradeAt(node, file));
      } else {
        return wrong(name, file, "a rule has rule, at, severity and grade");
      }
    }
    if (item.find("rule") == nullptr || item.find("grade") == nullptr || rule.rule.empty())
      return wrong(item, file, "a rule needs rule and grade");
    rule.begins = rule.rule.ends_with('*');
    if (rule.begins) rule.rule.pop_back();
    rules_.push_back(std::move(rule));
  }
  return {};
}

base::Done Policy::readProfiles(const YamlNode& table, std::string_view file) {
  if (table.kind != YamlNode::Kind::Map) return wrong(table, file, "profiles is a table of resource types");
  for (const auto& [type, value] : table.members) {
    const auto* known = definitions::r4().type(type.text);
    if (known == nullptr || !definitions::r4().isResource(known->number))
      return wrong(type, file, "R4 has no resource type of this name");
    const bool one = value.kind == YamlNode::Kind::Scalar;
    if (!one && value.kind != YamlNode::Kind::Sequence)
      return wrong(value, file, "the canonical of a profile, or a list of them");
    auto& canonicals = by_type_[type.text];
    for (const YamlNode& item : one ? std::vector<YamlNode>{value} : value.items) {
      if (item.kind != YamlNode::Kind::Scalar || item.text.empty())
        return wrong(item, file, "the canonical of a profile");
      canonicals.push_back(item.text);
      named_.push_back({item.text, placeOf(item, file)});
    }
  }
  return {};
}

std::span<const std::string> Policy::profilesOf(std::string_view type) const {
  auto found = by_type_.find(type);
  return found == by_type_.end() ? std::span<const std::string>() : std::span<const std::string>(found->second);
}

Grade Policy::gradeOf(const Finding& finding) const {
  const std::string place = withoutIndexes(finding.expression);
  const std::string_view name =
      finding.rule.empty() ? std::string_view(finding.code) : std::string_view(finding.rule);
  for (const Rule& rule : rules_) {
    if (rule.begins ? !name.starts_with(rule.rule) : name != rule.rule) continue;
    if (rule.severity && *rule.severity != finding.severity) continue;
    if (!rule.at.empty() && !isAtOrBelow(place, rule.at)) continue;
    return rule.grade;
  }
  if (finding.severity >= Severity::Error) return error_;
  return finding.severity == Severity::Warning ? warning_ : information_;
}

Grade Policy::gradeOf(const Findings& findings) const {
  Grade worst = Grade::Ignore;
  for (const Finding& finding : findings.list()) worst = std::max(worst, gradeOf(finding));
  return worst;
}

}  // namespace fhir::validate
