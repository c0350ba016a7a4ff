#pragma once
// What a Narrative.div may hold (R4 2.4.0, invariants txt-1 and txt-2): the formatting elements of HTML 4.0 chapters
// 7 to 11 (without 9.4) and 15, images and anchors, and their attributes. Never what runs or asks: scripts, event
// handlers, forms, frames, objects; nor comments and CDATA sections that a browser would read as markup. Thread-safe,
// survives any input.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fhir::model {

struct NarrativeFault {
  const char* what;  // a sentence without content of the div
  size_t offset;     // in the div
};

struct CheckedNarrative {
  bool is_div = false;                 // well-formed, one element `div` in the namespace of XHTML
  bool has_content = false;            // some text or an image (txt-2)
  std::vector<NarrativeFault> faults;  // against txt-1, at most 100; empty unless is_div
  // What may stay, when there are faults: elements that only format lose their tags, all others go with what they
  // hold.
  std::string safe;
};

CheckedNarrative checkNarrative(std::string_view div);

}  // namespace fhir::model
