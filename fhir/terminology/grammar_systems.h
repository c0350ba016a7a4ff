#pragma once
// Code systems that are a grammar, so that no CodeSystem resource can list their codes: UCUM, media types, languages,
// parts of countries, URIs. Thread-safe.

#include <optional>
#include <string_view>

namespace fhir::terminology {

// Nothing when `system` is none of these. UCUM by its grammar and units; urn:ietf:bcp:13 type/subtype with
// parameters; urn:ietf:bcp:47 by the form of RFC 5646 2.1; urn:iso:std:iso:3166:-2 by form; urn:ietf:rfc:3986 an
// absolute URI.
std::optional<bool> isCodeOfGrammar(std::string_view system, std::string_view code);
bool isGrammarSystem(std::string_view system);

}  // namespace fhir::terminology
