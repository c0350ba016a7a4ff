// ValueSet/$expand.

#include <optional>

#include "fhir/base/digest.h"
#include "fhir/model/json_writer.h"
#include "fhir/terminology/expansion.h"
#include "fhir/terminology/layer.h"
#include "fhir/terminology/operation_list.h"

namespace fhir::terminology::operations {
namespace {

using base::Error;
using base::Why;

base::Result<ExpandQuestion> questionOf(const Call& call) {
  const OperationInput& input = call.input;
  ExpandQuestion question;
  question.filter = input.text("filter");
  if (input.has("offset")) {
    ASSIGN_OR_RETURN(question.offset, input.number("offset"));
  }
  if (input.has("count")) {
    ASSIGN_OR_RETURN(question.count, input.number("count"));
  }
  ASSIGN_OR_RETURN(question.active_only, input.flag("activeOnly", false));
  ASSIGN_OR_RETURN(question.exclude_nested, input.flag("excludeNested", false));
  ASSIGN_OR_RETURN(question.exclude_not_for_ui, input.flag("excludeNotForUI", false));
  ASSIGN_OR_RETURN(question.include_definition, input.flag("includeDefinition", false));
  question.designations = input.texts("designation");
  ASSIGN_OR_RETURN(question.include_designations, input.flag("includeDesignations", !question.designations.empty()));
  question.properties = input.texts("property");
  question.display_language = call.language();
  question.exclude_systems = input.texts("exclude-system");
  question.system_versions = input.texts("system-version");
  question.check_system_versions = input.texts("check-system-version");
  question.force_system_versions = input.texts("force-system-version");
  question.most_returned = call.call.most_returned;
  return question;
}

class ExpansionText {
 public:
  std::string write(const ValueSet& set, const Expansion& expansion, std::string_view timestamp) {
    json_ = "{\"resourceType\":\"ValueSet\"";
    appendMember(json_, "url", set.url());
    appendMember(json_, "version", set.version());
    appendMember(json_, "name", set.name());
    appendMember(json_, "title", set.title());
    appendMember(json_, "status", set.status().empty() ? std::string_view("active") : set.status());
    if (set.experimental()) json_ += ",\"experimental\":true";
    std::string body = bodyOf(expansion);
    json_ += ",\"expansion\":{";
    // The same content has the same identifier.
    base::Sha256 digest = base::sha256(body);
    std::string hex = base::hex(digest.data(), 16);
    hex[12] = '8';  // RFC 9562 5.8: a UUID of our own making
    hex[16] = 'a';
    for (size_t at : {20u, 16u, 12u, 8u}) hex.insert(at, "-");
    appendMember(json_, "identifier", "urn:uuid:" + hex);
    appendMember(json_, "timestamp", timestamp);
    return json_ + body + "}}";
  }

 private:
  static std::string bodyOf(const Expansion& expansion) {
    std::string out = ",\"total\":" + std::to_string(expansion.total);
    if (expansion.offset != 0) out += ",\"offset\":" + std::to_string(expansion.offset);
    out += ",\"parameter\":[";
    for (const ExpansionParameter& parameter : expansion.parameters) {
      if (out.back() != '[') out += ',';
      out += '{';
      appendMember(out, "name", parameter.name);
      std::string member = "value" + std::string(parameter.type);
      if (parameter.type == "Boolean" || parameter.type == "Integer") {
        out += ",\"" + member + "\":" + parameter.value;
      } else {
        appendMember(out, member, parameter.value);
      }
      out += '}';
    }
    out += ']';
    if (!expansion.contains.empty()) appendContains(out, expansion.contains);
    return out;
  }

