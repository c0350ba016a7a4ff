#pragma once
// The resource in a request body: read, of the expected type, free of structural errors.

#include <functional>
#include <optional>
#include <span>
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

// Any resource, with whatever is wrong in it as findings.
OrRefusal<fhir::model::Document> readAsSent(const Call& call, fhir::base::Findings& findings);

// What validation finds, by R4, the profiles that the resource names, and `profiles`. `reading` becomes part of it.
fhir::base::Findings validationOf(const Service& service, const fhir::model::Document& document,
                                  const fhir::base::Findings& reading, std::span<const std::string> profiles = {});

// Before a resource is stored, as Dependencies::check_writes has it: the refusal (422).
std::optional<Answer> checkWritten(const Service& service, const fhir::model::Document& document);

// For PUT: the resource's own id has to be that of the URL; else the refusal.
std::optional<Answer> checkId(const fhir::model::Document& document, std::string_view type_name, std::string_view id);

// "http://own.base/fhir/Patient/1" -> "Patient/1"; nothing for others. Stored references to ourselves are relative,
// so that they are found whatever name the client has for this server.
std::optional<std::string> ownReference(std::string_view base_url, std::string_view reference);
std::function<std::optional<std::string>(std::string_view)> ownReferencesRelative(const Service& service);

}  // namespace gateway::access::rest::interactions
