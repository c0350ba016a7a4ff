#include "gateway/access/rest/capability_statement.h"

#include <map>
#include <string_view>
#include <vector>

#include "fhir/model/json_writer.h"
#include "gateway/access/rest/bundle_writer.h"
#include "gateway/access/rest/operations/operations.h"
#include "gateway/record/search/clause_parser.h"

namespace gateway::access::rest {

using fhir::definitions::SearchParameter;
using fhir::definitions::SearchType;
using fhir::definitions::Type;
using interactions::Interaction;
using interactions::Shape;

namespace {

struct SearchTypeText {
  std::string_view code;    // SearchParamType
  std::string_view values;  // what a value looks like
};

SearchTypeText textOf(SearchType type) {
  constexpr std::string_view kPrefixes = "Prefixes eq ne gt lt ge le sa eb ap.";
  switch (type) {
    case SearchType::Number: return {"number", kPrefixes};
    case SearchType::Date: return {"date", "Prefixes eq ne gt lt ge le sa eb ap; without a zone in the site's zone."};
    case SearchType::String: return {"string", "From the start of the text, ignoring case, accents and width."};
    case SearchType::Token: return {"token", "code, system|code, |code, system|."};
    case SearchType::Reference:
      return {"reference", "id, Type/id or URL; a target type as modifier; chains of up to three links."};
    case SearchType::Composite: return {"composite", "The parts joined by $."};
    case SearchType::Quantity: return {"quantity", "number or number|system|unit; UCUM units are converted."};
    case SearchType::Uri: return {"uri", "The whole URI."};
    case SearchType::Special: return {"special", {}};
  }
  return {"special", {}};
}

// What is said of each type of parameter: its values, and the modifiers that the parser takes.
class Documentation {
 public:
  explicit Documentation(const Service& service) : service_(service) {}

  const std::string& of(const Type& type, const SearchParameter& parameter) {
    std::string& text = texts_[parameter.type];
    if (!text.empty()) return text;
    text = textOf(parameter.type).values;
    std::string modifiers;
    for (const char* name :
         {"missing", "exact", "contains", "not", "identifier", "text", "of-type", "above", "below", "in", "not-in"}) {
      std::string probe = std::string(parameter.code) + ":" + name;
      if (record::search::parseClauseName(type.number, probe, service_.definitions).ok())
        modifiers += std::string(" :") + name;
    }
    if (!modifiers.empty()) text += " Modifiers" + modifiers + ".";
    return text;
  }

 private:
  const Service& service_;
  std::map<SearchType, std::string> texts_;
};

// Result parameters of every search (R4 3.1.1.5).
struct ResultParameter {
  std::string_view name, type, documentation;
};
constexpr ResultParameter kResultParameters[] = {
    {"_count", "number", "Matches on a page."},
    {"_sort", "string", "_lastUpdated, _id, date and string parameters; up to four; - before a name: descending."},
    {"_include", "string", "Type:parameter[:Target], * for all references; :iterate."},
    {"_revinclude", "string", "Type:parameter[:Target]; :iterate."},
    {"_has", "string", "_has:Type:reference:parameter, nested once."},
    {"_summary", "token", "true, text, data, count, false."},
    {"_elements", "string", "Names of top-level elements, separated by commas."},
    {"_total", "token", "none, estimate, accurate."},
};

constexpr std::string_view kDocumentation =
    "Unknown parameters, modifiers and types are refused unless Prefer: handling=lenient is sent; then the answer "
    "says "
    "what was left out. Pages are as of one moment: follow the next link, which is good for an hour. "
    "A transaction is all or nothing; references between its entries and conditional references are resolved. "
    "Equal content makes no new version.";

void appendText(std::string& out, std::string_view name, std::string_view text) {
  out += '"';
  out += name;
  out += "\":";
  fhir::model::appendJsonString(out, text);
}

void appendSearchParameters(std::string& out, const Service& service, const Type& type,
                            Documentation& documentation) {
  out += ",\"searchParam\":[";
  bool first = true;
  for (const SearchParameter* parameter : service.definitions.searchParameters(type.number)) {
    if (!record::search::isOffered(*parameter)) continue;
    if (!first) out += ',';
    first = false;
    out += '{';
    appendText(out, "name", parameter->code);
    out += ',';
    appendText(out, "definition", parameter->url);
    out += ',';
    appendText(out, "type", textOf(parameter->type).code);
    out += ',';
    appendText(out, "documentation", documentation.of(type, *parameter));
    out += '}';
  }
  out += ']';
}

void appendNames(std::string& out, std::string_view member, const std::vector<std::string>& names) {
  if (names.empty()) return;
  out += ",\"";
  out += member;
  out += "\":[";
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += ',';
    fhir::model::appendJsonString(out, names[i]);
  }
  out += ']';
}

// "Observation:subject" of every reference parameter, by the type that it stands on and by the types it points to.
struct Includes {
  std::map<std::string_view, std::vector<std::string>> from, to;

