#include "fhir/model/div_writer.h"

namespace fhir::model {

void DivWriter::open(std::string_view name, std::span<const base::XmlAttribute> attributes) {
  finishTag();
  const bool is_div = out_.empty();
  out_ += '<';
  out_ += name;
  if (is_div) {
    out_ += " xmlns=\"";
    out_ += kXhtml;
    out_ += '"';
  }
  for (const base::XmlAttribute& attribute : attributes) {
    out_ += attribute.name.space == "http://www.w3.org/XML/1998/namespace" ? " xml:" : " ";
    out_ += attribute.name.local;
    out_ += "=\"";
    escape(attribute.value);
    out_ += '"';
  }
  tag_is_open_ = true;
}

void DivWriter::close(std::string_view name) {
  // A browser takes </br> for a second line break, and <p/> for a paragraph that goes on.
  const bool is_void = name == "br" || name == "hr" || name == "img" || name == "col";
  if (tag_is_open_ && is_void) {
    out_ += "/>";
    tag_is_open_ = false;
    return;
  }
  finishTag();
  out_ += "</";
  out_ += name;
  out_ += '>';
}

void DivWriter::text(std::string_view text) {
  finishTag();
  escape(text);
}

void DivWriter::finishTag() {
  if (tag_is_open_) out_ += '>';
  tag_is_open_ = false;
}

void DivWriter::escape(std::string_view text) {
  for (char c : text) {
    switch (c) {
      case '<': out_ += "&lt;"; break;
      case '>': out_ += "&gt;"; break;
      case '&': out_ += "&amp;"; break;
      case '"': out_ += "&quot;"; break;
      case '\r': out_ += "&#13;"; break;
      default: out_ += c;
    }
  }
}

}  // namespace fhir::model
