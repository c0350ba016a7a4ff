// Narrative.div (R4 2.4.0): txt-1 the elements and attributes that are safe, txt-2 some content.

#include <algorithm>
#include <iterator>

#include "fhir/base/text.h"
#include "fhir/base/xml_sax.h"
#include "fhir/validate/pass.h"

namespace fhir::validate {
namespace {

constexpr std::string_view kXhtml = "http://www.w3.org/1999/xhtml";

// HTML 4.0 chapters 7 to 11 (without section 4 of chapter 9) and 15, images and anchors.
constexpr std::string_view kElements[] = {
    "a",     "abbr",     "acronym", "b",    "big",   "blockquote", "br",     "caption", "cite", "code",
    "col",   "colgroup", "dd",      "dfn",  "div",   "dl",         "dt",     "em",      "h1",   "h2",
    "h3",    "h4",       "h5",      "h6",   "hr",    "i",          "img",    "kbd",     "li",   "ol",
    "p",     "pre",      "q",       "samp", "small", "span",       "strong", "sub",     "sup",  "table",
    "tbody", "td",       "tfoot",   "th",   "thead", "tr",         "tt",     "ul",      "var"};
constexpr std::string_view kAttributes[] = {
    "abbr",        "accesskey",  "align",  "alt",     "axis",    "bgcolor", "border",   "cellhalign", "cellpadding",
    "cellspacing", "cellvalign", "char",   "charoff", "charset", "cite",    "class",    "colspan",    "compact",
    "coords",      "dir",        "frame",  "headers", "height",  "href",    "hreflang", "hspace",     "id",
    "lang",        "longdesc",   "name",   "nowrap",  "rel",     "rev",     "rowspan",  "rules",      "scope",
    "shape",       "span",       "src",    "start",   "style",   "summary", "tabindex", "title",      "type",
    "valign",      "value",      "vspace", "width"};

template <size_t N>
bool listed(const std::string_view (&list)[N], std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

class DivReader final : public base::XmlHandler {
 public:
  bool startElement(const base::XmlName& name, std::span<const base::XmlAttribute> attributes, size_t) override {
    const bool root = depth_++ == 0;
    if (name.space != kXhtml) return fail("every element of the narrative is in the namespace of XHTML");
    if (root && name.local != "div") return fail("the narrative is one div");
    if (!listed(kElements, name.local)) return fail("the narrative has an element that is not allowed");
    content_ |= name.local == "img";
    for (const base::XmlAttribute& attribute : attributes) {
      const bool xml = attribute.name.local == "lang" || attribute.name.local == "space";
      if ((!attribute.name.space.empty() && !xml) ||
          (attribute.name.space.empty() && !listed(kAttributes, attribute.name.local)))
        return fail("the narrative has an attribute that is not allowed");
      if ((attribute.name.local == "href" || attribute.name.local == "src") && isScript(attribute.value))
        return fail("the narrative has a link that runs a script");
    }
    return true;
  }
  bool endElement(const base::XmlName&, size_t) override {
    --depth_;
    return true;
  }
  bool text(std::string_view text, size_t) override {
    content_ |= !base::trim(text).empty();
    return true;
  }
  bool hasContent() const { return content_; }
  const char* wrong() const { return wrong_; }

 private:
  bool fail(const char* wrong) {
    wrong_ = wrong;
    return false;
  }
  static bool isScript(std::string_view url) {
    const std::string lower = base::lowerAscii(base::trim(url));
    return lower.starts_with("javascript:") || lower.starts_with("vbscript:");
  }

  int depth_ = 0;
  bool content_ = false;
  const char* wrong_ = nullptr;
};

}  // namespace

void Pass::checkNarrative(uint32_t div) {
  DivReader reader;
  const auto read = base::readXml(value(div), reader);
  if (reader.wrong() != nullptr) {
    error(div, "invariant", "txt-1", reader.wrong());
  } else if (!read.ok()) {
    error(div, "invariant", "txt-1", "the narrative is no well-formed XHTML: " + read.error().what);
  } else if (!reader.hasContent()) {
    error(div, "invariant", "txt-2", "the narrative has no text and no image");
  }
}

}  // namespace fhir::validate
