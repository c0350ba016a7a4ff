#pragma once
// Which text stands for a concept, in which language (BCP 47; RFC 4647 3.4). Private to fhir/terminology.

#include <string_view>
#include <vector>

#include "fhir/terminology/code_system.h"
#include "fhir/terminology/loaded_terminology.h"

namespace fhir::terminology {

// "zh-CN,zh;q=0.9,en;q=0.5" (or one tag) as tags, best first; q=0 is left out, "*" stays.
std::vector<std::string_view> languageRanges(std::string_view accept_language);

// How well a tag answers a range: 3 equal, 2 the tag is more exact ("zh-CN" for "zh"), 1 it is less ("zh" for
// "zh-CN"), 0 not at all.
int languageFit(std::string_view range, std::string_view tag);

struct DisplayText {
  std::string_view text;
  std::string_view language;  // may be empty
};

// The concept's display, then every designation, also of supplements.
std::vector<DisplayText> displayTexts(const LoadedTerminology& terminology, const CodeSystem& system,
                                      ConceptIndex at);

// The best of `texts` for the languages; the first when none is asked for or none fits. Empty text: there are none.
DisplayText bestDisplay(const std::vector<DisplayText>& texts, std::string_view accept_language);

// The concept's text in the language.
std::string_view displayOf(const LoadedTerminology& terminology, const CodeSystem& system, ConceptIndex at,
                           std::string_view accept_language);

// Whether two displays are the same: case, width and blanks at the ends do not count.
bool sameDisplay(std::string_view a, std::string_view b);

}  // namespace fhir::terminology
