#include "fhir/terminology/validate_code.h"

#include <algorithm>

#include "fhir/base/text.h"
#include "fhir/terminology/display.h"
#include "fhir/terminology/grammar_systems.h"
#include "fhir/terminology/layer.h"
#include "fhir/terminology/membership.h"

namespace fhir::terminology {
namespace {

using Kind = CodeIssueKind;
using Outcome = CodeAnswer::Outcome;
using base::Severity;

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string canonicalOf(std::string_view url, std::string_view version) {
  std::string out(url);
  if (!version.empty()) out.append("|").append(version);
  return out;
}

std::string codeOf(const Coding& coding) {
  return coding.system.empty() ? quoted(coding.code)
                               : quoted(coding.code) + " of " + canonicalOf(coding.system, coding.version);
}

bool isAbsolute(std::string_view system) { return isCodeOfGrammar("urn:ietf:rfc:3986", system).value_or(false); }

// What was found about one coding.
struct Verdict {
  Outcome outcome = Outcome::Unknown;
  Coding coding;  // with the system that was inferred
  ConceptPlace place;
  MemberPlace member;
  std::vector<CodeIssue> issues;
};

class CodeValidation {
 public:
  CodeValidation(const LoadedTerminology& terminology, const CodeQuestion& question)
      : terminology_(terminology), question_(question) {}

  CodeAnswer run() {
    CodeAnswer answer;
    if (!findValueSet(answer)) return answer;
    std::vector<Verdict> verdicts;
    for (size_t i = 0; i < question_.codings.size(); ++i) {
      at_ = i;
      verdicts.push_back(judge(question_.codings[i]));
    }
    combine(verdicts, answer);
    return answer;
  }

 private:
  bool findValueSet(CodeAnswer& answer) {
    value_set_ = question_.inline_value_set;
    if (value_set_ || question_.value_set.empty()) return true;
    value_set_ = terminology_.valueSet(question_.value_set);
    if (value_set_) return true;
    answer.issues.push_back({Kind::UnknownValueSet,
                             Severity::Error,
                             "the value set " + std::string(question_.value_set) + " is not known here",
                             0,
                             {}});
    return false;
  }

  void say(Verdict& verdict, Kind kind, Severity severity, std::string message, std::string_view element) {
    verdict.issues.push_back({kind, severity, std::move(message), at_, element});
  }

  Verdict judge(const Coding& coding) {
    Verdict verdict;
    verdict.coding = coding;
    if (!settleSystem(verdict)) return verdict;
    judgeInSystem(verdict);
    if (value_set_) judgeInValueSet(verdict);
    if (verdict.outcome == Outcome::Valid) checkConcept(verdict);
    return verdict;
  }

  // False when there is no system to go on with; the verdict says why.
  bool settleSystem(Verdict& verdict) {
    std::string_view system = verdict.coding.system;
    if (!system.empty()) {
      if (isAbsolute(system)) return true;
      say(verdict, Kind::RelativeSystem, Severity::Error, "the system " + quoted(system) + " is not an absolute URI",
          "system");
      return true;
    }
    if (question_.infer_system && value_set_) return inferSystem(verdict);
    verdict.outcome = Outcome::Invalid;
    say(verdict, Kind::MissingSystem, Severity::Error,
        "the code " + quoted(verdict.coding.code) + " has no system, so its meaning is not known", "system");
    return false;
  }

  bool inferSystem(Verdict& verdict) {
    std::vector<std::string_view> found;
    bool unknown = false;
    std::vector<Obstacle> obstacles;
    MembershipCheck lister(terminology_);
    for (std::string_view system : lister.systemsOf(*value_set_)) {
      MembershipCheck check(terminology_);
      Member member = check.inValueSet(*value_set_, {system, verdict.coding.version, verdict.coding.code});
      if (member == Member::In) found.push_back(system);
      if (member != Member::Unknown) continue;
      unknown = true;
      for (const Obstacle& obstacle : check.obstacles()) obstacles.push_back(obstacle);
    }
    if (found.size() == 1) {
      verdict.coding.system = found[0];
      return true;
    }
    if (found.size() > 1) {
      verdict.outcome = Outcome::Invalid;
      say(verdict, Kind::AmbiguousCode, Severity::Error,
          "the code " + quoted(verdict.coding.code) + " is in more than one code system of the value set " +
              value_set_->canonical(),
          "system");
      return false;
    }
    verdict.outcome = unknown ? Outcome::Unknown : Outcome::Invalid;
    if (unknown) reportObstacles(verdict, obstacles);
    if (!unknown) sayNotInValueSet(verdict);
    return false;
  }

