#include "fhir/validate/policy.h"

#include <algorithm>

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
  for (Grade grade : {Grade::Accept, Grade::Quarantine, Grade::Reject})
    if (node.kind == YamlNode::Kind::Scalar && node.text == toString(grade)) return grade;
  return wrong(node, file, "a grade is reject, quarantine or accept");
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
  if (table.kind != YamlNode::Kind::Map) return wrong(table, file, "a policy is a table of default and rules");
  for (const auto& [key, value] : table.members) {
    if (key.text == "default") {
      if (value.kind != YamlNode::Kind::Map) return wrong(value, file, "default is a table of severities");
      for (const auto& [name, node] : value.members) {
        ASSIGN_OR_RETURN(const Severity severity, severityAt(name, file));
        ASSIGN_OR_RETURN(const Grade grade, gradeAt(node, file));
        (severity == Severity::Error     ? policy.error_
         : severity == Severity::Warning ? policy.warning_
                                         : policy.information_) = grade;
      }
    } else if (key.text == "rules") {
      if (value.kind != YamlNode::Kind::Sequence) return wrong(value, file, "rules is a list");
      for (const YamlNode& item : value.items) {
        if (item.kind != YamlNode::Kind::Map)
          return wrong(item, file, "a rule is a table of rule, at, severity, grade");
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
        policy.rules_.push_back(std::move(rule));
      }
    } else {
      return wrong(key, file, "a policy has default and rules");
    }
  }
  return policy;
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
  Grade worst = Grade::Accept;
  for (const Finding& finding : findings.list()) worst = std::max(worst, gradeOf(finding));
  return worst;
}

}  // namespace fhir::validate
