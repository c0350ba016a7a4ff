#include "fhir/validate/pass.h"

#include <algorithm>

#include "fhir/validate/places.h"

namespace fhir::validate {

using base::Finding;
using base::Findings;
using base::Severity;

Pass::Pass(const model::Document& document, const Profiles& p, const Options& o)
    : tree(model::treeOf(document.root())),
      profiles(p),
      options(o),
      book(ruleBook()),
      counts_(definitions::r4().allElements().size(), 0) {}

void Pass::takeReading(const Findings& reading) {
  for (const Finding& finding : reading.list()) {
    const auto node = nodeAt(tree, finding.expression);
    located_.push_back({node.value_or(0), finding});
  }
}

void Pass::report(uint32_t index, Severity severity, std::string_view code, std::string_view rule, std::string what) {
  if (located_.size() >= options.most_findings) {
    dropped_ = std::max(dropped_.value_or(severity), severity);
    return;
  }
  Finding finding;
  finding.severity = severity;
  finding.code = code;
  finding.what = std::move(what);
  finding.rule = rule;
  located_.push_back({index, std::move(finding)});
}

void Pass::run() {
  for (uint32_t i = 0; i < tree.records.size(); ++i) checkRecord(i);
}

Findings Pass::result() {
  std::stable_sort(located_.begin(), located_.end(),
                   [](const Located& a, const Located& b) { return a.record < b.record; });
  Findings out;
  for (size_t i = 0; i < located_.size(); ++i) {
    Finding& finding = located_[i].finding;
    // Two profiles may say the same of one element.
    bool repeated = false;
    for (size_t j = i; j-- > 0 && located_[j].record == located_[i].record && !repeated;)
      repeated = located_[j].finding.rule == finding.rule && located_[j].finding.severity == finding.severity &&
                 located_[j].finding.what == finding.what;
    if (repeated) continue;
    Finding made = finding;
    if (made.expression.empty()) made.expression = model::placeOf(tree.node(located_[i].record));
    out.add(std::move(made));
  }
  if (dropped_)
    out.add({*dropped_,
             "too-costly",
             "there are more findings than are listed",
             model::placeOf(tree.node(0)),
             "limit",
             {}});
  return out;
}

Findings Validator::validate(const model::Document& document, const Findings& reading, const Options& options) const {
  Pass pass(document, profiles_, options);
  pass.takeReading(reading);
  pass.run();
  return pass.result();
}

}  // namespace fhir::validate