  void sayNotInValueSet(Verdict& verdict) {
    say(verdict, Kind::NotInValueSet, Severity::Error,
        "the code " + codeOf(verdict.coding) + " is not in the value set " + value_set_->canonical(), "code");
  }

  // Whether the code system defines the code.
  void judgeInSystem(Verdict& verdict) {
    const Coding& coding = verdict.coding;
    const CodeSystem* system = terminology_.codeSystem(canonicalOf(coding.system, coding.version));
    if (!system && !coding.version.empty() && terminology_.codeSystem(coding.system)) {
      std::string known;
      for (std::string_view version : terminology_.codeSystemVersions(coding.system)) {
        known += (known.empty() ? "" : ", ") + (version.empty() ? "(none)" : std::string(version));
      }
      say(verdict, Kind::UnknownVersion, Severity::Error,
          "the code system " + std::string(coding.system) + " is not here in version " + quoted(coding.version) +
              "; known versions: " + known,
          "version");
      return;
    }
    if (!system || system->content() == Content::NotPresent) {
      judgeByGrammar(verdict, system != nullptr);
      return;
    }
    verdict.place = {system, system->find(coding.code)};
    if (verdict.place.concept_index != kNoConcept) {
      verdict.outcome = Outcome::Valid;
      return;
    }
    if (system->content() == Content::Complete) {
      verdict.outcome = Outcome::Invalid;
      say(verdict, Kind::UnknownCode, Severity::Error,
          "the code " + quoted(coding.code) + " is not in the code system " +
              canonicalOf(system->url(), system->version()),
          "code");
      return;
    }
    say(verdict, Kind::NotInFragment, Severity::Warning,
        "only a part of the code system " + canonicalOf(system->url(), system->version()) +
            " is here, and the code " + quoted(coding.code) + " is not in it",
        "code");
  }

  void judgeByGrammar(Verdict& verdict, bool not_present) {
    const Coding& coding = verdict.coding;
    if (auto right = isCodeOfGrammar(coding.system, coding.code)) {
      verdict.outcome = *right ? Outcome::Valid : Outcome::Invalid;
      if (!*right) {
        say(verdict, Kind::UnknownCode, Severity::Error,
            "the code " + quoted(coding.code) + " is not right by the rules of " + std::string(coding.system),
            "code");
      }
      return;
    }
    if (!not_present && terminology_.valueSet(coding.system)) {
      say(verdict, Kind::ValueSetAsSystem, Severity::Error,
          "the system " + std::string(coding.system) + " is a value set, not a code system", "system");
      verdict.outcome = Outcome::Invalid;
      return;
    }
    say(verdict, Kind::UnknownCodeSystem, Severity::Warning,
        "the code system " + canonicalOf(coding.system, coding.version) +
            " is not known here, so the code cannot be checked against it",
        "system");
  }

  void judgeInValueSet(Verdict& verdict) {
    MembershipCheck check(terminology_);
    const Coding& coding = verdict.coding;
    Member member = check.inValueSet(*value_set_, {coding.system, coding.version, coding.code});
    verdict.member = check.place();
    bool system_says_no = verdict.outcome == Outcome::Invalid;
    switch (member) {
      case Member::In:
        // The value set lists it, although the system itself is not here (whole).
        if (!system_says_no) verdict.outcome = Outcome::Valid;
        std::erase_if(verdict.issues, [](const CodeIssue& issue) { return issue.kind == Kind::NotInFragment; });
        break;
      case Member::Out:
        verdict.outcome = Outcome::Invalid;
        sayNotInValueSet(verdict);
        break;
      case Member::Unknown:
        verdict.outcome = system_says_no ? Outcome::Invalid : Outcome::Unknown;
        reportObstacles(verdict, check.obstacles());
        break;
    }
  }

  void reportObstacles(Verdict& verdict, const std::vector<Obstacle>& obstacles) {
    for (const Obstacle& obstacle : obstacles) reportObstacle(verdict, obstacle);
  }

