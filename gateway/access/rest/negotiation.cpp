#include "gateway/access/rest/negotiation.h"

#include <optional>

#include "gateway/access/rest/http_values.h"
#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest {

namespace {

struct MediaRange {
  std::string type;  // lower case, without parameters
  double quality = 1;
  bool usable = true;  // charset and fhirVersion, when given, are ours
};

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

// 0, 0.5, 1.000; anything else counts as 1.
double qualityOf(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 1;
  double value = text[0] - '0', place = 0.1;
  for (size_t i = 2; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i, place /= 10)
    value += (text[i] - '0') * place;
  return value > 1 ? 1 : value;
}

MediaRange readRange(std::string_view text) {
  MediaRange range;
  size_t end = text.find(';');
  range.type = lowered(trimmed(text.substr(0, end)));
  while (end != std::string_view::npos) {
    text = text.substr(end + 1);
    end = text.find(';');
    std::string_view one = trimmed(text.substr(0, end));
    size_t equals = one.find('=');
    if (equals == std::string_view::npos) continue;
    std::string name = lowered(trimmed(one.substr(0, equals)));
    std::string_view value = trimmed(one.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (name == "q") range.quality = qualityOf(value);
    if (name == "charset") range.usable &= equalIgnoringCase(value, "utf-8") || equalIgnoringCase(value, "utf8");
    if (name == "fhirversion") range.usable &= value == "4.0" || value == "4.0.1";
  }
  return range;
}

// The media type with which we answer a range, empty when we have none. A generic type is answered in kind.
std::string_view answerTo(std::string_view range) {
  if (range == "application/fhir+json" || range == "*/*" || range == "application/*") return "application/fhir+json";
  if (range == "application/fhir+xml") return "application/fhir+xml";
  for (std::string_view generic : {"application/json", "text/json", "application/xml", "text/xml"})
    if (range == generic) return generic;
  return {};
}

Form formOf(std::string_view media_type) { return {std::string(media_type), media_type.ends_with("xml"), false}; }

std::optional<Form> fromAccept(std::string_view accept) {
  if (trimmed(accept).empty()) return Form{};
  // A browser names XML beside HTML by habit; it shows JSON better.
  bool browser = accept.find("text/html") != std::string_view::npos;
  std::string_view best;
  double best_quality = 0;
  while (!accept.empty()) {
    size_t comma = accept.find(',');
    MediaRange range = readRange(accept.substr(0, comma));
    accept = comma == std::string_view::npos ? std::string_view() : accept.substr(comma + 1);
    std::string_view type = answerTo(range.type);
    if (browser && type == "application/xml") continue;
    if (type.empty() || !range.usable || range.quality <= best_quality) continue;
    best_quality = range.quality;
    best = type;
  }
  return best_quality > 0 ? std::optional(formOf(best)) : std::nullopt;
}

// `_format=application/fhir+json` arrives with a blank when its plus was not escaped.
std::optional<Form> fromParameter(std::string text) {
  for (char& c : text)
    if (c == ' ') c = '+';
  MediaRange range = readRange(text);
  if (range.type == "json" || range.type == "xml") range.type = "application/fhir+" + range.type;
  std::string_view type = answerTo(range.type);
  if (type.empty() || !range.usable) return std::nullopt;
  return formOf(type);
}

}  // namespace

OrRefusal<Form> negotiate(std::string_view accept, record::search::QueryParameters& parameters) {
  constexpr const char* kOffered =
      "offered are application/fhir+json and application/fhir+xml, in UTF-8, of FHIR 4.0";
  std::optional<Form> form;
  bool named = false, pretty = false;
  record::search::QueryParameters others;
  for (auto& parameter : parameters) {
    if (parameter.first == "_format") {
      form = fromParameter(parameter.second);
      named = true;
      if (!form) return refuse(Refusal::NotAcceptable, kOffered, "http._format");
    } else if (parameter.first == "_pretty") {
      if (parameter.second != "true" && parameter.second != "false")
        return refuse(fhir::base::invalid("_pretty is true or false", "http._pretty"));
      pretty = parameter.second == "true";
    } else {
      others.push_back(std::move(parameter));
    }
  }
  parameters = std::move(others);
  if (!named) form = fromAccept(accept);
  if (!form) return refuse(Refusal::NotAcceptable, kOffered, "http.Accept");
  form->pretty = pretty;
  return *std::move(form);
}

bool namesFhir(std::string_view accept, const record::search::QueryParameters& parameters) {
  for (const auto& [name, value] : parameters)
    if (name == "_format") return true;
  return lowered(accept).find("application/fhir+") != std::string::npos;
}

bool isJson(std::string_view content_type) {
  MediaRange range = readRange(content_type);
  return range.usable &&
         (range.type == "application/fhir+json" || range.type == "application/json" || range.type == "text/json");
}

bool isXml(std::string_view content_type) {
  MediaRange range = readRange(content_type);
  return range.usable &&
         (range.type == "application/fhir+xml" || range.type == "application/xml" || range.type == "text/xml");
}

bool isForm(std::string_view content_type) {
  MediaRange range = readRange(content_type);
  return range.usable && range.type == "application/x-www-form-urlencoded";
}

}  // namespace gateway::access::rest
