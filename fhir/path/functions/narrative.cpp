// htmlChecks() (FHIR R4 2.9.1.5): the rules for Narrative.div (2.4.0, txt-1 and txt-2), and checkModifiers().

#include <algorithm>
#include <iterator>

#include "fhir/base/text.h"
#include "fhir/base/xml_sax.h"
#include "fhir/path/functions/functions.h"
#include "fhir/path/type_names.h"

namespace fhir::path::functions {
namespace {

constexpr std::string_view kXhtml = "http://www.w3.org/1999/xhtml";

// HTML 4.0 chapters 7 to 11 (without forms, frames and scripts) and 15, images and anchors. Sorted.
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

bool safeUrl(std::string_view url) {
  std::string lower = base::lowerAscii(base::trim(url));
  return !lower.starts_with("javascript:") && !lower.starts_with("vbscript:");
}

class NarrativeCheck final : public base::XmlHandler {
 public:
  bool startElement(const base::XmlName& name, std::span<const base::XmlAttribute> attributes, size_t) override {
    bool root = depth_++ == 0;
    if (name.space != kXhtml || !listed(kElements, name.local) || (root && name.local != "div")) return fail();
    if (name.local == "img") has_content_ = true;
    for (const base::XmlAttribute& attribute : attributes) {
      bool language = attribute.name.local == "lang" || attribute.name.local == "space";
      if (!attribute.name.space.empty() && !language) return fail();
      if (!listed(kAttributes, attribute.name.local)) return fail();
      bool url = attribute.name.local == "href" || attribute.name.local == "src";
      if (url && !safeUrl(attribute.value)) return fail();
    }
    return true;
  }
  bool endElement(const base::XmlName&, size_t) override {
    --depth_;
    return true;
  }
  bool text(std::string_view text, size_t) override {
    has_content_ |= !base::trim(text).empty();
    return true;
  }
  bool holds() const { return !failed_ && has_content_; }

 private:
  bool fail() {
    failed_ = true;
    return false;
  }
  int depth_ = 0;
  bool failed_ = false, has_content_ = false;
};

}  // namespace

bool htmlChecks(Call& call, Items& out) {
  if (call.input.size() != 1) return true;
  TypeName type = typeNameOf(call.input[0]);
  Item value = call.evaluator.value(call.input[0]);
  bool fits =
      value.kind() == ItemKind::String && (type.name == "xhtml" || type.name == "string" || type.space == "System");
  if (!fits) return true;
  NarrativeCheck check;
  auto read = base::readXml(value.string(), check);
  out.push(Item::boolean(read.ok() && check.holds()));
  return true;
}

// Every modifier extension must be one of those that the arguments name.
bool checkModifiers(Call& call, Items& out) {
  constexpr base::Name kModifierExtension("modifierExtension"), kUrl("url");
  std::vector<std::string_view> known;
  Items items(call.evaluator.pool), urls(call.evaluator.pool);
  for (size_t i = 0; i < call.count(); ++i) {
    std::optional<std::string_view> url;
    if (!call.stringArgument(i, url)) return false;
    if (url) known.push_back(*url);
  }
  for (const Item& item : call.input) {
    items.clear();
    call.evaluator.childrenNamed(item, kModifierExtension, items);
    for (const Item& extension : items) {
      urls.clear();
      call.evaluator.childrenNamed(extension, kUrl, urls);
      std::string_view url;
      if (!urls.empty()) call.evaluator.text(urls[0], url);
      if (std::find(known.begin(), known.end(), url) == known.end()) {
        return call.fail("there is a modifier extension that is not known here");
      }
    }
  }
  out.append(call.input);
  return true;
}

}  // namespace fhir::path::functions
