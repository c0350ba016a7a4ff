#pragma once
// Whether a code is in a bound value set; the grammars of code systems that cannot be listed. Private to
// fhir/validate.

#include <string_view>

#include "fhir/terminology/terminology.h"
#include "fhir/validate/rule_book.h"

namespace fhir::validate {

enum class Membership : uint8_t { Yes, No, Unknown };

// `has_system` false: a `code` element, whose system the binding implies.
Membership memberOf(const BoundSet& set, const terminology::Coding& coding, bool has_system,
                    terminology::Terminology* terminology);

std::string_view systemOf(Grammar grammar);
bool fitsGrammar(Grammar grammar, std::string_view code);
bool isMediaType(std::string_view text);    // RFC 6838 4.2 with parameters (RFC 2045 5.1)
bool isLanguageTag(std::string_view text);  // BCP 47, well-formed (RFC 5646 2.1)

}  // namespace fhir::validate