  // Concepts come parents first; a deeper one opens a list, a less deep one closes lists.
  static void appendContains(std::string& out, const std::vector<ExpandedConcept>& list) {
    out += ",\"contains\":[";
    for (size_t i = 0; i < list.size(); ++i) {
      out += '{';
      appendConcept(out, list[i]);
      int next = i + 1 < list.size() ? list[i + 1].depth : -1;
      if (next > list[i].depth) {
        out += ",\"contains\":[";
        continue;
      }
      out += '}';
      for (int depth = list[i].depth; depth > next; --depth) out += depth == 0 ? "]" : "]}";
      if (next >= 0) out += ',';
    }
  }

  static void appendConcept(std::string& out, const ExpandedConcept& one) {
    appendMember(out, "system", one.system);
    if (one.is_abstract) out += ",\"abstract\":true";
    if (one.inactive) out += ",\"inactive\":true";
    appendMember(out, "version", one.version);
    appendMember(out, "code", one.code);
    appendMember(out, "display", one.display);
    if (!one.designations.empty()) appendDesignations(out, one.designations);
    if (!one.properties.empty()) appendProperties(out, one.properties);
  }

  static void appendDesignations(std::string& out, const std::vector<Designation>& list) {
    out += ",\"designation\":[";
    for (const Designation& one : list) {
      if (out.back() != '[') out += ',';
      out += '{';
      appendMember(out, "language", one.language);
      if (!one.use_code.empty() || !one.use_system.empty()) {
        if (out.back() != '{') out += ',';
        out += "\"use\":" + codingJson(one.use_system, {}, one.use_code, one.use_display);
      }
      appendMember(out, "value", one.value);
      out += '}';
    }
    out += ']';
  }

  // R4 has no contains.property: written as the extension that R5's element has in R4.
  static void appendProperties(std::string& out, const std::vector<PropertyValue>& list) {
    static constexpr std::string_view kExtension =
        "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property";
    out += ",\"extension\":[";
    for (const PropertyValue& value : list) {
      if (out.back() != '[') out += ',';
      out.append("{\"url\":\"").append(kExtension).append("\",\"extension\":[{\"url\":\"code\",\"valueCode\":");
      model::appendJsonString(out, value.property);
      out += "},{\"url\":\"value\",\"value";
      appendValue(out, value);
      out += "}]}";
    }
    out += ']';
  }

  static void appendValue(std::string& out, const PropertyValue& value) {
    static constexpr std::string_view kTypes[] = {"Code",    "Coding",   "String", "Integer",
                                                  "Boolean", "DateTime", "Decimal"};
    out.append(kTypes[static_cast<size_t>(value.type)]).append("\":");
    switch (value.type) {
      case PropertyType::Coding: out += codingJson(value.system, value.version, value.value, value.display); break;
      case PropertyType::Integer:
      case PropertyType::Boolean:
      case PropertyType::Decimal: out.append(value.value); break;
      default: model::appendJsonString(out, value.value);
    }
  }

  std::string json_;
};

}  // namespace

base::Result<std::string> expandSet(const Call& call) {
  const OperationInput& input = call.input;
  ASSIGN_OR_RETURN(ExpandQuestion question, questionOf(call));
  std::optional<ValueSet> given;
  const ValueSet* set = nullptr;
  std::string canonical(call.call.instance);
  if (path::Node resource = input.resource("valueSet"); resource.tree) {
    ASSIGN_OR_RETURN(given, ValueSet::read(resource));
    set = &*given;
  } else {
    if (canonical.empty()) canonical = input.text("url");
    if (canonical.empty()) return base::invalid("a value set is needed: url or valueSet", "url");
    if (input.has("valueSetVersion")) {
      canonical = canonicalOf(splitCanonical(canonical).url, input.text("valueSetVersion"));
    }
    set = call.terminology->valueSet(canonical);
  }
  if (!set) return Error{Why::NotFound, "the value set " + canonical + " is not known here", "url"};
  ASSIGN_OR_RETURN(Expansion expansion, expand(*call.terminology, *set, question));
  return ExpansionText().write(*set, expansion, call.call.timestamp);
}

}  // namespace fhir::terminology::operations
