#pragma once
// A streaming XML reader (the only door to expat): elements, attributes and text with byte offsets, depth and size
// caps. A document type declaration is refused, so there are no entities but the five of XML 1.0 and no way to make
// a small text large. Comments and processing instructions are asides. Survives any input; no recursion.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "fhir/base/result.h"

namespace fhir::base {

struct XmlLimits {
  uint32_t depth = 64;
  uint32_t attributes = 256;      // of one element
  uint32_t elements = 1'000'000;  // in the whole text
  size_t text_bytes = 4u << 20;   // of one run of text, or one attribute
  size_t bytes = 16u << 20;
};

enum class XmlNamespaces : uint8_t {
  Resolved,  // `space` is the namespace URI; an undeclared prefix is an error
  Ignored,   // `space` is the prefix as written; undeclared prefixes and xmlns attributes are ordinary
};

struct XmlName {
  std::string_view space;  // empty: none
  std::string_view local;
};

struct XmlAttribute {
  XmlName name;
  std::string_view value;  // entities resolved
};

// Offsets are of the first byte in the text; views are good during the call only.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  // Each returns false to stop with `stopped` in the error.
  virtual bool startElement(const XmlName& name, std::span<const XmlAttribute> attributes, size_t offset) = 0;
  virtual bool endElement(const XmlName& name, size_t end_offset) = 0;  // just behind the end tag
  // All text between two tags in one call, CDATA sections, references and line ends resolved. `offset` is where
  // its first character stands (inside the brackets of a CDATA section).
  virtual bool text(std::string_view text, size_t offset) = 0;

  // Asides, passed over unless a handler asks; the text around one still comes in one call, later.
  virtual void comment(std::string_view /*text*/, size_t /*offset*/) {}
  virtual void instruction(size_t /*offset*/) {}  // <?...?>, but for the XML declaration
  virtual void cdata(size_t /*offset*/) {}        // where <![CDATA[ stands; its text is text
};

// `text` is UTF-8; an encoding declaration inside is ignored, whoever decoded the bytes knew better.
// Why::Invalid or Why::TooCostly with where = "line:column".
Done readXml(std::string_view text, XmlHandler& handler, const XmlLimits& limits = {},
             XmlNamespaces namespaces = XmlNamespaces::Resolved);

}  // namespace fhir::base
