#pragma once
// The resource in a request body: read, of the expected type, free of structural errors.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/definitions/lookup.h"
#include "fhir/model/document.h"
#include "gateway/access/rest/answer.h"
#include "gateway/access/rest/call.h"
#include "gateway/access/rest/interactions/interactions.h"

namespace gateway::access::rest::interactions {

// Content-Type (415), JSON or XML (400 with line:column), type (400), structure (400 with each place).
// `type_name` empty: any resource type.
OrRefusal<fhir::model::Document> readBody(const Call& call, std::string_view type_name);

// The same without Content-Type, for a resource that came inside a Bundle.
OrRefusal<fhir::model::Document> readResource(std::string json, std::string_view type_name);

// For PUT: the resource's own id has to be that of the URL; else the refusal.
std::optional<Answer> checkId(const fhir::model::Document& document, std::string_view type_name, std::string_view id);

// "http://own.base/fhir/Patient/1" -> "Patient/1"; nothing for others. Stored references to ourselves are relative,
// so that they are found whatever name the client has for this server.
std::optional<std::string> ownReference(std::string_view base_url, std::string_view reference);
std::function<std::optional<std::string>(std::string_view)> ownReferencesRelative(const Service& service);

}  // namespace gateway::access::rest::interactions
