#include "gateway/record/store/sqlite/content.h"

#include "fhir/base/arena.h"
#include "fhir/model/json_writer.h"

namespace gateway::record::store {

using fhir::base::Error;
using fhir::base::Findings;
using fhir::base::Result;
using fhir::base::Why;
using fhir::model::Document;

namespace {

uint8_t digit(char c) { return static_cast<uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); }

std::string fromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  }
  return bytes;
}

}  // namespace

void ContentMaker::fill(Content& content, std::string_view id, const Document& document, bool compress) const {
  thread_local fhir::base::Arena arena;
  arena.reset();
  Findings odd;  // what could not be indexed; the checks of the pipeline have told about it
  content.hash = fromHex(fhir::model::contentHash(document));
  auto values = extractor_.extract(document, arena, odd);
  content.rows = search::toIndexRows(values, extractor_.patientCompartments(document, id, values),
                                     extractor_.clinicalDate(document, values));
  if (!compress) return;
  auto packed = dictionaries_.pack(document.type(), content.stored);
  content.dictionary = packed.dictionary;
  content.body = std::move(packed.bytes);
}

Result<ContentPtr> ContentMaker::make(fhir::definitions::TypeNumber type, std::string_view id,
                                      const Document& document, const Rewrite& rewrite) const {
  if (document.type() != type) return Error{Why::Invalid, "the resource is of another type than the write says", ""};
  bool rewritten = false;
  fhir::model::StoredFormOptions options{id, {}};
  if (rewrite) {
    options.rewrite_reference = [&](std::string_view reference) {
      auto to = rewrite(reference);
      rewritten = rewritten || (to && *to != reference);
      return to;
    };
  }
  std::string stored = fhir::model::storedForm(document, options);
  // Hash and index speak of what is stored, so a changed document is read again.
  if (rewritten || document.id() != id) return ofStored(id, std::move(stored));
  auto content = std::make_shared<Content>();
  content->stored = std::move(stored);
  fill(*content, id, document, true);
  return ContentPtr(std::move(content));
}

Result<ContentPtr> ContentMaker::ofStored(std::string_view id, std::string stored, bool compress) const {
  Findings odd;
  ASSIGN_OR_RETURN(Document document, Document::readResource(stored, odd));
  auto content = std::make_shared<Content>();
  content->stored = std::move(stored);
  fill(*content, id, document, compress);
  return ContentPtr(std::move(content));
}

}  // namespace gateway::record::store