  explicit Includes(const Service& service) {
    for (const Type& type : service.definitions.types()) {
      if (!service.definitions.isResource(type.number)) continue;
      for (const SearchParameter* parameter : service.definitions.searchParameters(type.number)) {
        if (parameter->type != SearchType::Reference || !record::search::isOffered(*parameter)) continue;
        std::string name = std::string(type.name) + ":" + std::string(parameter->code);
        for (std::string_view target : parameter->targets) to[target].push_back(name);
        from[type.name].push_back(std::move(name));
      }
    }
  }
};

bool ofType(Shape shape) {
  return shape != Shape::System && shape != Shape::SystemHistory && shape != Shape::Metadata;
}

void appendInteractions(std::string& out, bool of_type) {
  out += ",\"interaction\":[";
  std::string seen;
  for (const Interaction& interaction : interactions::all()) {
    if (interaction.code.empty() || ofType(interaction.shape) != of_type) continue;
    std::string code = "{\"code\":\"" + std::string(interaction.code) + "\"}";
    if (seen.find(code) != std::string::npos) continue;
    if (!seen.empty()) seen += ',';
    seen += code;
  }
  out += seen + "]";
}

void appendOperations(std::string& out, const Service& service, std::string_view type) {
  std::string list;
  for (const auto& operation : operations::all()) {
    if (operation.type != type && !operation.type.empty()) continue;
    if (operation.run == operations::terminology && !service.terminology) continue;
    list.append(list.empty() ? "" : ",").append("{");
    appendText(list, "name", operation.name);
    list += ',';
    std::string definition = "http://hl7.org/fhir/OperationDefinition/";
    const std::string_view of = operation.type.empty() ? "Resource" : operation.type;
    appendText(list, "definition", definition.append(of).append("-").append(operation.name));
    list += '}';
  }
  if (!list.empty()) out.append(",\"operation\":[").append(list).append("]");
}

void appendResource(std::string& out, const Service& service, const Type& type, Includes& includes,
                    Documentation& documentation) {
  out += '{';
  appendText(out, "type", type.name);
  appendInteractions(out, true);
  out += R"(,"versioning":"versioned-update","readHistory":true,"updateCreate":true,"conditionalCreate":true)";
  out += R"(,"conditionalRead":"full-support","conditionalUpdate":true,"conditionalDelete":"single")";
  out += R"(,"referencePolicy":["literal","logical"])";
  appendNames(out, "searchInclude", includes.from[type.name]);
  appendNames(out, "searchRevInclude", includes.to[type.name]);
  appendSearchParameters(out, service, type, documentation);
  appendOperations(out, service, type.name);
  out += '}';
}

}  // namespace

std::string capabilityStatement(const Service& service) {
  std::string out = R"({"resourceType":"CapabilityStatement","status":"active","kind":"instance",)";
  appendText(out, "date", instant(service.clock.nowMicroseconds(), service.zone_minutes));
  out += R"(,"software":{"name":"OneCard",)";
  appendText(out, "version", service.software_version);
  out += R"(},"implementation":{"description":"Shared health record of a county",)";
  appendText(out, "url", service.base_url);
  out +=
      R"(},"fhirVersion":"4.0.1","format":["application/fhir+json","application/fhir+xml","json","xml"],)"
      R"("patchFormat":["application/json-patch+json","application/fhir+json","application/fhir+xml"],"rest":[{"mode":"server",)";
  appendText(out, "documentation", kDocumentation);
  out += R"(,"security":{"description":"Authorization: Bearer <token> restricts a caller to the Patients that the )"
         R"(token names; such a caller reads and does not write."},"resource":[)";
  Includes includes(service);
  Documentation documentation(service);
  bool first = true;
  for (const Type& type : service.definitions.types()) {
    if (!service.definitions.isResource(type.number)) continue;
    if (!first) out += ',';
    first = false;
    appendResource(out, service, type, includes, documentation);
  }
  out += ']';
  appendInteractions(out, false);
  out += ",\"searchParam\":[";
  first = true;
  for (const auto& parameter : kResultParameters) {
    if (!first) out += ',';
    first = false;
    out += '{';
    appendText(out, "name", parameter.name);
    out += ',';
    appendText(out, "type", parameter.type);
    out += ',';
    appendText(out, "documentation", parameter.documentation);
    out += '}';
  }
  out += "]}]}";
  return out;
}

}  // namespace gateway::access::rest
