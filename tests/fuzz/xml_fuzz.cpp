// XML text, as elements and as a FHIR resource. A resource that was read is written as XML, and that is read again.
#include "fhir/base/xml_sax.h"
#include "fhir/model/document.h"
#include "fhir/model/json_writer.h"
#include "fhir/model/xml_writer.h"
#include "tests/fuzz/target.h"

namespace {

using fhir::model::Document;

class Elements final : public fhir::base::XmlHandler {
 public:
  explicit Elements(std::string_view text) : text_(text) {}
  bool startElement(const fhir::base::XmlName&, std::span<const fhir::base::XmlAttribute>, size_t offset) override {
    FUZZ_CHECK(offset < text_.size() && text_[offset] == '<');
    ++depth_;
    return true;
  }
  bool endElement(const fhir::base::XmlName&, size_t end_offset) override {
    FUZZ_CHECK(end_offset <= text_.size() && text_[end_offset - 1] == '>' && depth_ > 0);
    --depth_;
    return true;
  }
  bool text(std::string_view text, size_t offset) override {
    FUZZ_CHECK(!text.empty() && offset < text_.size());
    return true;
  }

 private:
  std::string_view text_;
  size_t depth_ = 0;
};

}  // namespace

FUZZ_TARGET(input) {
  for (auto namespaces : {fhir::base::XmlNamespaces::Resolved, fhir::base::XmlNamespaces::Ignored}) {
    Elements elements(input);
    (void)readXml(input, elements, {}, namespaces);
  }
  fhir::base::Findings findings;
  auto document = Document::readXml(input, findings);
  if (!document.ok()) return;
  const bool complete = findings.empty();
  const std::string xml = writeXml(*document, findings);
  const bool all_written = findings.empty();
  auto again = Document::readXml(xml, findings);
  FUZZ_CHECK(again.ok());
  if (complete && all_written) FUZZ_CHECK(contentHash(*again) == contentHash(*document));
  auto pretty = Document::readXml(writePrettyXml(*document, findings), findings);
  FUZZ_CHECK(pretty.ok() && contentHash(*pretty) == contentHash(*again));
}
