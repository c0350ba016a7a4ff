#include "fhir/model/narrative.h"

#include <algorithm>
#include <iterator>

#include "fhir/base/text.h"
#include "fhir/base/xml_sax.h"
#include "fhir/model/div_writer.h"

namespace fhir::model {
namespace {

using base::XmlAttribute;
using base::XmlName;

constexpr size_t kMostFaults = 100;

constexpr std::string_view kElements[] = {
    "a",     "abbr", "acronym",  "address", "b",    "bdo",    "big", "blockquote", "br",    "caption", "cite",
    "code",  "col",  "colgroup", "dd",      "dfn",  "div",    "dl",  "dt",         "em",    "h1",      "h2",
    "h3",    "h4",   "h5",       "h6",      "hr",   "i",      "img", "kbd",        "li",    "ol",      "p",
    "pre",   "q",    "samp",     "small",   "span", "strong", "sub", "sup",        "table", "tbody",   "td",
    "tfoot", "th",   "thead",    "tr",      "tt",   "ul",     "var"};

// Deprecated or newer elements that only format: their content may stay.
constexpr std::string_view kFormatting[] = {"article", "aside",  "center",  "del",    "figcaption", "figure",
                                            "font",    "footer", "header",  "ins",    "main",       "mark",
                                            "nav",     "s",      "section", "strike", "time",       "u"};

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

// Browsers pass over white space and control characters in a scheme.
std::string plain(std::string_view text) {
  std::string out = base::lowerAscii(text);
  std::erase_if(out, [](unsigned char c) { return c <= 0x20 || c == 0x7F; });
  return out;
}

bool isSafeUrl(std::string_view url) {
  const std::string text = plain(url);
  return !text.starts_with("javascript:") && !text.starts_with("vbscript:") &&
         (!text.starts_with("data:") || text.starts_with("data:image/"));
}

bool isSafeStyle(std::string_view style) {
  const std::string text = plain(style);
  return text.find("javascript:") == std::string::npos && text.find("expression(") == std::string::npos &&
         text.find("@import") == std::string::npos;
}

// Why the attribute may not stay; nullptr when it may.
const char* faultOf(const XmlAttribute& attribute) {
  const std::string_view name = attribute.name.local;
  const bool of_xml = attribute.name.space == "http://www.w3.org/XML/1998/namespace";
  if (of_xml) return name == "lang" || name == "space" ? nullptr : "this attribute may not stand in a narrative";
  if (!attribute.name.space.empty()) return "this attribute may not stand in a narrative";
  if (name.starts_with("on")) return "event handlers may not stand in a narrative";
  if (!listed(kAttributes, name)) return "this attribute may not stand in a narrative";
  const bool is_url = name == "href" || name == "src" || name == "cite" || name == "longdesc";
  if (is_url && !isSafeUrl(attribute.value)) return "this address runs a program";
  if (name == "style" && !isSafeStyle(attribute.value)) return "this style runs a program or loads another style";
  return nullptr;
}

class Check final : public base::XmlHandler {
 public:
  explicit Check(std::string_view div) : div_(div) {}

  CheckedNarrative run() {
    base::XmlLimits limits;
    limits.bytes = limits.text_bytes = div_.size() + 1;
    result_.is_div = div_.starts_with('<') && base::readXml(div_, *this, limits).ok() && root_is_div_;
    if (!result_.is_div || result_.faults.empty()) {
      if (!result_.is_div) result_.faults.clear();
      return std::move(result_);
    }
    result_.safe = writer_.take();
    return std::move(result_);
  }

 private:
  bool startElement(const XmlName& name, std::span<const XmlAttribute> attributes, size_t offset) override {
    if (++depth_ == 1) {
      root_is_div_ = name.local == "div" && name.space == kXhtml;
      if (!root_is_div_) return false;
    }
    if (dropped_ > 0) {
      ++dropped_;
      return true;
    }
    const bool is_html = name.space == kXhtml;
    if (!is_html || !listed(kElements, name.local)) {
      fault("this element may not stand in a narrative", offset);
      if (!is_html || !listed(kFormatting, name.local)) dropped_ = 1;
      return true;
    }
    if (name.local == "img") result_.has_content = true;
    kept_.clear();
    for (const XmlAttribute& attribute : attributes) {
      if (const char* what = faultOf(attribute)) {
        fault(what, offset);
      } else {
        kept_.push_back(attribute);
      }
    }
    writer_.open(name.local, kept_);
    return true;
  }

  bool endElement(const XmlName& name, size_t) override {
    --depth_;
    if (dropped_ > 0) {
      --dropped_;
    } else if (listed(kElements, name.local)) {
      writer_.close(name.local);
    }
    return true;
  }

  bool text(std::string_view text, size_t) override {
    if (dropped_ > 0) return true;
    result_.has_content |= !base::trim(text).empty();
    writer_.text(text);
    return true;
  }

  // XML ends a comment at -->, HTML also at <!--> and the like: what follows would be markup.
  void comment(std::string_view text, size_t offset) override {
    if (text.find_first_of("<>") != std::string_view::npos) fault("this comment holds markup", offset);
  }
  void instruction(size_t offset) override { fault("a processing instruction may not stand in a narrative", offset); }
  // HTML has none: it would end at the first >.
  void cdata(size_t offset) override {
    constexpr std::string_view kStart = "<![CDATA[";
    const std::string_view content = div_.substr(std::min(offset + kStart.size(), div_.size()));
    if (content.substr(0, content.find("]]>")).find_first_of("<>") != std::string_view::npos)
      fault("this CDATA section holds markup", offset);
  }

  void fault(const char* what, size_t offset) {
    if (result_.faults.size() < kMostFaults) result_.faults.push_back({what, offset});
  }

  std::string_view div_;
  CheckedNarrative result_;
  DivWriter writer_;
  std::vector<XmlAttribute> kept_;
  size_t depth_ = 0;
  size_t dropped_ = 0;  // depth inside an element that goes with its content
  bool root_is_div_ = false;
};

}  // namespace

CheckedNarrative checkNarrative(std::string_view div) { return Check(div).run(); }

}  // namespace fhir::model
