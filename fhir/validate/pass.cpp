#include "fhir/validate/pass.h"

#include <algorithm>
#include <cctype>

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
    const uint32_t at = node.value_or(0);
    located_.push_back({at, finding});
    wrong_.push_back(at);
    // Of a list that is empty there is no record: `at` is the object that should hold it.
    std::string_view last = std::string_view(finding.expression).substr(finding.expression.rfind('.') + 1);
    last = last.substr(0, last.find('['));
    if (at == 0 || tree.name(record(at)) != last)
      markBad(at, last);
    else
      markBad(record(at).parent, last);
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
  auto each = [&](auto check) {
    for (uint32_t i = 0; i < tree.records.size(); ++i) {
      const model::Record& one = record(i);
      if (one.has(model::Record::Shadow) &&
          !one.has(model::Record::Hidden)) {  // could not be joined with its value: reading has said so
        i = endOf(i) - 1;
        continue;
      }
      if (one.type != 0 && !one.has(model::Record::Hidden)) check(i);
    }
  };
  each([&](uint32_t i) { checkForm(i); });
  for (const Located& one : located_) wrong_.push_back(one.record);
  each([&](uint32_t i) { checkMeaning(i); });
}

bool Pass::hasErrorBelow(uint32_t index) const {
  if (wrong_.empty()) return false;
  const uint32_t end = endOf(index);
  return std::any_of(wrong_.begin(), wrong_.end(), [&](uint32_t one) { return one >= index && one < end; });
}

bool Pass::speaksOfBad(uint32_t index, const Invariant& invariant) const {
  auto [begin, end] = bad_.equal_range(index);
  const std::string& text = invariant.expression.text();
  auto inWord = [&](size_t at) {
    return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) || text[at] == '_');
  };
  for (auto one = begin; one != end; ++one) {
    const std::string_view name = one->second;
    for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1))
      if ((at == 0 || !inWord(at - 1)) && !inWord(at + name.size())) return true;
  }
  return false;
}

Findings Pass::result() {
  std::stable_sort(located_.begin(), located_.end(),
                   [](const Located& a, const Located& b) { return a.record < b.record; });
  Findings out;
  for (size_t i = 0; i < located_.size(); ++i) {
    Finding& finding = located_[i].finding;
    // Two profiles may say the same of one element.
    bool repeated = false;
    for (const Located& other : located_)  // an extensible binding that a profile makes a required one
      repeated |= other.record == located_[i].record && finding.rule == "binding" &&
                  other.finding.rule == "binding" && other.finding.severity > finding.severity;
    for (size_t j = i; j-- > 0 && located_[j].record == located_[i].record && !repeated;)
      repeated = located_[j].finding.rule == finding.rule && located_[j].finding.severity == finding.severity &&
                 located_[j].finding.what == finding.what;
    if (repeated) continue;
    Finding made = finding;
    if (made.expression.empty()) made.expression = model::placeOf(tree.node(located_[i].record));
    out.add(std::move(made));
  }
  if (rule_steps_ > kMostRuleSteps)
    out.add({Severity::Warning,
             "too-costly",
             "the profiles ask too much of this resource; the rest was not checked",
             model::placeOf(tree.node(0)),
             "limit",
             {}});
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
