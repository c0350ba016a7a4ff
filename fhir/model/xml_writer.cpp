#include "fhir/model/xml_writer.h"

#include <algorithm>
#include <vector>

#include "fhir/base/text.h"
#include "fhir/model/narrative.h"
#include "fhir/model/tree.h"

namespace fhir::model {
namespace {

using definitions::TypeKind;
using definitions::TypeNumber;

constexpr size_t kMostFindings = 100;

class Writer {
 public:
  Writer(const Document::Tree& tree, base::Findings& findings, bool pretty)
      : tree_(tree), findings_(findings), pretty_(pretty) {
    static const TypeNumber xhtml = definitions::r4().type("xhtml")->number;
    xhtml_ = xhtml;
  }

  std::string write() {
    out_.reserve(tree_.text.size() + tree_.text.size() / 2);
    out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    newLine(0);
    resource(0, 0);
    if (pretty_) out_ += '\n';
    return std::move(out_);
  }

 private:
  const Record& record(uint32_t index) const { return tree_.records[index]; }

  // Depth is bounded by ReadLimits::depth.
  void resource(uint32_t index, size_t indent) {
    const std::string_view name = definitions::r4().type(record(index).type)->name;
    out_ += '<';
    out_ += name;
    if (index == 0) out_ += " xmlns=\"http://hl7.org/fhir\"";
    content(index, name, indent);
  }

  void element(uint32_t index, size_t indent) {
    const Record& r = record(index);
    if (r.type == xhtml_) return div(index);
    const std::string name = elementName(r);
    out_ += '<';
    out_ += name;
    if (isResource(r)) {
      out_ += '>';
      newLine(indent + 2);
      resource(index, indent + 2);
      newLine(indent);
      out_ += "</";
      out_ += name;
      out_ += '>';
      return;
    }
    for (uint32_t i = r.first; i != 0; i = record(i).next)
      if (isAttribute(r, record(i))) attribute(tree_.name(record(i)), i);
    if (r.kind != JsonKind::Object && r.kind != JsonKind::Null) attribute("value", index);
    content(index, name, indent);
  }

  // Children and the end tag; the start tag is still open.
  void content(uint32_t index, std::string_view name, size_t indent) {
    const std::vector<uint32_t> children = orderedChildren(index);
    if (children.empty()) {
      out_ += "/>";
      return;
    }
    out_ += '>';
    for (uint32_t child : children) {
      newLine(indent + 2);
      element(child, indent + 2);
    }
    newLine(indent);
    out_ += "</";
    out_ += name;
    out_ += '>';
  }

  std::vector<uint32_t> orderedChildren(uint32_t index) {
    const auto& r4 = definitions::r4();
    const Record& parent = record(index);
    const auto order = r4.elements(parent.type);
    std::vector<std::pair<size_t, uint32_t>> ranked;
    for (uint32_t i = parent.first; i != 0; i = record(i).next) {
      const Record& child = record(i);
      if (child.type == 0) {
        find(i, "FHIR XML has no place for this; it is left out");
      } else if (isResource(parent) || !isAttribute(parent, child)) {
        const auto place = std::find(order.begin(), order.end(), &r4.allElements()[child.element - 1]);
        ranked.emplace_back(static_cast<size_t>(place - order.begin()), i);
      }
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<uint32_t> out;
    for (const auto& [rank, child] : ranked) out.push_back(child);
    return out;
  }

  bool isResource(const Record& r) const { return definitions::r4().isResource(r.type); }

  // id of elements and url of extensions.
  bool isAttribute(const Record& parent, const Record& child) const {
    if (child.type == 0 || isResource(parent)) return false;
    const std::string_view name = tree_.name(child);
    return name == "id" || (name == "url" && definitions::r4().type(parent.type)->name == "Extension");
  }

  std::string elementName(const Record& r) const {
    const definitions::Element& element = definitions::r4().allElements()[r.element - 1];
    std::string name(element.name.text);
    if (!element.choice) return name;
    name += definitions::r4().type(r.type)->name;
    char& first = name[element.name.text.size()];
    if (first >= 'a' && first <= 'z') first = static_cast<char>(first - 'a' + 'A');
    return name;
  }

  void attribute(std::string_view name, uint32_t index) {
    out_ += ' ';
    out_ += name;
    out_ += "=\"";
    escape(tree_.value(record(index)), index);
    out_ += '"';
  }

  void div(uint32_t index) {
    const std::string_view text = tree_.value(record(index));
    const CheckedNarrative checked = checkNarrative(text);
    if (checked.is_div) {
      if (!checked.faults.empty()) find(index, "this div holds what a narrative may not; that is left out", "txt-1");
      out_ += checked.faults.empty() ? text : std::string_view(checked.safe);
      return;
    }
    find(index, "this is no div of XHTML; its text is written instead", "txt-1");
    out_ += "<div xmlns=\"http://www.w3.org/1999/xhtml\">";
    escape(text, index);
    out_ += "</div>";
  }

  void escape(std::string_view text, uint32_t index) {
    for (size_t i = 0; i < text.size(); ++i) {
      const auto c = static_cast<unsigned char>(text[i]);
      switch (c) {
        case '<': out_ += "&lt;"; break;
        case '>': out_ += "&gt;"; break;
        case '&': out_ += "&amp;"; break;
        case '"': out_ += "&quot;"; break;
        case '\t': out_ += "&#9;"; break;
        case '\n': out_ += "&#10;"; break;
        case '\r': out_ += "&#13;"; break;
        default:
          if (c < 0x20 || isNonCharacter(text, i)) {
            find(index, "XML does not have this character; it is left out");
            if (c >= 0x20) i += 2;
          } else {
            out_ += static_cast<char>(c);
          }
      }
    }
  }

  // U+FFFE and U+FFFF.
  static bool isNonCharacter(std::string_view text, size_t i) {
    return text.substr(i, 3) == "\xef\xbf\xbe" || text.substr(i, 3) == "\xef\xbf\xbf";
  }

  void newLine(size_t indent) {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(indent, ' ');
  }

  void find(uint32_t index, const char* what, const char* rule = "") {
    if (++found_ > kMostFindings) return;
    base::Finding finding;
    finding.severity = base::Severity::Warning;
    finding.code = "structure";
    finding.what = what;
    finding.rule = rule;
    finding.expression = placeOf(tree_.node(index));
    findings_.add(std::move(finding));
  }

  const Document::Tree& tree_;
  base::Findings& findings_;
  const bool pretty_;
  TypeNumber xhtml_ = 0;
  size_t found_ = 0;
  std::string out_;
};

}  // namespace

std::string writeXml(const Document& document, base::Findings& findings) {
  return Writer(treeOf(document.root()), findings, false).write();
}

std::string writePrettyXml(const Document& document, base::Findings& findings) {
  return Writer(treeOf(document.root()), findings, true).write();
}

}  // namespace fhir::model
