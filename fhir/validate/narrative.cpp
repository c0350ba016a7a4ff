// Narrative.div (R4 2.4.0): txt-1 the elements and attributes that are safe, txt-2 some content.

#include "fhir/model/narrative.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "fhir/validate/pass.h"

namespace fhir::validate {
namespace {

constexpr std::string_view kOpen = "<div xmlns=\"http://www.w3.org/1999/xhtml\">", kClose = "</div>";

// Elements that are safe and mostly come without attributes.
constexpr std::string_view kPlain[] = {"b",     "br", "caption", "div",  "em",     "h1",  "h2",  "h3",
                                       "h4",    "h5", "h6",      "hr",   "i",      "li",  "ol",  "p",
                                       "pre",   "q",  "small",   "span", "strong", "sub", "sup", "table",
                                       "tbody", "td", "tfoot",   "th",   "thead",  "tr",  "tt",  "ul"};

// Most narratives are a div with a few elements and no attributes: a scan shows that they are right. False says
// nothing; then the XML reader has to be asked.
bool isPlainlyRight(std::string_view div) {
  if (!div.starts_with(kOpen) || !div.ends_with(kClose) || div.size() < kOpen.size() + kClose.size()) return false;
  const std::string_view inner = div.substr(kOpen.size(), div.size() - kOpen.size() - kClose.size());
  std::array<std::string_view, 16> open;
  size_t depth = 0;
  bool content = false;
  for (size_t i = 0; i < inner.size(); ++i) {
    const auto c = static_cast<unsigned char>(inner[i]);
    if (c == '&' || c == ']' || c == '>' || c >= 0xEF) return false;  // entities, CDATA, U+FFFE and the like
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') return false;
    if (c != '<') {
      content |= c > 0x20;
      continue;
    }
    const size_t end = inner.find('>', i);
    if (end == std::string_view::npos) return false;
    std::string_view tag = inner.substr(i + 1, end - i - 1);
    i = end;
    const bool closing = tag.starts_with('/'), empty = tag.ends_with('/');
    if (closing && empty) return false;
    if (closing) tag.remove_prefix(1);
    if (empty) tag.remove_suffix(1);
    if (empty && tag.ends_with(' ')) tag.remove_suffix(1);
    if (std::find(std::begin(kPlain), std::end(kPlain), tag) == std::end(kPlain)) return false;
    if (closing) {
      if (depth == 0 || open[--depth] != tag) return false;
    } else if (!empty) {
      if (depth == open.size()) return false;
      open[depth++] = tag;
    }
  }
  return depth == 0 && content;
}

}  // namespace

void Pass::checkNarrative(uint32_t div) {
  if (isPlainlyRight(value(div))) return;
  const model::CheckedNarrative checked = model::checkNarrative(value(div));
  if (!checked.is_div) {
    error(div, "invariant", "txt-1", "the narrative is not one well-formed div in the namespace of XHTML");
  } else if (!checked.faults.empty()) {
    error(div, "invariant", "txt-1", checked.faults.front().what);
  } else if (!checked.has_content) {
    error(div, "invariant", "txt-2", "the narrative has no text and no image");
  }
}

}  // namespace fhir::validate
