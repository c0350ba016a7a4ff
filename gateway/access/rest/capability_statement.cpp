#include "gateway/access/rest/capability_statement.h"

#include <string_view>

#include "fhir/model/json_writer.h"
#include "gateway/access/rest/bundle_writer.h"

namespace gateway::access::rest {

using fhir::definitions::SearchParameter;
using fhir::definitions::SearchType;
using fhir::definitions::Type;
using interactions::Interaction;
using interactions::Shape;

namespace {

struct SearchTypeText {
  std::string_view code;           // SearchParamType
  std::string_view documentation;  // what is offered beyond plain values
};

SearchTypeText textOf(SearchType type) {
  switch (type) {
    case SearchType::Number: return {"number", "Prefixes eq ne gt lt ge le sa eb ap. :missing."};
    case SearchType::Date:
      return {"date", "Prefixes eq ne gt lt ge le sa eb ap; a value without a zone is in the site's zone. :missing."};
    case SearchType::String:
      return {"string", "From the start, ignoring case, accents and width. :exact :contains :missing."};
    case SearchType::Token: return {"token", "code, system|code, |code, system|. :not :missing."};
    case SearchType::Reference:
      return {"reference", "id, Type/id, URL. :[type] :identifier :missing, and one-level chains."};
    case SearchType::Composite: return {"composite", "Values joined by $."};
    case SearchType::Quantity:
      return {"quantity",
              "number|system|code with prefixes eq ne gt lt ge le sa eb ap; UCUM units are converted. :missing."};
    case SearchType::Uri: return {"uri", "Exact. :missing."};
    case SearchType::Special: return {"special", {}};
  }
  return {"special", {}};
}

// Result parameters of every search (R4 3.1.1.5).
struct ResultParameter {
  std::string_view name, type, documentation;
};
constexpr ResultParameter kResultParameters[] = {
    {"_count", "number", "Matches on a page."},
    {"_sort", "string", "_lastUpdated and date parameters; a minus sign before the name sorts newest first."},
    {"_include", "string", "Type:parameter or Type:parameter:Target."},
    {"_summary", "token", "true, text, data, count, false."},
    {"_elements", "string", "Names of top-level elements, separated by commas."},
    {"_total", "token", "none, estimate, accurate; an estimate is accurate here."},
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

void appendSearchParameters(std::string& out, const Service& service, const Type& type) {
  out += ",\"searchParam\":[";
  bool first = true;
  for (const SearchParameter* parameter : service.definitions.searchParameters(type.number)) {
    if (parameter->type == SearchType::Special) continue;
    if (!first) out += ',';
    first = false;
    SearchTypeText text = textOf(parameter->type);
    out += '{';
    appendText(out, "name", parameter->code);
    out += ',';
    appendText(out, "definition", parameter->url);
    out += ',';
    appendText(out, "type", text.code);
    out += ',';
    appendText(out, "documentation", text.documentation);
    out += '}';
  }
  out += ']';
}

void appendIncludes(std::string& out, const Service& service, const Type& type) {
  std::string includes;
  for (const SearchParameter* parameter : service.definitions.searchParameters(type.number)) {
    if (parameter->type != SearchType::Reference) continue;
    if (!includes.empty()) includes += ',';
    includes += '"';
    includes += type.name;
    includes += ':';
    includes += parameter->code;
    includes += '"';
  }
  if (!includes.empty()) out += ",\"searchInclude\":[" + includes + "]";
}

bool ofType(Shape shape) { return shape != Shape::System && shape != Shape::Metadata; }

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

void appendResource(std::string& out, const Service& service, const Type& type) {
  out += '{';
  appendText(out, "type", type.name);
  appendInteractions(out, true);
  out += R"(,"versioning":"versioned-update","readHistory":true,"updateCreate":true,"conditionalCreate":true)";
  out += R"(,"conditionalRead":"full-support","conditionalUpdate":false,"conditionalDelete":"not-supported")";
  out += R"(,"referencePolicy":["literal","logical"])";
  appendIncludes(out, service, type);
  appendSearchParameters(out, service, type);
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
  out += R"(},"fhirVersion":"4.0.1","format":["application/fhir+json","json"],"rest":[{"mode":"server",)";
  appendText(out, "documentation", kDocumentation);
  out += R"(,"security":{"description":"Authorization: Bearer <token> restricts a caller to the Patients that the )"
         R"(token names; such a caller reads and does not write."},"resource":[)";
  bool first = true;
  for (const Type& type : service.definitions.types()) {
    if (!service.definitions.isResource(type.number)) continue;
    if (!first) out += ',';
    first = false;
    appendResource(out, service, type);
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
