#include "fhir/base/xml_sax.h"

#include <expat.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "fhir/base/json.h"
#include "fhir/base/text.h"

namespace fhir::base {

namespace {

constexpr char kSeparator = '\x01';  // cannot stand in XML, so not in a namespace URI

std::string place(std::string_view text, size_t offset) {
  const LineColumn at = lineColumn(text, offset);
  return std::to_string(at.line) + ":" + std::to_string(at.column);
}

class Reading {
 public:
  Reading(std::string_view text, XmlHandler& handler, const XmlLimits& limits, XmlNamespaces namespaces)
      : text_(text),
        handler_(handler),
        limits_(limits),
        separator_(namespaces == XmlNamespaces::Resolved ? kSeparator : ':'),
        parser_(namespaces == XmlNamespaces::Resolved ? XML_ParserCreateNS("UTF-8", kSeparator)
                                                      : XML_ParserCreate("UTF-8"),
                XML_ParserFree) {}

  Done run() {
    XML_Parser parser = parser_.get();
    if (parser == nullptr) return Error{Why::Unavailable, "no memory for the XML reader", {}};
    XML_SetUserData(parser, this);
    XML_SetElementHandler(parser, onStart, onEnd);
    XML_SetCharacterDataHandler(parser, onText);
    XML_SetCommentHandler(parser, onComment);
    XML_SetProcessingInstructionHandler(parser, onInstruction);
    XML_SetStartCdataSectionHandler(parser, onCdata);
    XML_SetStartDoctypeDeclHandler(parser, onDoctype);
    const XML_Status status = XML_Parse(parser, text_.data(), static_cast<int>(text_.size()), XML_TRUE);
    if (!failed_.ok()) return failed_;
    if (status == XML_STATUS_OK) return {};
    const XML_LChar* what = XML_ErrorString(XML_GetErrorCode(parser));
    return invalid(std::string("not XML: ") + (what ? what : "unknown error"), place(text_, here()));
  }

 private:
  static Reading& self(void* data) { return *static_cast<Reading*>(data); }

  static void XMLCALL onStart(void* data, const XML_Char* name, const XML_Char** attributes) {
    self(data).start(name, attributes);
  }
  static void XMLCALL onEnd(void* data, const XML_Char* name) {
    Reading& me = self(data);
    if (!me.failed_.ok() || !me.flush()) return;
    --me.depth_;
    const auto end = me.here() + static_cast<size_t>(XML_GetCurrentByteCount(me.parser_.get()));
    if (!me.handler_.endElement(me.nameOf(name), end)) me.stop();
  }
  static void XMLCALL onText(void* data, const XML_Char* text, int length) {
    Reading& me = self(data);
    if (!me.failed_.ok()) return;
    if (me.run_.empty()) me.run_offset_ = me.here();
    if (me.run_.size() + static_cast<size_t>(length) > me.limits_.text_bytes)
      return me.refuse("a text longer than the limit");
    me.run_.append(text, static_cast<size_t>(length));
  }
  static void XMLCALL onComment(void* data, const XML_Char* text) {
    Reading& me = self(data);
    if (me.failed_.ok()) me.handler_.comment(text, me.here());
  }
  static void XMLCALL onInstruction(void* data, const XML_Char*, const XML_Char*) {
    Reading& me = self(data);
    if (me.failed_.ok()) me.handler_.instruction(me.here());
  }
  static void XMLCALL onCdata(void* data) {
    Reading& me = self(data);
    if (me.failed_.ok()) me.handler_.cdata(me.here());
  }
  static void XMLCALL onDoctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    Reading& me = self(data);
    me.refuse("a document type declaration is not allowed", Why::Invalid, me.text_.rfind("<!DOCTYPE", me.here()));
  }

  void start(const XML_Char* name, const XML_Char** attributes) {
    if (!failed_.ok() || !flush()) return;
    if (++depth_ > limits_.depth) return refuse("nested deeper than the limit");
    if (++elements_ > limits_.elements) return refuse("more elements than the limit");
    attributes_.clear();
    for (; *attributes != nullptr; attributes += 2) {
      if (attributes_.size() >= limits_.attributes) return refuse("more attributes of one element than the limit");
      attributes_.push_back({nameOf(attributes[0]), attributes[1]});
      if (attributes_.back().value.size() > limits_.text_bytes) return refuse("an attribute longer than the limit");
    }
    if (!handler_.startElement(nameOf(name), attributes_, here())) stop();
  }

  // Hands over the text collected so far.
  bool flush() {
    if (run_.empty()) return true;
    const bool goes_on = handler_.text(run_, run_offset_);
    run_.clear();
    if (!goes_on) stop();
    return goes_on;
  }

  XmlName nameOf(std::string_view name) const {
    const size_t at = name.find(separator_);
    if (at == std::string_view::npos) return {{}, name};
    return {name.substr(0, at), name.substr(at + 1)};
  }
  size_t here() const {
    const XML_Index index = XML_GetCurrentByteIndex(parser_.get());
    return index < 0 ? 0 : std::min(static_cast<size_t>(index), text_.size());
  }
  void refuse(std::string what, Why why = Why::TooCostly, size_t offset = std::string_view::npos) {
    failed_ = Error{why, std::move(what), place(text_, std::min(offset, here()))};
    XML_StopParser(parser_.get(), XML_FALSE);
  }
  void stop() { refuse("stopped", Why::Invalid); }

  std::string_view text_;
  XmlHandler& handler_;
  const XmlLimits& limits_;
  char separator_;
  std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser_;
  std::vector<XmlAttribute> attributes_;
  std::string run_;
  size_t run_offset_ = 0;
  uint32_t depth_ = 0;
  uint32_t elements_ = 0;
  Done failed_;
};

}  // namespace

Done readXml(std::string_view text, XmlHandler& handler, const XmlLimits& limits, XmlNamespaces namespaces) {
  if (text.size() > std::min<size_t>(limits.bytes, INT_MAX))
    return Error{Why::TooCostly, "longer than the limit", {}};
  if (!isUtf8(text)) return invalid("not UTF-8", place(text, firstInvalidUtf8(text)));
  return Reading(text, handler, limits, namespaces).run();
}

}  // namespace fhir::base
