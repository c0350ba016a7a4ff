#include "gateway/cli/resource_input.h"

#include <iostream>

#include "fhir/base/text.h"
#include "fhir/definitions/lookup.h"

namespace gateway::cli {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

using fhir::model::Document;

// Who pipes a file into a command has its size in hand: HL7's own Bundle of all definitions has 35 MB.
fhir::model::ReadLimits limits() {
  fhir::model::ReadLimits limits;
  limits.bytes = 512u << 20;
  limits.string_bytes = 256u << 20;
  limits.values = 50'000'000;
  limits.members = 1'000'000;
  return limits;
}

}  // namespace

bool looksLikeXml(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return fhir::base::trim(text.substr(0, 4096)).starts_with('<');
}

fhir::base::Result<Document> readResource(std::string text, fhir::base::Findings& findings) {
  if (looksLikeXml(text)) return Document::readXml(text, findings, limits());
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  return Document::readResource(std::move(text), findings, limits());
}

fhir::base::Result<Document> readAnything(std::string text, fhir::base::Findings& findings) {
  if (looksLikeXml(text)) return Document::readXml(text, findings, limits());
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  auto plain = Document::readPlain(text, limits());
  if (!plain) return plain;
  const fhir::path::Node name = Document::child(plain->root(), "resourceType");
  const auto& r4 = fhir::definitions::r4();
  const auto* type = name.tree ? r4.type(Document::text(name)) : nullptr;
  bool resource = type && r4.isResource(type->number);
  return resource ? Document::readResource(std::move(text), findings, limits()) : std::move(plain);
}

void printFindings(const fhir::base::Findings& findings) {
  for (const fhir::base::Finding& finding : findings.list()) {
    std::string place = finding.expression.empty() ? finding.source : finding.expression;
    std::cerr << "notice: " << (place.empty() ? "" : place + ": ") << finding.what << "\n";
  }
}

}  // namespace gateway::cli