  void reportObstacle(Verdict& verdict, const Obstacle& obstacle) {
    using O = Obstacle::Kind;
    std::string about = "whether the code is in the value set " + value_set_->canonical() + " cannot be said: ";
    switch (obstacle.kind) {
      case O::UnknownValueSet:
        say(verdict, Kind::UnknownValueSet, Severity::Error,
            about + "the value set " + obstacle.name + " is not known here", {});
        break;
      case O::UnknownCodeSystem:
        // Said already when it is the coding's own.
        if (obstacle.name == verdict.coding.system && !verdict.issues.empty()) break;
        say(verdict, Kind::UnknownCodeSystem, Severity::Warning,
            about + "the code system " + obstacle.name + " is not known here", "system");
        break;
      case O::UnknownVersion:
        say(verdict, Kind::UnknownVersion, Severity::Warning, about + obstacle.name + " is not known here",
            "version");
        break;
      case O::Fragment:
        say(verdict, Kind::NotInFragment, Severity::Warning, about + "only a part of " + obstacle.name + " is here",
            "code");
        break;
      case O::Circular:
        say(verdict, Kind::FaultyValueSet, Severity::Error, "the value sets form a circle: " + obstacle.name, {});
        break;
      case O::TooDeep:
      case O::TooCostly:
      case O::BadFilter:
        say(verdict, Kind::FaultyValueSet, Severity::Error, about + obstacle.name + " cannot be used", {});
        break;
    }
  }

  // What the concept itself says: abstract, inactive, spelling, display.
  void checkConcept(Verdict& verdict) {
    const Coding& coding = verdict.coding;
    auto [system, at] = verdict.place;
    if (system) {
      if (at != kNoConcept && system->isAbstract(at) && !question_.allow_abstract) {
        verdict.outcome = Outcome::Invalid;
        say(verdict, Kind::AbstractCode, Severity::Error,
            "the code " + codeOf(coding) + " is abstract and not to be used in records", "code");
      }
      if (at != kNoConcept && system->isInactive(at)) {
        if (question_.active_only) verdict.outcome = Outcome::Invalid;
        say(verdict, Kind::InactiveCode, question_.active_only ? Severity::Error : Severity::Warning,
            "the code " + codeOf(coding) + " is not in use any more", "code");
      }
      if (at != kNoConcept && system->code(at) != coding.code) {
        say(verdict, Kind::CaseDiffers, Severity::Information,
            "the code " + quoted(coding.code) + " is written " + quoted(system->code(at)) + " in its code system",
            "code");
      }
    }
    if (question_.check_display && !coding.display.empty()) checkDisplay(verdict);
  }

  std::vector<DisplayText> textsOf(const Verdict& verdict) const {
    std::vector<DisplayText> texts;
    if (verdict.place.system && verdict.place.concept_index != kNoConcept) {
      texts = displayTexts(terminology_, *verdict.place.system, verdict.place.concept_index);
    }
    const MemberPlace& member = verdict.member;
    if (member.part && member.listed != ValueSetPart::kNone) {
      const auto& listed = member.part->concepts[member.listed];
      if (!listed.display.empty()) texts.push_back({listed.display, value_set_->language()});
      for (const Designation& designation : member.part->designationsOf(member.listed)) {
        texts.push_back({designation.value, designation.language});
      }
    }
    if (member.row && !member.row->display.empty()) texts.push_back({member.row->display, {}});
    return texts;
  }

  void checkDisplay(Verdict& verdict) {
    auto texts = textsOf(verdict);
    if (texts.empty()) return;  // nobody says what it is called
    auto ranges = languageRanges(question_.display_language);
    std::vector<DisplayText> wanted;
    for (const DisplayText& text : texts) {
      bool fits = std::any_of(ranges.begin(), ranges.end(),
                              [&](std::string_view range) { return languageFit(range, text.language) > 0; });
      if (fits) wanted.push_back(text);
    }
    auto among = [&](const std::vector<DisplayText>& list) {
      return std::any_of(list.begin(), list.end(),
                         [&](const DisplayText& text) { return sameDisplay(text.text, verdict.coding.display); });
    };
    if (among(wanted.empty() ? texts : wanted)) {
      if (wanted.empty() && !ranges.empty()) {
        say(verdict, Kind::DisplayLanguage, Severity::Information,
            "there is no display in the language " + quoted(question_.display_language), "display");
      }
      return;
    }
    std::string_view right = bestDisplay(wanted.empty() ? texts : wanted, question_.display_language).text;
    if (!question_.lenient_display) verdict.outcome = Outcome::Invalid;
    say(verdict, Kind::WrongDisplay, question_.lenient_display ? Severity::Warning : Severity::Error,
        "the display " + quoted(verdict.coding.display) + " is wrong for the code " + codeOf(verdict.coding) +
            "; right is " + quoted(right),
        "display");
  }

