#pragma once
// Which form the answer takes, and whether we can read the body (R4 3.1.0.1.9 to 3.1.0.1.11): Accept, _format,
// _pretty, Content-Type. JSON and XML, in UTF-8.

#include <string>
#include <string_view>

#include "gateway/access/rest/answer.h"
#include "gateway/record/search/query_parser.h"

namespace gateway::access::rest {

struct Form {
  std::string media_type = "application/fhir+json";
  bool xml = false;
  bool pretty = false;
};

// Takes _format and _pretty out of `parameters`. Refusal::NotAcceptable when nothing we write is wanted.
OrRefusal<Form> negotiate(std::string_view accept, record::search::QueryParameters& parameters);

// Does the client name a form of FHIR, by _format or in Accept? If not, a Binary is answered with its content.
bool namesFhir(std::string_view accept, const record::search::QueryParameters& parameters);

// "application/fhir+json; charset=utf-8; fhirVersion=4.0" and the like.
bool isJson(std::string_view content_type);
bool isXml(std::string_view content_type);
bool isForm(std::string_view content_type);  // application/x-www-form-urlencoded

}  // namespace gateway::access::rest
