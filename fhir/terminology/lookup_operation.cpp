// CodeSystem/$lookup and CodeSystem/$subsumes.

#include <algorithm>

#include "fhir/terminology/display.h"
#include "fhir/terminology/layer.h"
#include "fhir/terminology/operation_list.h"
#include "fhir/terminology/subsumption.h"

namespace fhir::terminology::operations {
namespace {

using base::Error;
using base::Why;

// code and system, or a coding.
base::Result<Coding> codingAsked(const Call& call, std::string_view code_name, std::string_view coding_name) {
  const OperationInput& input = call.input;
  Coding coding;
  if (path::Node node = input.value(coding_name); node.tree) {
    if (input.has(code_name)) return base::invalid("a code and a coding exclude one another", std::string(code_name));
    coding = OperationInput::codingOf(node);
  } else {
    Canonical instance = splitCanonical(call.call.instance);
    coding.code = input.text(code_name);
    coding.system = instance.url.empty() ? input.text("system") : instance.url;
    coding.version = instance.url.empty() ? input.text("version") : instance.version;
  }
  if (coding.code.empty()) return base::invalid("a code is needed", std::string(code_name));
  if (coding.system.empty()) return base::invalid("a system is needed", "system");
  return coding;
}

class LookupAnswer {
 public:
  LookupAnswer(const Call& call, const CodeSystem& system, ConceptIndex at)
      : call_(call), system_(system), at_(at), wanted_(call.input.texts("property")) {}

  std::string write() {
    out_.add("name", "String", system_.name().empty() ? system_.url() : system_.name());
    out_.add("version", "String", system_.version());
    out_.add("system", "Uri", system_.url());
    out_.add("code", "Code", system_.code(at_));
    out_.add("display", "String", displayOf(*call_.terminology, system_, at_, call_.language()));
    if (system_.isAbstract(at_)) out_.add("abstract", "Boolean", "true");
    writeDesignations(system_, system_.display(at_), at_);
    for (const CodeSystem* supplement : call_.terminology->supplements(system_)) {
      ConceptIndex same = supplement->find(system_.code(at_));
      if (same != kNoConcept) writeDesignations(*supplement, supplement->display(same), same);
    }
    writeProperties();
    return out_.finish();
  }

 private:
  bool wants(std::string_view property) const {
    return wanted_.empty() || std::find(wanted_.begin(), wanted_.end(), property) != wanted_.end();
  }
  bool wantsLanguage(std::string_view language) const {
    if (wants("designation")) return true;
    return std::any_of(wanted_.begin(), wanted_.end(), [&](std::string_view one) {
      return one.starts_with("lang.") && languageFit(one.substr(5), language) > 1;
    });
  }

  void writeDesignations(const CodeSystem& from, std::string_view display, ConceptIndex at) {
    if (!display.empty() && !from.language().empty() && wantsLanguage(from.language())) {
      writeDesignation(
          {from.language(), "http://terminology.hl7.org/CodeSystem/designation-usage", "display", {}, display});
    }
    for (const Designation& one : from.designations(at)) {
      if (wantsLanguage(one.language)) writeDesignation(one);
    }
  }

  void writeDesignation(const Designation& one) {
    out_.begin("designation").add("language", "Code", one.language);
    if (!one.use_code.empty() || !one.use_system.empty()) {
      out_.addCoding("use", one.use_system, {}, one.use_code, one.use_display);
    }
    out_.add("value", "String", one.value).end();
  }

  void writeProperties() {
    if (wants("definition") && !system_.definition(at_).empty()) {
      property("definition", "String", system_.definition(at_), {});
    }
    if (wants("inactive")) property("inactive", "Boolean", system_.isInactive(at_) ? "true" : "false", {});
    bool named_parents = false, named_children = false;
    auto write = [&](const CodeSystem& from, ConceptIndex at) {
      for (const PropertyValue& value : from.properties(at)) {
        named_parents = named_parents || value.property == "parent";
        named_children = named_children || value.property == "child";
        if (value.property == "inactive" || value.property == "parent" || value.property == "child") continue;
        if (wants(value.property)) property(value);
      }
    };
    write(system_, at_);
    for (const CodeSystem* supplement : call_.terminology->supplements(system_)) {
      ConceptIndex same = supplement->find(system_.code(at_));
      if (same != kNoConcept) write(*supplement, same);
    }
    if (wants("parent")) relatives("parent", system_.parents(at_));
    if (wants("child")) relatives("child", system_.children(at_));
  }

  void relatives(std::string_view name, std::span<const ConceptIndex> list) {
    for (ConceptIndex one : list) {
      property(name, "Code", system_.code(one), displayOf(*call_.terminology, system_, one, call_.language()));
    }
  }

  void property(const PropertyValue& value) {
    static constexpr std::string_view kTypes[] = {"Code",    "Coding",   "String", "Integer",
                                                  "Boolean", "DateTime", "Decimal"};
    if (value.type != PropertyType::Coding) {
      std::string_view description;
      // A code of the same system is explained by its display.
      if (value.type == PropertyType::Code) {
        ConceptIndex other = system_.find(value.value);
        if (other != kNoConcept) description = displayOf(*call_.terminology, system_, other, call_.language());
      }
      property(value.property, kTypes[static_cast<size_t>(value.type)], value.value, description);
      return;
    }
    out_.begin("property").add("code", "Code", value.property);
    out_.addCoding("value", value.system, value.version, value.value, value.display).end();
  }

  void property(std::string_view code, std::string_view type, std::string_view value, std::string_view description) {
    out_.begin("property").add("code", "Code", code).add("value", type, value);
    out_.add("description", "String", description).end();
  }

  const Call& call_;
  const CodeSystem& system_;
  ConceptIndex at_;
  std::vector<std::string_view> wanted_;
  OperationOutput out_;
};

}  // namespace

std::string canonicalOf(std::string_view url, std::string_view version) {
  std::string out(url);
  if (!version.empty()) out.append("|").append(version);
  return out;
}

base::Result<std::string> lookup(const Call& call) {
  ASSIGN_OR_RETURN(Coding coding, codingAsked(call, "code", "coding"));
  std::string canonical = canonicalOf(coding.system, coding.version);
  const CodeSystem* system = call.terminology->codeSystem(canonical);
  if (!system) return Error{Why::NotFound, "the code system " + canonical + " is not known here", "system"};
  ConceptIndex at = system->find(coding.code);
  if (at == kNoConcept) {
    std::string part = system->content() == Content::Complete ? "" : " (of which only a part is here)";
    return Error{Why::NotFound,
                 "the code '" + std::string(coding.code) + "' is not in the code system " + canonical + part, "code"};
  }
  return LookupAnswer(call, *system, at).write();
}

base::Result<std::string> subsumes(const Call& call) {
  ASSIGN_OR_RETURN(Coding a, codingAsked(call, "codeA", "codingA"));
  ASSIGN_OR_RETURN(Coding b, codingAsked(call, "codeB", "codingB"));
  if (a.system != b.system) return base::invalid("both codes must be of one code system", "codingB.system");
  if (!a.version.empty() && !b.version.empty() && a.version != b.version) {
    return base::invalid("both codes must be of one version of the code system", "codingB.version");
  }
  std::string canonical = canonicalOf(a.system, a.version.empty() ? b.version : a.version);
  ASSIGN_OR_RETURN(Subsumption outcome, testSubsumption(*call.terminology, canonical, a.code, b.code));
  return OperationOutput().add("outcome", "Code", toString(outcome)).finish();
}

}  // namespace fhir::terminology::operations