  void fill(const Verdict& verdict, size_t which, CodeAnswer& answer) {
    answer.coding = which;
    answer.system = verdict.coding.system;
    answer.version = verdict.coding.version;
    answer.code = verdict.coding.code;
    if (verdict.place.system) {
      answer.version = verdict.place.system->version();
      if (verdict.place.concept_index != kNoConcept) {
        answer.code = verdict.place.system->code(verdict.place.concept_index);
        answer.inactive = verdict.place.system->isInactive(verdict.place.concept_index);
      }
    }
    answer.display = bestDisplay(textsOf(verdict), question_.display_language).text;
  }

  void combine(std::vector<Verdict>& verdicts, CodeAnswer& answer) {
    answer.outcome = Outcome::Invalid;
    size_t best = verdicts.size();
    bool unknown = verdicts.empty() && value_set_ == nullptr;
    for (size_t i = 0; i < verdicts.size(); ++i) {
      if (verdicts[i].outcome == Outcome::Valid && best == verdicts.size()) best = i;
      unknown = unknown || verdicts[i].outcome == Outcome::Unknown;
    }
    if (best < verdicts.size()) {
      answer.outcome = Outcome::Valid;
      fill(verdicts[best], best, answer);
    } else {
      if (unknown) answer.outcome = Outcome::Unknown;
      if (!verdicts.empty()) fill(verdicts[0], 0, answer);
    }
    for (Verdict& verdict : verdicts) {
      // Beside a valid coding the others may be of systems and meanings that the value set does not care for.
      for (CodeIssue& issue : verdict.issues) {
        if (answer.valid() && verdict.outcome != Outcome::Valid) {
          if (issue.kind == Kind::NotInValueSet || issue.kind == Kind::UnknownCodeSystem) continue;
          issue.severity = std::min(issue.severity, Severity::Warning);
        }
        answer.issues.push_back(std::move(issue));
      }
    }
  }

  const LoadedTerminology& terminology_;
  const CodeQuestion& question_;
  const ValueSet* value_set_ = nullptr;
  size_t at_ = 0;
};

}  // namespace

std::string_view issueType(CodeIssueKind kind) {
  switch (kind) {
    case Kind::UnknownValueSet:
    case Kind::UnknownCodeSystem:
    case Kind::UnknownVersion: return "not-found";
    case Kind::FaultyValueSet: return "processing";
    case Kind::MissingSystem:
    case Kind::RelativeSystem:
    case Kind::ValueSetAsSystem:
    case Kind::SupplementAsSystem:
    case Kind::WrongDisplay:
    case Kind::DisplayLanguage: return "invalid";
    case Kind::AbstractCode:
    case Kind::InactiveCode:
    case Kind::CaseDiffers:
    case Kind::DraftOrRetired: return "business-rule";
    case Kind::AmbiguousCode:
    case Kind::UnknownCode:
    case Kind::NotInFragment:
    case Kind::NotInValueSet: return "code-invalid";
  }
  return "processing";
}

std::string_view issueDetail(CodeIssueKind kind) {
  switch (kind) {
    case Kind::UnknownValueSet:
    case Kind::UnknownCodeSystem:
    case Kind::UnknownVersion: return "not-found";
    case Kind::FaultyValueSet: return "vs-invalid";
    case Kind::MissingSystem:
    case Kind::RelativeSystem:
    case Kind::ValueSetAsSystem:
    case Kind::SupplementAsSystem: return "invalid-data";
    case Kind::WrongDisplay: return "invalid-display";
    case Kind::DisplayLanguage: return "display-comment";
    case Kind::AbstractCode:
    case Kind::InactiveCode:
    case Kind::CaseDiffers: return "code-rule";
    case Kind::DraftOrRetired: return "status-check";
    case Kind::AmbiguousCode: return "cannot-infer";
    case Kind::UnknownCode:
    case Kind::NotInFragment: return "invalid-code";
    case Kind::NotInValueSet: return "not-in-vs";
  }
  return "invalid-data";
}

std::string CodeAnswer::message() const {
  bool errors = std::any_of(issues.begin(), issues.end(),
                            [](const CodeIssue& issue) { return issue.severity == Severity::Error; });
  std::string out;
  for (const CodeIssue& issue : issues) {
    if (errors && issue.severity != Severity::Error) continue;
    if (!out.empty()) out += "; ";
    out += issue.message;
  }
  return out;
}

CodeAnswer validateCode(const LoadedTerminology& terminology, const CodeQuestion& question) {
  return CodeValidation(terminology, question).run();
}

}  // namespace fhir::terminology
