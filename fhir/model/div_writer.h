#pragma once
// Writes an XHTML div from its parts: one namespace, declared on the div; text and attributes escaped. Private to
// fhir/model.

#include <span>
#include <string>
#include <string_view>

#include "fhir/base/xml_sax.h"

namespace fhir::model {

inline constexpr std::string_view kXhtml = "http://www.w3.org/1999/xhtml";

class DivWriter {
 public:
  // Elements are opened with the attributes to keep, the first one is the div.
  void open(std::string_view name, std::span<const base::XmlAttribute> attributes);
  void close(std::string_view name);
  void text(std::string_view text);
  std::string take() { return std::move(out_); }

 private:
  void finishTag();  // of an element that has been opened
  void escape(std::string_view text);

  std::string out_;
  bool tag_is_open_ = false;
};

}  // namespace fhir::model
