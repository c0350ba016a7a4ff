#include "fhir/validate/report.h"

#include <map>
#include <vector>

#include "fhir/base/xml_sax.h"
#include "fhir/model/json_writer.h"
#include "fhir/model/tree.h"
#include "fhir/validate/places.h"

namespace fhir::validate {
namespace {

using definitions::TypeNumber;

// Walks the XML beside the definitions and stops at the element whose place is wanted.
class XmlSearch final : public base::XmlHandler {
 public:
  explicit XmlSearch(std::string_view wanted) : wanted_(wanted) {}
  size_t found() const { return found_; }

  bool startElement(const base::XmlName& name, std::span<const base::XmlAttribute>, size_t offset) override {
    const auto& r4 = definitions::r4();
    Open open;
    const bool is_type = !name.local.empty() && name.local[0] >= 'A' && name.local[0] <= 'Z';
    if (is_type) {  // the root, or a resource inside contained or entry.resource
      const auto* type = r4.type(name.local);
      open.place = open_.empty() ? std::string(name.local) : open_.back().place;
      open.type = type == nullptr ? TypeNumber{0} : type->number;
    } else {
      Open* parent = open_.empty() ? nullptr : &open_.back();
      if (parent == nullptr) return true;
      const auto member = parent->type == 0 ? definitions::Member{} : r4.member(parent->type, name.local);
      const std::string base_name(member.element == nullptr ? name.local : member.element->name.text);
      const size_t position = parent->counts[base_name]++;
      open.place = parent->place + "." + base_name;
      if (member.element != nullptr && member.element->max > 1) open.place += "[" + std::to_string(position) + "]";
      open.type = member.type;
    }
    consider(open.place, offset);
    open_.push_back(std::move(open));
    return true;
  }
  bool endElement(const base::XmlName&, size_t) override {
    if (!open_.empty()) open_.pop_back();
    return true;
  }
  bool text(std::string_view, size_t) override { return true; }

 private:
  struct Open {
    std::string place;
    TypeNumber type = 0;
    std::map<std::string, size_t> counts;
  };
  // The longest place that the wanted one begins with.
  void consider(const std::string& place, size_t offset) {
    if (place.size() <= longest_ || !wanted_.starts_with(place)) return;
    if (wanted_.size() > place.size() && wanted_[place.size()] != '.') return;
    longest_ = place.size();
    found_ = offset;
  }

  std::string_view wanted_;
  std::vector<Open> open_;
  size_t longest_ = 0;
  size_t found_ = 0;
};

void appendIssue(std::string& out, std::string_view severity, std::string_view code, std::string_view text) {
  out += R"({"severity":")";
  out += severity;
  out += R"(","code":)";
  model::appendJsonString(out, code);
  out += R"(,"details":{"text":)";
  model::appendJsonString(out, text);
  out += "}";
}

std::string at(base::LineColumn place) { return std::to_string(place.line) + ":" + std::to_string(place.column); }

// Without places the diagnostics name the rule alone.
std::string outcomeOf(const base::Findings& findings, const SourcePlaces* places) {
  std::string out = R"({"resourceType":"OperationOutcome","issue":[)";
  if (findings.empty()) {
    appendIssue(out, "information", "informational", "no findings");
    return out + "}]}";
  }
  bool first = true;
  for (const base::Finding& finding : findings.list()) {
    if (!first) out += ',';
    first = false;
    appendIssue(out, base::toString(finding.severity), finding.code, finding.what);
    out += R"(,"diagnostics":)";
    std::string rule = finding.rule.empty() ? finding.code : finding.rule;
    if (places != nullptr) rule += " at " + at(places->of(finding.expression));
    model::appendJsonString(out, rule);
    if (!finding.expression.empty()) {
      out += R"(,"expression":[)";
      model::appendJsonString(out, finding.expression);
      out += ']';
    }
    out += '}';
  }
  return out + "]}";
}

}  // namespace

base::LineColumn SourcePlaces::of(std::string_view expression) const {
  if (is_xml_) {
    XmlSearch search(expression);
    base::XmlLimits limits;
    (void)base::readXml(text_, search, limits);
    return base::lineColumn(text_, search.found());
  }
  const auto& tree = model::treeOf(document_.root());
  const auto record = nodeAt(tree, expression);
  return base::lineColumn(text_, record ? tree.records[*record].offset : 0);
}

std::string asText(const base::Findings& findings, std::string_view file, const SourcePlaces& places) {
  std::string out;
  for (const base::Finding& finding : findings.list()) {
    out += file;
    out += ":" + at(places.of(finding.expression)) + " " + finding.expression + ": ";
    out += base::toString(finding.severity);
    out += " " + (finding.rule.empty() ? finding.code : finding.rule) + " " + finding.what + "\n";
  }
  return out;
}

std::string asOutcome(const base::Findings& findings, const SourcePlaces& places) {
  return outcomeOf(findings, &places);
}

std::string asOutcome(const base::Findings& findings) { return outcomeOf(findings, nullptr); }

std::string asOutcome(const base::Error& error) {
  std::string out = R"({"resourceType":"OperationOutcome","issue":[)";
  appendIssue(out, "fatal", error.why == base::Why::TooCostly ? "too-costly" : "structure", error.text());
  return out + "}]}";
}

}  // namespace fhir::validate
